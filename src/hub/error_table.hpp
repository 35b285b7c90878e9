// hub/error_table.hpp -- the one place that knows how a refusal looks on each protocol.
//
// Source  data-plane contract 1.5 (MQTT), 2.8 (AMQP), 4.3 (HTTP).
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tandem::hub {

struct ErrorRow {
    Errc code;
    std::uint16_t http_status;
    std::uint32_t number;               ///< IoT Hub's six-digit code
    std::string_view name;              ///< "DeviceNotFound": iothub-errorcode
    std::string_view amqp_condition;    ///< "amqp:not-found"
    std::uint8_t mqtt_connack;          ///< return code when it happens at CONNECT
};

ErrorRow const& error_row(Errc code);

/// {"errorCode":404001,"trackingId":..,"message":..,"timestampUtc":..} for twin responses.
std::string render_device_error(Error const& error, std::string_view tracking_id,
                                std::string_view timestamp_utc);
/// {"Message":"ErrorCode:DeviceNotFound;..","ExceptionMessage":"Tracking ID:{id}-TimeStamp:{t}"}
/// for REST; `timestamp_utc` as format_tracking_time gives it.
std::string render_service_error(Error const& error, std::string_view tracking_id,
                                 std::string_view timestamp_utc);

}  // namespace tandem::hub
