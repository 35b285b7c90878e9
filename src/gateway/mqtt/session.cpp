#include "gateway/mqtt/session.hpp"

#include "base/drop_used.hpp"
#include "base/limits.hpp"
#include "codec/mqtt/decode.hpp"
#include "codec/mqtt/encode.hpp"
#include "hub/error_table.hpp"

#include <algorithm>
#include <utility>

namespace tandem::gateway {
namespace {

constexpr Duration expiry_look_max = 1h;
constexpr std::size_t kept_input_bytes_max = 64 * 1024;  // capacity that an idle session may hold

/// How long a client may be silent (MQTT 3.1.1 3.1.2.10, contract 1.2).
Duration silence_allowed(std::chrono::seconds keep_alive) {
    if (keep_alive == 0s) return limits::mqtt_keep_alive_max;
    return std::min(Duration{keep_alive} * 3 / 2, limits::mqtt_keep_alive_max);
}

}  // namespace

MqttSession::MqttSession(ConnectionInfo info) : info_(std::move(info)) {}

void MqttSession::begin(Now now) {
    wall_ = now.wall;
    if (state_ == State::waiting && !deadline_) {
        deadline_ = now.mono + limits::mqtt_connect_wait_max;
    }
}

/// Ends the session if its token has run out; otherwise says when to look again.
bool MqttSession::expired(Now now) {
    if (state_ != State::open || !expires_at_) return false;
    if (now.wall >= *expires_at_) {
        end(Ending::broken);
        return true;
    }
    look_at_expiry_ = now.mono + std::min(Duration{*expires_at_ - now.wall}, expiry_look_max);
    return false;
}

void MqttSession::on_bytes(ByteView bytes, Now now) {
    begin(now);
    if (state_ == State::closed || expired(now)) return;
    if (input_.empty()) {
        std::size_t const used = consume(bytes, now);
        if (state_ != State::closed) input_.assign(bytes.substr(used));
        return;
    }
    // Only a world that reads on although we are paused can bring us here.
    if (input_.size() - input_used_ + bytes.size() > 4 * limits::mqtt_packet_bytes_max) {
        return end(Ending::broken);
    }
    input_.append(bytes);
    consume_stored(now);
}

void MqttSession::consume_stored(Now now) {
    input_used_ += consume(ByteView{input_}.substr(input_used_), now);
    if (state_ == State::closed) return;
    drop_used(input_, input_used_, kept_input_bytes_max);
}

/// Handles the whole packets at the front of `input` as long as we are not paused; returns how
/// many bytes they take.
std::size_t MqttSession::consume(ByteView input, Now now) {
    std::size_t used = 0;
    while (state_ != State::closed && (leaving_ || !paused()) && used < input.size()) {
        ByteView const rest = input.substr(used);
        bool const greeting = state_ == State::waiting;
        // A stranger's first byte must promise a CONNECT before anything of it is kept.
        if (greeting && static_cast<unsigned char>(rest[0]) != 0x10) {
            end(Ending::broken);
            break;
        }
        auto const frame = mqtt::decode_frame(
            rest, greeting ? limits::mqtt_connect_bytes_max : limits::mqtt_packet_bytes_max);
        if (!frame) {
            end(Ending::broken);
            break;
        }
        if (!*frame) break;
        last_packet_at_ = now.mono;
        if (greeting) deadline_ = now.mono + limits::mqtt_open_wait_max;
        used += (*frame)->size();
        on_frame(**frame);
    }
    return used;
}

void MqttSession::on_frame(mqtt::Frame const& frame) {
    if (state_ == State::waiting) return on_connect(frame.body);
    if (state_ == State::open) return on_open_frame(frame);
    end(Ending::broken);
}

void MqttSession::on_open_frame(mqtt::Frame const& frame) {
    using enum mqtt::PacketType;
    bool const empty = frame.body.empty();
    switch (frame.header.type) {
        case publish: {
            auto const packet = mqtt::decode_publish(frame.header.flags, frame.body);
            return packet ? on_publish(*packet) : end(Ending::broken);
        }
        case puback:  // we send nothing that asks for one, and a stray one does no harm
            if (!mqtt::decode_packet_id(frame.body)) end(Ending::broken);
            return;
        case subscribe: return on_subscribe(frame.body);
        case unsubscribe: return on_unsubscribe(frame.body);
        case pingreq:
            return empty ? mqtt::encode_pingresp(output_.bytes) : end(Ending::broken);
        case disconnect: return end(empty ? Ending::graceful : Ending::broken);
        case connect:
        case connack:
        case pubrec:
        case pubrel:
        case pubcomp:
        case suback:
        case unsuback:
        case pingresp: return end(Ending::broken);
    }
}

void MqttSession::on_connect(ByteView body) {
    auto const connect = mqtt::decode_connect(body);
    if (!connect) {
        if (connect.code() != Errc::unsupported_version) return end(Ending::broken);
        return refuse(static_cast<std::uint8_t>(mqtt::ConnackCode::unacceptable_protocol));
    }
    auto login = read_login(*connect);
    if (auto const* const code = std::get_if<mqtt::ConnackCode>(&login)) {
        return refuse(static_cast<std::uint8_t>(*code));
    }
    login_ = std::move(std::get<Login>(login));
    state_ = State::opening;
    telemetry_prefix_ = mqtt::telemetry_prefix(login_.device.value);
    silence_max_ = silence_allowed(login_.keep_alive);
    request({.kind = Inflight::Kind::open})
        .emplace<hub::OpenSession>(hub::OpenSession{.device = login_.device,
                                                    .sas = std::exchange(login_.sas, {}),
                                                    .clean = login_.clean,
                                                    .model_id = login_.model_id});
}

void MqttSession::on_open_reply(Result<hub::Reply> const& reply, Now now) {
    if (!reply) {
        refuse(hub::error_row(reply.code()).mqtt_connack);
        return;
    }
    auto const* const opened = std::get_if<hub::SessionOpened>(&*reply);
    TANDEM_ASSERT(opened != nullptr, "OpenSession was answered with something else");
    state_ = State::open;
    deadline_.reset();
    last_packet_at_ = now.mono;
    auth_method_ = opened->auth_method;
    generation_id_ = opened->generation_id;
    expires_at_ = opened->expires_at;
    for (record::Subscription const& kept : opened->subscriptions) {
        auto const filter = mqtt::parse_filter(kept.filter(), login_.device.value);
        if (!filter) continue;
        granted_[static_cast<std::size_t>(*filter)] =
            kept.qos() == 0 ? mqtt::Qos::at_most_once : mqtt::Qos::at_least_once;
    }
    mqtt::encode_connack({opened->session_present, 0}, output_.bytes);
    expired(now);
}

/// Answers CONNECT with a reason; there is no session to close.
void MqttSession::refuse(std::uint8_t code) {
    mqtt::encode_connack({false, code}, output_.bytes);
    end(Ending::taken_away);
}

void MqttSession::on_reply(Token token, Result<hub::Reply> reply, Now now) {
    begin(now);
    if (state_ == State::closed) return;
    auto* const entry = inflight_.find(token);
    if (entry == nullptr) return;
    bool const was_paused = paused();
    if (entry->kind == Inflight::Kind::open) {
        on_open_reply(reply, now);
        if (state_ == State::closed) return;
        inflight_.answer(*entry, output_.bytes);
    } else {
        on_request_reply(*entry, reply);
    }
    if (state_ == State::closed || !was_paused || paused()) return;
    last_packet_at_ = now.mono;  // the client could not be heard while we were paused
    if (!input_.empty()) consume_stored(now);
}

void MqttSession::on_event(hub::Event const& event, Now now) {
    begin(now);
    if (state_ == State::closed) return;
    if (auto const* const closed = std::get_if<hub::Closed>(&event)) {
        switch (closed->reason) {
            // MQTT-3.1.2-8: to this connection it is the server that closes, without DISCONNECT.
            case hub::CloseReason::taken_over:
                return end(state_ == State::open && login_.will ? Ending::taken_over
                                                                : Ending::taken_away);
            case hub::CloseReason::owner_moved: return end(Ending::taken_away);
            // An identity that is gone, or not let in any more, has no right to a last word.
            case hub::CloseReason::not_admitted:
            case hub::CloseReason::identity_gone: return end(Ending::graceful);
        }
    }
    auto const& desired = std::get<hub::DesiredChanged>(event);
    if (state_ != State::open || !subscribed(mqtt::DeviceFilter::desired)) return;
    mqtt::encode_publish({.topic = mqtt::desired_topic(desired.version), .payload = desired.patch},
                         output_.bytes);
}

void MqttSession::on_timer(Now now) {
    begin(now);
    if (state_ == State::closed || expired(now)) return;
    if (deadline_ && now.mono >= *deadline_) {
        if (state_ == State::opening) {
            mqtt::encode_connack(
                {false, static_cast<std::uint8_t>(mqtt::ConnackCode::server_unavailable)},
                output_.bytes);
        }
        return end(Ending::broken);
    }
    auto const silent_until = keep_alive_deadline();
    if (silent_until && now.mono >= *silent_until) end(Ending::broken);
}

void MqttSession::on_peer_closed(Now now) {
    begin(now);
    if (state_ == State::open && !input_.empty()) {
        leaving_ = true;
        consume_stored(now);
    }
    end(Ending::broken);
}

void MqttSession::end(Ending ending) {
    if (state_ == State::closed) return;
    if (state_ == State::waiting) ending = Ending::taken_away;
    if (ending != Ending::taken_away) {
        hub::CloseSession close{.device = login_.device,
                                .will = std::nullopt,
                                .taken_over = ending == Ending::taken_over};
        if (ending != Ending::graceful && state_ == State::open && login_.will) {
            close.will = std::move(login_.will);
            close.will->set_device_id(login_.device.value);
            close.will->set_auth_method(auth_method_);
            close.will->set_generation_id(generation_id_);
        }
        output_.requests.push_back({inflight_.spare(), login_.hub_host, std::move(close)});
    }
    state_ = State::closed;
    output_.close = true;
    deadline_.reset();
    inflight_.clear();
    // `input_` may be what a caller up the stack is reading: it is left to the destructor.
}

std::optional<Time> MqttSession::keep_alive_deadline() const {
    if (state_ != State::open || paused()) return std::nullopt;
    return last_packet_at_ + silence_max_;
}

std::optional<Time> MqttSession::next_deadline() const {
    if (state_ == State::closed) return std::nullopt;
    if (state_ == State::waiting && !deadline_) return Time{};
    std::optional<Time> next = deadline_;
    if (auto const silent_until = keep_alive_deadline()) next = *silent_until;
    if (state_ == State::open && expires_at_) {
        next = next ? std::min(*next, look_at_expiry_) : look_at_expiry_;
    }
    return next;
}

bool MqttSession::paused() const {
    if (state_ == State::opening) return true;
    return inflight_.size() >= limits::mqtt_inflight_max ||
           inflight_.body_bytes() >= limits::mqtt_inflight_bytes_max;
}

}  // namespace tandem::gateway
