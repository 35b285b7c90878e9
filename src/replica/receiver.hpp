// replica/receiver.hpp -- the follower's half: takes an owner's log, record by record.
//
// Every Append is checked against the highest epoch this region knows (the caller passes it), and
// its records against the chain. Confirmations of records are held back until they are durable
// here. A tail that the new owner does not have is cut off when the owner says so, and handed to
// the caller for salvage; then a snapshot is asked for, because a view cannot be rolled back.
#pragma once

#include "base/ids.hpp"
#include "base/position.hpp"
#include "base/time.hpp"
#include "partition/partition.hpp"
#include "record/peer.pb.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace tandem::replica {

class Receiver {
public:
    explicit Receiver(partition::Partition& partition);

    /// What came of a message.
    struct Outcome {
        std::vector<peer::Envelope> replies;             ///< to send at once
        /// Our tail that the owner does not have. Salvage it before the partition's next commit.
        std::vector<ports::LogEntry> diverged;
        Epoch diverged_epoch{};                          ///< of its last record
    };
    /// Requires: message.epoch() >= `known` (lower ones the caller answers with STALE).
    Outcome on_append(peer::Append const& message, Now now);
    Outcome on_snapshot_begin(peer::SnapshotBegin const& message, Now now);
    Outcome on_snapshot_chunk(peer::SnapshotChunk const& message, Now now);
    Outcome on_snapshot_end(peer::SnapshotEnd const& message, Now now);

    /// The confirmation to send now that a commit of the partition is durable, if one is due.
    std::optional<peer::Envelope> on_durable(Epoch known);

    /// The owner's last acknowledged position as it last told us: what we may be missing.
    Position owner_end() const { return owner_end_; }
    bool catching_up() const { return partition_.incomplete(); }

private:
    struct Snapshot {
        Epoch epoch{};
        std::uint64_t id = 0;
        std::uint32_t chunks = 0;
    };

    peer::Envelope reply(peer::AppendReply::Status status, partition::Mark mark) const;
    peer::Envelope standing() const;     ///< where we are, without anything having been done
    peer::Envelope gap() const;
    partition::Mark durable() const;
    Outcome answer(peer::Envelope envelope) const;
    Outcome cut(partition::Mark keep);
    Outcome take(peer::Append const& message, partition::Mark previous);
    static void salvage(Outcome& outcome, std::vector<ports::LogEntry> tail);

    partition::Partition& partition_;
    Epoch epoch_{};                      ///< of the last message
    std::uint64_t stream_id_ = 0;
    Position owner_end_;
    Position confirmed_;                 ///< what the owner was last told of this stream
    bool due_ = false;
    std::optional<Snapshot> snapshot_;
};

}  // namespace tandem::replica
