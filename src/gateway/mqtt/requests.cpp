// What an open session asks of the hub, and how it passes the answers on.

#include "base/limits.hpp"
#include "codec/mqtt/decode.hpp"
#include "codec/mqtt/encode.hpp"
#include "codec/number_text.hpp"
#include "codec/time_text.hpp"
#include "gateway/mqtt/session.hpp"
#include "gateway/mqtt/telemetry.hpp"
#include "hub/error_table.hpp"

#include <algorithm>
#include <utility>

namespace tandem::gateway {
namespace {

using Kind = Inflight::Kind;

bool needs_puback(mqtt::Publish const& publish) {
    return publish.qos == mqtt::Qos::at_least_once;
}

Inflight::Entry entry_of(Kind kind, mqtt::Publish const& publish, std::string_view text = {}) {
    return {.kind = kind,
            .puback = needs_puback(publish),
            .packet_id = publish.packet_id,
            .body_bytes = static_cast<std::uint32_t>(publish.payload.size()),
            .text = std::string{text}};
}

}  // namespace

/// Puts a request into the output; the caller fills in the command that is returned.
hub::Command& MqttSession::request(Inflight::Entry entry) {
    Request& added = output_.requests.emplace_back();
    added.token = inflight_.add(std::move(entry));
    added.hub_host = login_.hub_host;
    return added.command;
}

void MqttSession::on_publish(mqtt::Publish const& publish) {
    if (publish.qos == mqtt::Qos::exactly_once) return end(Ending::broken);
    if (auto const bag = mqtt::telemetry_bag(publish.topic, telemetry_prefix_)) {
        return on_telemetry(publish, *bag);
    }
    if (auto const twin = mqtt::parse_twin_request(publish.topic)) {
        return on_twin_request(publish, *twin);
    }
    if (!mqtt::is_method_response(publish.topic)) return end(Ending::broken);
    // Nobody calls methods in this build, so nobody waits for the response.
    if (needs_puback(publish)) inflight_.acknowledge(publish.packet_id, output_.bytes);
}

void MqttSession::on_telemetry(mqtt::Publish const& publish, std::string_view bag) {
    if (publish.payload.size() > limits::telemetry_bytes_max) return end(Ending::broken);
    hub::Command& command = request(entry_of(Kind::telemetry, publish));
    record::Telemetry& message = command.emplace<hub::SendTelemetry>().message;
    if (!read_properties({.bag = bag, .retain = publish.retain}, message)) {
        output_.requests.pop_back();
        return end(Ending::broken);
    }
    message.set_device_id(login_.device.value);
    message.set_body(publish.payload.data(), publish.payload.size());
    message.set_auth_method(auth_method_);
    message.set_generation_id(generation_id_);
    if (!login_.model_id.empty()) {
        auto* const model = message.add_annotations();
        model->set_name("dt-dataschema");
        model->set_value(login_.model_id);
    }
}

void MqttSession::on_twin_request(mqtt::Publish const& publish, mqtt::TwinRequest const& twin) {
    if (twin.request_id.size() > limits::mqtt_request_id_bytes_max) return end(Ending::broken);
    switch (twin.kind) {
        case mqtt::TwinRequest::Kind::get:
            request(entry_of(Kind::twin_get, publish, twin.request_id))
                .emplace<hub::GetDeviceTwin>(hub::GetDeviceTwin{login_.device});
            return;
        case mqtt::TwinRequest::Kind::patch_reported: return on_patch_reported(publish, twin);
    }
}

void MqttSession::on_patch_reported(mqtt::Publish const& publish, mqtt::TwinRequest const& twin) {
    std::optional<std::int64_t> expected;
    if (twin.version) {
        expected = whole_number<std::int64_t>(*twin.version);
        if (!expected) {
            send_twin_error(twin.request_id, {Errc::argument_invalid, "$version is no number"});
            if (needs_puback(publish)) inflight_.acknowledge(publish.packet_id, output_.bytes);
            return;
        }
    }
    request(entry_of(Kind::patch_reported, publish, twin.request_id))
        .emplace<hub::PatchReported>(
            hub::PatchReported{login_.device, Bytes{publish.payload}, expected});
}

void MqttSession::on_subscribe(ByteView body) {
    auto const packet = mqtt::decode_subscribe(body);
    if (!packet || packet->filters.size() > limits::mqtt_subscriptions_max) {
        return end(Ending::broken);
    }
    Inflight::Entry entry{.kind = Kind::subscribe, .packet_id = packet->packet_id};
    for (mqtt::Filter const& asked : packet->filters) {
        auto const filter = mqtt::parse_filter(asked.text, login_.device.value);
        if (!filter) return end(Ending::broken);
        auto const granted = std::min(asked.qos, mqtt::Qos::at_least_once);
        granted_[static_cast<std::size_t>(*filter)] = granted;
        entry.text.push_back(static_cast<char>(granted));
    }
    change_subscriptions(std::move(entry));
}

void MqttSession::on_unsubscribe(ByteView body) {
    auto const packet = mqtt::decode_unsubscribe(body);
    if (!packet) return end(Ending::broken);
    for (std::string_view const text : packet->filters) {
        auto const filter = mqtt::parse_filter(text, login_.device.value);
        if (filter) granted_[static_cast<std::size_t>(*filter)].reset();
    }
    change_subscriptions({.kind = Kind::unsubscribe, .packet_id = packet->packet_id});
}

void MqttSession::change_subscriptions(Inflight::Entry entry) {
    auto& change = request(std::move(entry)).emplace<hub::ChangeSubscriptions>();
    change.device = login_.device;
    for (mqtt::DeviceFilter const filter : mqtt::device_filters) {
        auto const granted = granted_[static_cast<std::size_t>(filter)];
        if (!granted) continue;
        record::Subscription& subscription = change.subscriptions.emplace_back();
        subscription.set_filter(mqtt::filter_text(filter, login_.device.value));
        subscription.set_qos(static_cast<std::uint32_t>(*granted));
    }
}

void MqttSession::on_request_reply(Inflight::Entry& entry, Result<hub::Reply> const& reply) {
    switch (entry.kind) {
        case Kind::open: return;
        case Kind::telemetry:
            // MQTT cannot refuse a message: the client is to connect again and send it again.
            if (!reply) return end(Ending::broken);
            break;
        case Kind::twin_get:
        case Kind::patch_reported:
            if (!reply && (reply.code() == Errc::not_owner || reply.code() == Errc::unauthorized)) {
                return end(Ending::broken);
            }
            on_twin_reply(entry, reply);
            break;
        case Kind::subscribe:
            if (!reply) return end(Ending::broken);
            mqtt::encode_suback({entry.packet_id, entry.text}, output_.bytes);
            break;
        case Kind::unsubscribe:
            if (!reply) return end(Ending::broken);
            mqtt::encode_unsuback(entry.packet_id, output_.bytes);
            break;
    }
    inflight_.answer(entry, output_.bytes);
}

void MqttSession::on_twin_reply(Inflight::Entry const& entry, Result<hub::Reply> const& reply) {
    if (!reply) return send_twin_error(entry.text, reply.error());
    if (entry.kind == Kind::twin_get) {
        auto const* const twin = std::get_if<hub::Document>(&*reply);
        TANDEM_ASSERT(twin != nullptr, "GetDeviceTwin was answered with something else");
        return send_twin_response(200, entry.text, std::nullopt, twin->json);
    }
    auto const* const patched = std::get_if<hub::ReportedPatched>(&*reply);
    TANDEM_ASSERT(patched != nullptr, "PatchReported was answered with something else");
    send_twin_response(204, entry.text, patched->version, {});
}

void MqttSession::send_twin_error(std::string_view request_id, Error const& error) {
    std::string tracking_id = info_.tracking_seed + "-G:" + std::to_string(++tracking_count_);
    tracking_id += "-TimeStamp:" + format_tracking_time(wall_);
    send_twin_response(hub::error_row(error.code).http_status, request_id, std::nullopt,
                       hub::render_device_error(error, tracking_id, format_iso8601(wall_)));
}

void MqttSession::send_twin_response(unsigned status, std::string_view request_id,
                                     std::optional<std::int64_t> version, ByteView body) {
    if (!subscribed(mqtt::DeviceFilter::twin_responses)) return;
    std::string const topic = mqtt::twin_response_topic(status, request_id, version);
    mqtt::encode_publish({.topic = topic, .payload = body}, output_.bytes);
}

bool MqttSession::subscribed(mqtt::DeviceFilter filter) const {
    return granted_[static_cast<std::size_t>(filter)].has_value();
}

}  // namespace tandem::gateway
