// record/control_snapshot.hpp -- all of control's records as messages of a peer link, and back.
//
// Shape   chunks of one snapshot have its id and are numbered from 0; the last one says so.
// Units   bytes of keys and values.
#pragma once

#include "record/management.pb.h"
#include "record/peer.pb.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tandem::record {

inline constexpr std::size_t control_chunk_bytes = 512 * 1024;
inline constexpr std::size_t control_snapshot_bytes_max = 512 * 1024 * 1024;

/// Which records who has this standing has.
peer::ControlPosition position_of(ControlStanding const& standing);

/// Cut into chunks of about control_chunk_bytes, numbered, the last one marked; at least one.
std::vector<peer::ControlSnapshot> cut_snapshot(std::vector<peer::Entry> entries);

/// Puts the chunks of one snapshot together again.
class ControlSnapshotAssembly {
public:
    /// A chunk 0 of another snapshot begins anew; what does not follow is left out. True when the
    /// last one has come.
    bool take(peer::ControlSnapshot const& chunk);
    void forget() { *this = {}; }

    std::uint64_t id() const { return id_; }             ///< 0: none
    std::uint32_t chunks() const { return chunks_; }     ///< that have come
    std::vector<peer::Entry> const& entries() const { return entries_; }

private:
    std::uint64_t id_ = 0;
    std::uint32_t chunks_ = 0;
    std::size_t bytes_ = 0;
    bool complete_ = false;
    std::vector<peer::Entry> entries_;
};

}  // namespace tandem::record
