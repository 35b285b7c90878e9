// gateway/amqp/test_peer.hpp -- a client and a region around one AmqpSession, for tests: says
// performatives, hears the answers, and holds what was asked of the region.
#pragma once

#include "codec/amqp/message.hpp"
#include "gateway/amqp/amqp_session.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tandem::gateway {

struct TestPeer {
    struct Heard {
        std::uint16_t channel;
        amqp::Performative what;
        Bytes payload;
    };

    explicit TestPeer(ReceiverTable& table, std::uint16_t port = AmqpSession::default_port)
        : session(
              {.server_name = "hub.test", .peer_address = "127.0.0.1", .tracking_seed = "seed"},
              table, port) {}

    void send(ByteView bytes) {
        session.on_bytes(bytes, now);
        collect();
    }
    void say(amqp::Performative const& what, ByteView payload = {}, std::uint16_t channel = 0) {
        bool const sasl = std::holds_alternative<amqp::SaslInit>(what);
        Bytes bytes;
        std::size_t const start = amqp::begin_frame(
            bytes, sasl ? amqp::FrameType::sasl : amqp::FrameType::amqp, channel);
        amqp::encode_performative(what, bytes);
        bytes.append(payload);
        amqp::end_frame(bytes, start);
        send(bytes);
    }
    void pass(Duration time) {
        now.mono += time;
        now.wall += time;
        session.on_timer(now);
        collect();
    }
    /// Answers the oldest question, which must be a Command of this type, and gives it back.
    template <class Command>
    Command answer(Result<hub::Reply> reply) {
        if (asked.empty() || !std::holds_alternative<Command>(asked.front().command)) {
            ADD_FAILURE() << "that was not asked";
            return {};
        }
        Request const request = asked.front();
        asked.erase(asked.begin());
        session.on_reply(request.token, std::move(reply), now);
        collect();
        return std::get<Command>(request.command);
    }
    void collect() {
        Output& output = session.output();
        for (Request& request : output.requests) asked.push_back(std::move(request));
        output.requests.clear();
        raw += std::exchange(output.bytes, {});
        while (!raw.empty()) {
            if (raw.starts_with("AMQP")) {
                headers.push_back(raw.substr(0, 8));
                raw.erase(0, 8);
                continue;
            }
            auto const frame = amqp::decode_frame(raw, limits::amqp_frame_bytes_max);
            ASSERT_TRUE(frame.ok() && *frame);
            if ((*frame)->body.empty()) {
                ++keep_alives;
            } else {
                auto decoded = amqp::decode_performative((*frame)->body);
                ASSERT_TRUE(decoded.ok());
                heard.push_back({(*frame)->channel, decoded->performative,
                                 Bytes{decoded->payload}});
            }
            raw.erase(0, (*frame)->size_bytes);
        }
    }
    /// The first performative of that type not yet taken; null when there is none.
    template <class T>
    std::optional<T> take(Bytes* payload = nullptr) {
        for (auto it = heard.begin(); it != heard.end(); ++it) {
            auto const* found = std::get_if<T>(&it->what);
            if (!found) continue;
            T result = *found;
            if (payload) *payload = it->payload;
            heard.erase(it);
            return result;
        }
        return std::nullopt;
    }
    /// The condition of the next DETACH or CLOSE, "" when there is none.
    template <class T>
    std::string condition() {
        auto const said = take<T>();
        return said && said->error ? said->error->condition : "";
    }
    std::optional<amqp::Message> message() {
        Bytes payload;
        if (!take<amqp::Transfer>(&payload)) return std::nullopt;
        auto result = amqp::decode_message(payload);
        if (!result.ok()) return std::nullopt;
        return *result;
    }

