// gateway/mqtt/conversation.hpp -- a test's view of an MqttSession: what goes in, and what comes
// out as lines of text. Only tests and the fuzzer include it.
#pragma once

#include "codec/mqtt/decode.hpp"
#include "codec/mqtt/encode.hpp"
#include "gateway/mqtt/session.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tandem::gateway {

inline std::string describe(mqtt::Frame const& frame) {
    auto const number = [](auto id) { return std::to_string(static_cast<unsigned>(id)); };
    switch (frame.header.type) {
        case mqtt::PacketType::connack: {
            auto const p = *mqtt::decode_connack(frame.body);
            return "CONNACK " + number(p.code) + (p.session_present ? " session present" : "");
        }
        case mqtt::PacketType::publish: {
            auto const p = *mqtt::decode_publish(frame.header.flags, frame.body);
            return "PUBLISH qos " + number(p.qos) + " " + std::string{p.topic} + " " +
                   std::string{p.payload};
        }
        case mqtt::PacketType::puback:
            return "PUBACK " + number(*mqtt::decode_packet_id(frame.body));
        case mqtt::PacketType::suback: {
            auto const p = *mqtt::decode_suback(frame.body);
            std::string line = "SUBACK " + number(p.packet_id) + ":";
            for (char const code : p.codes) line += " " + number(static_cast<unsigned char>(code));
            return line;
        }
        case mqtt::PacketType::unsuback:
            return "UNSUBACK " + number(*mqtt::decode_packet_id(frame.body));
        case mqtt::PacketType::pingresp: return "PINGRESP";
        default: return "a packet that no server sends";
    }
}

inline std::string describe(record::Telemetry const& message) {
    std::string line = message.device_id() + " '" + message.body() + "'";
    auto const field = [&line](char const* name, std::string const& value) {
        if (!value.empty()) line += std::string{" "} + name + "=" + value;
    };
    field("auth", message.auth_method());
    field("generation", message.generation_id());
    field("message-id", message.message_id());
    field("correlation-id", message.correlation_id());
    field("user-id", message.user_id());
    field("content-type", message.content_type());
    field("content-encoding", message.content_encoding());
    field("to", message.to());
    if (message.expiry_us() != 0) field("expiry-us", std::to_string(message.expiry_us()));
    for (auto const& p : message.properties())
        line += " [" + p.name() + (p.no_value() ? "" : "=") + p.value() + "]";
    for (auto const& p : message.annotations()) line += " {" + p.name() + "=" + p.value() + "}";
    return line;
}

struct DescribeCommand {
    std::string operator()(hub::OpenSession const& c) const {
        return "OpenSession " + c.device.value + " sas=" + c.sas + (c.clean ? " clean" : "") +
               (c.model_id.empty() ? "" : " model=" + c.model_id);
    }
    std::string operator()(hub::ChangeSubscriptions const& c) const {
        std::string line = "ChangeSubscriptions " + c.device.value;
        for (auto const& s : c.subscriptions) {
            line += " " + s.filter() + "=" + std::to_string(s.qos());
        }
        return line;
    }
    std::string operator()(hub::CloseSession const& c) const {
        return "CloseSession " + c.device.value + (c.taken_over ? " taken over" : "") +
               (c.will ? " will " + describe(*c.will) : "");
    }
    std::string operator()(hub::SendTelemetry const& c) const {
        return "SendTelemetry " + describe(c.message);
    }
    std::string operator()(hub::GetDeviceTwin const& c) const {
        return "GetDeviceTwin " + c.device.value;
    }
    std::string operator()(hub::PatchReported const& c) const {
        return "PatchReported " + c.device.value + " " + c.patch +
               (c.expected_version ? " if version " + std::to_string(*c.expected_version) : "");
    }
    template <class Other>
    std::string operator()(Other const&) const {
        return "a command that no device gives";
    }
};

