// gateway/amqp/event_message.hpp -- stored telemetry as the AMQP message that a reader gets.
//
// Source  data-plane contract 3.4 "Event message".
// Units   sequence number and offset are the position's number; times are milliseconds.
#pragma once

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "hub/command.hpp"

namespace tandem::gateway {

/// What receivers that asked for runtime metrics are told with every event.
struct RuntimeMetrics {
    Position newest;
    WallTime newest_enqueued{};
    WallTime retrieved{};
};

Bytes encode_event(hub::StoredTelemetry const& event, std::optional<RuntimeMetrics> metrics);

}  // namespace tandem::gateway