    void open(std::string hostname = "hub.test:5671") {
        send(amqp::protocol_header);
        amqp::Open open;
        open.container_id = "client";
        open.hostname = std::move(hostname);
        say(open);
        begin(0);
    }
    void begin(std::uint16_t channel, std::uint32_t incoming_window = 2048) {
        amqp::Begin begin;
        begin.incoming_window = incoming_window;
        begin.outgoing_window = 2048;
        say(begin, {}, channel);
    }
    static amqp::Value terminus(std::uint64_t code, std::string_view address) {
        return amqp::Value::described(amqp::Value::ulong(code),
                                      amqp::Value::list({amqp::Value::string(address)}));
    }
    static amqp::Attach sender(std::uint32_t handle, std::string_view address) {
        amqp::Attach attach;
        attach.name = "s" + std::to_string(handle);
        attach.handle = handle;
        attach.role = amqp::Role::sender;
        attach.source = terminus(0x28, "me");
        attach.target = terminus(0x29, address);
        attach.initial_delivery_count = 0;
        return attach;
    }
    static amqp::Attach receiver(std::uint32_t handle, std::string_view address,
                                 std::string_view own = "me") {
        amqp::Attach attach;
        attach.name = "r" + std::to_string(handle);
        attach.handle = handle;
        attach.role = amqp::Role::receiver;
        attach.source = terminus(0x28, address);
        attach.target = terminus(0x29, own);
        return attach;
    }
    void credit(std::uint32_t handle, std::uint32_t count, bool drain = false,
                std::uint16_t channel = 0) {
        amqp::Flow flow;
        flow.next_incoming_id = next_incoming;
        flow.incoming_window = 2048;
        flow.outgoing_window = 2048;
        flow.handle = handle;
        flow.delivery_count = delivered;
        flow.link_credit = count;
        flow.drain = drain;
        say(flow, {}, channel);
    }
    void transfer(std::uint32_t handle, amqp::Message const& message, bool settled = false) {
        amqp::Transfer transfer;
        transfer.handle = handle;
        transfer.delivery_id = sent++;
        transfer.delivery_tag = "t";
        transfer.settled = settled;
        Bytes bytes;
        amqp::encode_message(message, bytes);
        say(transfer, bytes);
    }
    /// $cbs on handles 0 and 1, with credit.
    void attach_cbs() {
        say(sender(0, "$cbs"));
        say(receiver(1, "$cbs", "cbs-reply"));
        credit(1, 100);
        heard.clear();
    }
    void put_token(std::string_view token, amqp::Value id = amqp::Value::ulong(0)) {
        amqp::Message message;
        message.properties.emplace();
        message.properties->message_id = std::move(id);
        message.properties->reply_to = "cbs-reply";
        message.application_properties = amqp::Value::map(
            {amqp::Value::string("operation"), amqp::Value::string("put-token"),
             amqp::Value::string("type"), amqp::Value::string("jwt")});
        message.value = amqp::Value::string(token);
        transfer(0, message);
    }
    static hub::Reply granted(std::optional<WallTime> until = {}, std::string hub = "hub",
                              std::string policy = "service") {
        return hub::Authorized{std::move(policy), until, hub::Proof::policy_key, std::move(hub)};
    }
    void authorise(Duration life = 1h) {
        attach_cbs();
        put_token("SharedAccessSignature x");
        (void)answer<hub::Authorize>(granted(now.wall + life));
        heard.clear();
    }
    hub::EventHubInfo info{"hub", {}, 4, {"$Default"}};
    /// A receiver on partition 0 that begins after position 0, without credit.
    void receive(std::uint32_t handle, std::optional<std::int64_t> epoch = {}) {
        amqp::Attach attach = receiver(handle, "hub/ConsumerGroups/$Default/Partitions/0");
        if (epoch) {
            attach.properties = amqp::Value::map(
                {amqp::Value::symbol("com.microsoft:epoch"), amqp::Value::int64(*epoch)});
        }
        say(attach);
        (void)answer<hub::GetEventHub>(hub::Reply{info});
        if (asked.empty()) return;
        (void)answer<hub::FindTelemetry>(hub::Reply{hub::TelemetryFound{}});
    }
    static hub::TelemetryRead events(std::uint64_t first, std::size_t count,
                                     std::size_t body_bytes = 1) {
        hub::TelemetryRead read;
        for (std::size_t i = 0; i < count; ++i) {
            hub::StoredTelemetry event;
            event.position = Position::from_bits(first + i);
            event.enqueued = wall_from_micros(1'700'000'000'000'000);
            event.message.set_device_id("dev");
            event.message.set_body(std::string(body_bytes, 'x'));
            read.last = event.position;
            read.messages.push_back(std::move(event));
        }
        read.newest = read.last;
        return read;
    }

    Now now{Time{1h}, wall_from_micros(1'700'000'000'000'000)};
    AmqpSession session;
    std::vector<std::string> headers;
    std::vector<Heard> heard;
    std::vector<Request> asked;
    std::size_t keep_alives = 0;
    std::uint32_t sent = 0;
    std::uint32_t next_incoming = 0;
    std::uint32_t delivered = 0;
    Bytes raw;
};

}  // namespace tandem::gateway