class Conversation {
public:
    MqttSession session{{.server_name = "", .peer_address = "", .tracking_seed = "seed"}};
    Now now{Time{100s}, wall_from_micros(1'795'000'000'000'000)};
    Bytes bytes;                             ///< everything the session ever sent
    std::vector<Request> requests;           ///< everything it ever asked
    bool closed = false;

    void hears(ByteView input) { session.on_bytes(input, now), collect(); }
    void is_answered(std::uint64_t token, hub::Reply reply) {
        session.on_reply(Token{token}, std::move(reply), now), collect();
    }
    void is_answered(std::uint64_t token, Error error) {
        session.on_reply(Token{token}, std::move(error), now), collect();
    }
    void is_told(hub::Event const& event) { session.on_event(event, now), collect(); }
    void loses_its_peer() { session.on_peer_closed(now), collect(); }
    /// Lets time pass and calls the timer when it is due.
    void waits(Duration duration) {
        now.mono += duration;
        now.wall += duration;
        auto const deadline = session.next_deadline();
        if (deadline && *deadline <= now.mono) session.on_timer(now), collect();
    }
    /// What the session did since the last call, one thing a line.
    std::string take() { return std::exchange(lines_, {}); }

private:
    void collect() {
        Output out = std::exchange(session.output(), {});
        ByteView rest = out.bytes;
        while (!rest.empty()) {
            auto const frame = mqtt::decode_frame(rest, rest.size());
            TANDEM_ASSERT(frame.ok() && *frame, "the session sent half a packet");
            lines_ += describe(**frame) + "\n";
            rest.remove_prefix((*frame)->size());
        }
        bytes += out.bytes;
        for (Request& request : out.requests) {
            lines_ += "#" + std::to_string(static_cast<std::uint64_t>(request.token)) + " " +
                      (request.hub_host == "hub.test" ? "" : "at " + request.hub_host + " ") +
                      std::visit(DescribeCommand{}, request.command) + "\n";
            requests.push_back(std::move(request));
        }
        if (out.close && !std::exchange(closed, true)) lines_ += "close\n";
    }

    std::string lines_;
};

// ---- what a client sends

inline constexpr std::string_view telemetry_topic = "devices/dev1/messages/events/";
inline constexpr std::string_view user_name = "hub.test/dev1/?api-version=2021-04-12";

inline mqtt::Connect plain_connect() {
    return {.client_id = "dev1",
            .clean = false,
            .keep_alive = 60s,
            .will = std::nullopt,
            .username = user_name,
            .password = "sas"};
}
inline Bytes connect_packet(mqtt::Connect const& connect = plain_connect()) {
    Bytes out;
    mqtt::encode_connect(connect, out);
    return out;
}
/// QoS 1 with an identifier, QoS 0 without.
inline Bytes publish_packet(std::string_view topic, ByteView body, std::uint16_t id = 0) {
    Bytes out;
    auto const qos = id == 0 ? mqtt::Qos::at_most_once : mqtt::Qos::at_least_once;
    mqtt::encode_publish({topic, body, qos, false, false, mqtt::PacketId{id}}, out);
    return out;
}
inline Bytes subscribe_packet(std::uint16_t id, std::vector<mqtt::Filter> const& filters) {
    Bytes out;
    mqtt::encode_subscribe(mqtt::PacketId{id}, filters, out);
    return out;
}

inline hub::Reply opened_reply() {
    hub::SessionOpened opened;
    opened.generation_id = "g1";
    opened.auth_method = "{sas}";
    return opened;
}
inline hub::Reply opened_reply_with(std::vector<std::string> const& filters) {
    hub::SessionOpened opened = std::get<hub::SessionOpened>(opened_reply());
    opened.session_present = true;
    for (auto const& filter : filters) {
        opened.subscriptions.emplace_back().set_filter(filter);
    }
    return opened;
}

/// A conversation whose session is open, under token 1.
inline Conversation open_conversation(mqtt::Connect const& connect = plain_connect(),
                                      hub::Reply const& reply = opened_reply()) {
    Conversation c;
    c.hears(connect_packet(connect));
    c.is_answered(1, reply);
    c.take();
    return c;
}

}  // namespace tandem::gateway
