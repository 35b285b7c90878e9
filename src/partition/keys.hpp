// partition/keys.hpp -- the view keys that are ours and no entity's (docs/log-format.md).
//
// Shape   "!end"       u64 position, u64 chain (big endian): the log's last record
//         "!snapshot"  "1" while a snapshot is under way or needed; absent otherwise
#pragma once

#include "base/bytes.hpp"
#include "partition/partition.hpp"

#include <optional>

namespace tandem::partition {

inline constexpr ByteView end_key = "!end";
inline constexpr ByteView snapshot_key = "!snapshot";

/// Ours sort before all entities, because '!' does.
constexpr bool is_own_key(ByteView key) { return !key.empty() && key.front() == '!'; }

Bytes mark_bytes(Mark mark);
std::optional<Mark> mark_from_bytes(ByteView bytes);

}  // namespace tandem::partition
