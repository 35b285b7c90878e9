// gateway/amqp/event_address.hpp -- what a link of an Event Hubs client names: its address, and
// the filter that says where a receiver begins.
//
// Source  data-plane contract 2.3, 3.4.
// Shape   [amqps://host/]{entity}/ConsumerGroups/{group}/Partitions/{n}, [{entity}/]$management,
//         $cbs; the hub's own addresses begin with messages/events instead of the entity.
//         amqp.annotation.x-opt-{offset|sequence-number|enqueued-time} {>|>=} ['N'|N]
// Purity  total functions over any text.
#pragma once

#include "base/result.hpp"
#include "codec/amqp/value.hpp"
#include "hub/command.hpp"

#include <string>
#include <string_view>

namespace tandem::gateway {

struct EventAddress {
    enum class Kind : std::uint8_t { unknown, cbs, management, receiver };
    Kind kind = Kind::unknown;
    bool redirect = false;          ///< the hub's own address: the reader is to go to the entity's
    std::string entity;             ///< empty: not said, or redirect
    std::string group;
    std::string partition;
};

EventAddress parse_event_address(std::string_view address);

/// Errors: argument_invalid -- not an expression of that shape.
Result<hub::ReadStart> parse_start(std::string_view expression);

/// Where a receiver with this source begins; without a filter, at the oldest event.
/// Errors: as parse_start.
Result<hub::ReadStart> start_of(amqp::Value const& source);

/// ASCII letters alike in both cases.
bool same_name(std::string_view a, std::string_view b);
std::string lower(std::string_view text);

}  // namespace tandem::gateway
