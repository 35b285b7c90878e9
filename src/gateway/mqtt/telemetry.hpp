// gateway/mqtt/telemetry.hpp -- the properties of a telemetry message: from its topic to the
// fields that other protocols show.
//
// Source  data-plane contract 1.6 (table of system properties, RETAIN).
#pragma once

#include "base/result.hpp"
#include "record/fact.pb.h"

#include <string_view>

namespace tandem::gateway {

struct TelemetryTopic {
    std::string_view bag;       ///< as mqtt::telemetry_bag gives it
    bool retain = false;        ///< becomes the application property "mqtt-retain"
};

/// Fills properties, annotations and system fields of `message`.
///
/// "$.cdid" and "$.cmid" are dropped: a device does not say who it is in a property. A "$.exp"
/// that is no ISO 8601 time (Node sends whatever the application gave it) and unknown "$." names
/// stay application properties.
/// Errors: argument_invalid -- see mqtt::parse_property_bag; `message` is then half filled.
Result<void> read_properties(TelemetryTopic const& topic, record::Telemetry& message);

}  // namespace tandem::gateway
