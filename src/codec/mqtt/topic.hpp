// codec/mqtt/topic.hpp -- the topics of IoT Hub's MQTT contract for devices.
//
// Source  data-plane contract 1.6 (telemetry), 1.7 (filters), 1.9 (twin), 1.10 (methods).
// Shape   devices/{id}/messages/events[/[bag]]           telemetry
//         $iothub/twin/GET/?$rid={rid}                   and PATCH/properties/reported/
//         $iothub/twin/res/{3 digits}/?$rid={rid}[&$version={n}]
//         $iothub/twin/PATCH/properties/desired/?$version={n}
//         $iothub/methods/res/{status}/?$rid={rid}
//         {id} stands there as it is: never encoded, though it may hold '#', '+', '%' and '$'.
// Purity  views into the topic; matching compares with the caller's own device id, never parses
//         an id out of a topic.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::mqtt {

/// "devices/{id}/messages/events": what every telemetry topic of the device begins with.
std::string telemetry_prefix(std::string_view device_id);

/// The still encoded bag of a telemetry topic; nullopt: it is no telemetry topic with that prefix.
/// Wildcards after the prefix make it none (MQTT 3.1.1 3.3.2-2).
std::optional<std::string_view> telemetry_bag(std::string_view topic, std::string_view prefix);

/// A request that a device publishes.
struct TwinRequest {
    enum class Kind : std::uint8_t { get, patch_reported } kind{};
    std::string_view request_id;                  ///< $rid as it stands, to be echoed
    std::optional<std::string_view> version;      ///< $version as it stands
};
/// nullopt: not one of the two twin requests, or without $rid.
std::optional<TwinRequest> parse_twin_request(std::string_view topic);

/// True for $iothub/methods/res/{digits}/?$rid=...
bool is_method_response(std::string_view topic);

std::string twin_response_topic(unsigned status, std::string_view request_id,
                                std::optional<std::int64_t> version);
std::string desired_topic(std::int64_t version);

/// The client's side of twin_response_topic.
struct TwinResponse {
    unsigned status = 0;
    std::string_view request_id;
    std::optional<std::int64_t> version;
};
std::optional<TwinResponse> parse_twin_response(std::string_view topic);

/// The only filters a device may subscribe to.
enum class DeviceFilter : std::uint8_t { devicebound, methods, twin_responses, desired };
inline constexpr std::array device_filters{DeviceFilter::devicebound, DeviceFilter::methods,
                                           DeviceFilter::twin_responses, DeviceFilter::desired};

std::string filter_text(DeviceFilter filter, std::string_view device_id);
std::optional<DeviceFilter> parse_filter(std::string_view text, std::string_view device_id);

}  // namespace tandem::mqtt
