#include "hub/error_table.hpp"

#include "base/assert.hpp"
#include "codec/json.hpp"

#include <algorithm>
#include <array>

namespace tandem::hub {
namespace {

constexpr std::string_view not_found = "amqp:not-found";
constexpr std::string_view unauthorized_access = "amqp:unauthorized-access";
constexpr std::string_view not_allowed = "amqp:not-allowed";
constexpr std::string_view resource_limit = "amqp:resource-limit-exceeded";
constexpr std::string_view argument_error = "com.microsoft:argument-error";
constexpr std::string_view detach_forced = "amqp:link:detach-forced";   // clients come back

// CONNACK: 1 protocol level, 2 identifier, 3 try again, 4 malformed user name, 5 not authorised.
// The C SDK never tries again after 2 and 4.
constexpr std::array rows{
    ErrorRow{Errc::malformed, 400, 400006, "IotHubFormatError", "amqp:decode-error", 4},
    ErrorRow{Errc::argument_invalid, 400, 400004, "ArgumentInvalid", argument_error, 2},
    ErrorRow{Errc::unsupported_version, 400, 400001, "InvalidProtocolVersion", not_allowed, 1},
    ErrorRow{Errc::unauthorized, 401, 401002, "IotHubUnauthorizedAccess", unauthorized_access, 5},
    // 401 as well: Node reads 403 as "too many devices", and the real hub does not use it here.
    ErrorRow{Errc::forbidden, 401, 401003, "IotHubUnauthorized", unauthorized_access, 5},
    // 404 as well: Node knows a missing hub only as a 404 of this name.
    ErrorRow{Errc::hub_not_found, 404, 401001, "IotHubNotFound",
             "com.microsoft:iot-hub-not-found-error", 5},
    ErrorRow{Errc::device_not_found, 404, 404001, "DeviceNotFound", not_found, 5},
    ErrorRow{Errc::module_not_found, 404, 404010, "ModuleNotFound", not_found, 5},
    ErrorRow{Errc::device_already_exists, 409, 409001, "DeviceAlreadyExists",
             "com.microsoft:device-already-exists", 3},
    ErrorRow{Errc::precondition_failed, 412, 412001, "PreconditionFailed",
             "com.microsoft:precondition-failed", 3},
    ErrorRow{Errc::not_found, 404, 404000, "GenericNotFound", not_found, 5},
    ErrorRow{Errc::conflict, 409, 409000, "GenericConflict", not_allowed, 3},
    ErrorRow{Errc::message_too_large, 413, 413001, "MessageTooLarge",
             "amqp:link:message-size-exceeded", 3},
    ErrorRow{Errc::too_many_devices, 413, 413002, "TooManyDevices", resource_limit, 3},
    ErrorRow{Errc::quota_exceeded, 403, 403002, "IotHubQuotaExceeded", resource_limit, 3},
    ErrorRow{Errc::throttled, 429, 429001, "ThrottlingException",
             "com.microsoft:device-container-throttled", 3},
    ErrorRow{Errc::not_owner, 503, 503001, "ServiceUnavailable", detach_forced, 3},
    ErrorRow{Errc::unavailable, 503, 503001, "ServiceUnavailable", detach_forced, 3},
    ErrorRow{Errc::timeout, 504, 504101, "GatewayTimeout", "com.microsoft:timeout", 3},
    ErrorRow{Errc::not_implemented, 501, 501000, "NotImplemented", "amqp:not-implemented", 3},
    ErrorRow{Errc::internal, 500, 500001, "ServerError", "amqp:internal-error", 3},
};

constexpr bool in_order() {
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (static_cast<std::size_t>(rows[i].code) != i) return false;
    return rows.size() == static_cast<std::size_t>(Errc::internal) + 1;
}
static_assert(in_order(), "one row for each Errc, in its order");

}  // namespace

ErrorRow const& error_row(Errc code) {
    auto const index = static_cast<std::size_t>(code);
    TANDEM_ASSERT(index < rows.size(), "an Errc that does not exist");
    return rows[index];
}

std::string render_device_error(Error const& error, std::string_view tracking_id,
                                std::string_view timestamp_utc) {
    std::string json = "{\"errorCode\":" + std::to_string(error_row(error.code).number);
    json += ",\"trackingId\":" + json_string(tracking_id);
    json += ",\"message\":" + json_string(error.detail);
    json += ",\"timestampUtc\":" + json_string(timestamp_utc) + "}";
    return json;
}

std::string render_service_error(Error const& error, std::string_view tracking_id,
                                 std::string_view timestamp_utc) {
    std::string detail = error.detail;
    std::replace(detail.begin(), detail.end(), ';', ',');   // Node splits the message on it
    std::string message = "ErrorCode:";
    message += error_row(error.code).name;
    message += ';';
    message += detail;
    std::string tracking = "Tracking ID:";
    tracking += tracking_id;
    tracking += "-TimeStamp:";
    tracking += timestamp_utc;
    return "{\"Message\":" + json_string(message) +
           ",\"ExceptionMessage\":" + json_string(tracking) + "}";
}

}  // namespace tandem::hub
