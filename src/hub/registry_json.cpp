#include "hub/registry_json.hpp"

#include "codec/base64.hpp"
#include "codec/json.hpp"
#include "codec/time_text.hpp"
#include "hub/twin_metadata.hpp"

#include <string_view>

namespace tandem::hub {
namespace {

std::string time_text(std::int64_t micros) {
    return micros == 0 ? "\"0001-01-01T00:00:00Z\""
                       : '"' + format_iso8601(wall_from_micros(micros)) + '"';
}

std::string text_or_null(std::string const& text) {
    return text.empty() ? "null" : json_string(text);
}

std::string_view status_text(record::Identity const& identity) {
    return identity.status() == record::DEVICE_ENABLED ? "enabled" : "disabled";
}

std::string_view type_text(record::Authentication const& authentication) {
    switch (authentication.type()) {
        case record::AUTH_SELF_SIGNED: return "selfSigned";
        case record::AUTH_CERTIFICATE_AUTHORITY: return "certificateAuthority";
        case record::AUTH_NONE: return "none";
        default: return "sas";   // AUTH_SAS, and protobuf's own sentinels
    }
}

std::string_view connection_text(bool connected) {
    return connected ? "Connected" : "Disconnected";
}

std::string thumbprints(record::Authentication const& authentication) {
    return "{\"primaryThumbprint\":" + text_or_null(authentication.primary_thumbprint()) +
           ",\"secondaryThumbprint\":" + text_or_null(authentication.secondary_thumbprint()) + "}";
}

std::string authentication_json(record::Authentication const& authentication) {
    return "{\"symmetricKey\":{\"primaryKey\":" + text_or_null(authentication.primary_key()) +
           ",\"secondaryKey\":" + text_or_null(authentication.secondary_key()) +
           "},\"x509Thumbprint\":" + thumbprints(authentication) + ",\"type\":\"" +
           std::string{type_text(authentication)} + "\"}";
}

std::string scopes_json(record::Identity const& identity) {
    std::string json;
    if (!identity.device_scope().empty())
        json += ",\"deviceScope\":" + json_string(identity.device_scope());
    json += ",\"parentScopes\":[";
    for (int i = 0; i < identity.parent_scopes_size(); ++i) {
        if (i > 0) json += ',';
        append_json_string(json, identity.parent_scopes(i));
    }
    return json + "]";
}

std::string capabilities_json(record::Identity const& identity) {
    return std::string{",\"capabilities\":{\"iotEdge\":"} +
           (identity.iot_edge() ? "true}" : "false}");
}

/// A stored object ("" is {}) with members of ours put at its end.
std::string with_members(std::string const& object, std::string const& members) {
    if (object.size() <= 2) return "{" + members + "}";
    return object.substr(0, object.size() - 1) + "," + members + "}";
}

std::string version_member(std::int64_t version) {
    return "\"$version\":" + std::to_string(version);
}

std::string properties_json(std::string const& tree, std::string const& metadata,
                            std::int64_t version) {
    return with_members(tree, "\"$metadata\":" + TwinMetadata{metadata}.shown() + "," +
                                  version_member(version));
}

}  // namespace

Bytes render_device(record::Device const& device) {
    return render_device(device, device.session().connected());
}

Bytes render_device(record::Device const& device, bool connected) {
    auto const& identity = device.identity();
    auto const& session = device.session();
    Bytes json = "{\"deviceId\":" + json_string(identity.device_id());
    json += ",\"generationId\":" + json_string(identity.generation_id());
    json += ",\"etag\":\"" + device_etag(identity.etag_counter()) + "\"";
    json += ",\"connectionState\":\"" + std::string{connection_text(connected)} + "\"";
    json += ",\"status\":\"" + std::string{status_text(identity)} + "\"";
    json += ",\"statusReason\":" + text_or_null(identity.status_reason());
    json += ",\"connectionStateUpdatedTime\":" + time_text(session.state_updated_us());
    json += ",\"statusUpdatedTime\":" + time_text(identity.status_updated_us());
    json += ",\"lastActivityTime\":" + time_text(session.last_activity_us());
    json += ",\"cloudToDeviceMessageCount\":0";
    json += ",\"authentication\":" + authentication_json(identity.authentication());
    json += capabilities_json(identity) + scopes_json(identity) + "}";
    return json;
}

Bytes render_export_line(record::Device const& device, bool exclude_keys) {
    auto const& identity = device.identity();
    auto const& twin = device.twin();
    Bytes json = "{\"id\":" + json_string(identity.device_id());
    json += ",\"eTag\":\"" + device_etag(identity.etag_counter()) + "\"";
    json += ",\"status\":\"" + std::string{status_text(identity)} + "\"";
    if (!identity.status_reason().empty())
        json += ",\"statusReason\":" + json_string(identity.status_reason());
    json += ",\"authentication\":";
    json += exclude_keys ? "null" : authentication_json(identity.authentication());
    json += ",\"twinETag\":\"" + twin_etag(twin.etag_counter()) + "\"";
    json += ",\"tags\":" + (twin.tags().empty() ? std::string{"{}"} : twin.tags());
    json += ",\"properties\":{\"desired\":" +
            properties_json(twin.desired(), twin.desired_metadata(), twin.desired_version());
    json += ",\"reported\":" +
            properties_json(twin.reported(), twin.reported_metadata(), twin.reported_version());
    return json + "}" + capabilities_json(identity) + scopes_json(identity) + "}";
}

Bytes render_twin(record::Device const& device) {
    return render_twin(device, device.session().connected());
}

Bytes render_twin(record::Device const& device, bool connected) {
    auto const& identity = device.identity();
    auto const& session = device.session();
    auto const& twin = device.twin();
    auto const& authentication = identity.authentication();
    Bytes json = "{\"deviceId\":" + json_string(identity.device_id());
    json += ",\"etag\":\"" + twin_etag(twin.etag_counter()) + "\"";
    json += ",\"deviceEtag\":\"" + device_etag(identity.etag_counter()) + "\"";
    json += ",\"status\":\"" + std::string{status_text(identity)} + "\"";
    if (!identity.status_reason().empty())
        json += ",\"statusReason\":" + json_string(identity.status_reason());
    json += ",\"statusUpdateTime\":" + time_text(identity.status_updated_us());
    json += ",\"connectionState\":\"" + std::string{connection_text(connected)} + "\"";
    json += ",\"lastActivityTime\":" + time_text(session.last_activity_us());
    json += ",\"cloudToDeviceMessageCount\":0";
    json += ",\"authenticationType\":\"" + std::string{type_text(authentication)} + "\"";
    json += ",\"x509Thumbprint\":" + thumbprints(authentication);
    json += ",\"modelId\":" + json_string(twin.model_id());
    json += ",\"version\":" + std::to_string(twin.version());
    json += ",\"tags\":" + (twin.tags().empty() ? std::string{"{}"} : twin.tags());
    json += ",\"properties\":{\"desired\":" +
            properties_json(twin.desired(), twin.desired_metadata(), twin.desired_version());
    json += ",\"reported\":" +
            properties_json(twin.reported(), twin.reported_metadata(), twin.reported_version());
    json += "}" + capabilities_json(identity) + scopes_json(identity) + "}";
    return json;
}

Bytes render_device_twin(record::Device const& device) {
    auto const& twin = device.twin();
    return "{\"desired\":" + with_members(twin.desired(), version_member(twin.desired_version())) +
           ",\"reported\":" +
           with_members(twin.reported(), version_member(twin.reported_version())) + "}";
}

Bytes render_statistics(Statistics const& statistics) {
    return "{\"totalDeviceCount\":" + std::to_string(statistics.total) +
           ",\"enabledDeviceCount\":" + std::to_string(statistics.enabled) +
           ",\"disabledDeviceCount\":" + std::to_string(statistics.disabled) + "}";
}

Bytes render_service_statistics(Statistics const& statistics) {
    return "{\"connectedDeviceCount\":" + std::to_string(statistics.connected) + "}";
}

std::string device_etag(std::uint64_t counter) { return base64_encode(std::to_string(counter)); }

std::string twin_etag(std::uint64_t counter) {
    std::string bytes(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) bytes[7 - i] = static_cast<char>(counter >> (8 * i));
    return base64_encode(bytes);
}

}  // namespace tandem::hub
