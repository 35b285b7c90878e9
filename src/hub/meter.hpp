// hub/meter.hpp -- what counts against a hub's messages of a day.
//
// Source     Azure's quotas: a message counts once for every started unit, 4 KiB or (F1) 512 bytes;
//            the day is a UTC day. Counted are telemetry and changes of twins: what is recorded.
// Invariant  the same records give the same count in both regions: a count is never decided on.
#pragma once

#include "base/time.hpp"
#include "record/fact.pb.h"

#include <cstddef>
#include <cstdint>

namespace tandem::hub {

inline constexpr std::size_t meter_unit_bytes = 4096;
inline constexpr std::size_t meter_small_unit_bytes = 512;  ///< F1

/// Body and application properties.
std::size_t message_bytes(record::Telemetry const& message);

std::int64_t meter_day(WallTime time);   ///< since 1970-01-01
/// A message of so many bytes, at that time. A clock that goes back does not bring a day back.
void count_message(record::Meter& meter, WallTime time, std::size_t bytes);
/// What was counted on that day or (by a clock ahead of ours) after it.
std::uint64_t messages_of(record::Meter const& meter, std::int64_t day, std::uint32_t unit_bytes);

}  // namespace tandem::hub
