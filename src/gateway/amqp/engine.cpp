#include "gateway/amqp/engine.hpp"

#include <algorithm>

namespace tandem::gateway {

using amqp::Condition;
using amqp::FrameType;

void Engine::on_bytes(ByteView bytes, Now now) {
    set_now(now);
    if (closed()) return;
    if (!started_) started_ = now.mono;
    received_at_ = now.mono;
    input_.append(bytes);
    read();
}

void Engine::read() {
    if (reading_) return;  // an answer that came while we were asking
    reading_ = true;
    std::size_t used = 0;
    while (!closed() && step(ByteView{input_}.substr(used), used)) {
    }
    reading_ = false;
    input_.erase(0, used);
    if (closed()) {
        input_.clear();
    } else if (state_ == State::sasl_wait && input_.size() > limits::amqp_frame_bytes_max) {
        close(std::nullopt);  // nobody has that much to say before it knows the outcome
    }
}

/// Takes one header or frame. False: the next one is not there, or may not be read yet.
bool Engine::step(ByteView input, std::size_t& used) {
    if (state_ == State::sasl_wait) return false;
    if (state_ == State::header || state_ == State::amqp_header) return on_header(input, used);
    auto frame = amqp::decode_frame(input, limits::amqp_frame_bytes_max);
    if (!frame.ok()) {
        fail("amqp:connection:framing-error", frame.error().detail);
        return false;
    }
    if (!*frame) return false;
    used += (*frame)->size_bytes;
    on_frame(**frame);
    return true;
}

bool Engine::on_header(ByteView input, std::size_t& used) {
    if (input.size() < amqp::protocol_header.size()) return false;
    ByteView const header = input.substr(0, amqp::protocol_header.size());
    used += header.size();
    sent_at_ = now_.mono;
    if (header == amqp::protocol_header) {
        out_.append(amqp::protocol_header);
        state_ = State::opening;
        return true;
    }
    if (header == amqp::sasl_header && state_ == State::header) {
        out_.append(amqp::sasl_header);
        std::size_t const start = amqp::begin_frame(out_, FrameType::sasl, 0);
        amqp::encode_performative(
            amqp::SaslMechanisms{{"MSSBCBS", "PLAIN", "ANONYMOUS", "EXTERNAL"}}, out_);
        amqp::end_frame(out_, start);
        state_ = State::sasl_init;
        return true;
    }
    out_.append(amqp::protocol_header);  // "this is what we speak", and goodbye
    state_ = State::closed;
    return false;
}

void Engine::on_frame(amqp::Frame const& frame) {
    bool const sasl = state_ == State::sasl_init;
    if (frame.type != (sasl ? FrameType::sasl : FrameType::amqp)) {
        return fail("amqp:connection:framing-error", "a frame of the wrong type");
    }
    if (frame.body.empty() && !sasl) return;
    auto decoded = amqp::decode_performative(frame.body);
    if (!decoded.ok()) return fail("amqp:decode-error", decoded.error().detail);
    if (sasl) return on_sasl_frame(*decoded);
    on_performative(frame.channel, std::move(decoded).value());
}

void Engine::on_sasl_frame(amqp::Decoded const& decoded) {
    auto const* init = std::get_if<amqp::SaslInit>(&decoded.performative);
    if (!init) return fail("amqp:connection:framing-error", "expected sasl-init");
    state_ = State::sasl_wait;
    handler_.on_sasl(*init);
}

void Engine::sasl_done(bool ok) {
    if (state_ != State::sasl_wait) return;
    std::size_t const start = amqp::begin_frame(out_, FrameType::sasl, 0);
    amqp::encode_performative(amqp::SaslOutcome{.code = ok ? std::uint8_t{0} : std::uint8_t{1}},
                              out_);
    amqp::end_frame(out_, start);
    sent_at_ = now_.mono;
    state_ = ok ? State::amqp_header : State::closed;
    read();
}

void Engine::on_performative(std::uint16_t number, amqp::Decoded decoded) {
    auto& said = decoded.performative;
    if (state_ == State::opening) {
        auto const* open = std::get_if<amqp::Open>(&said);
        if (!open) return fail("amqp:not-allowed", "the first frame must be OPEN");
        return on_open(*open);
    }
    if (std::holds_alternative<amqp::Close>(said)) return on_close();
    if (auto const* begin = std::get_if<amqp::Begin>(&said)) return on_begin(number, *begin);
    auto const found = channels_.find(number);
    if (found == channels_.end()) {
        return fail("amqp:not-allowed", "a frame on a channel without a session");
    }
    Channel& channel = found->second;
    if (auto* attach = std::get_if<amqp::Attach>(&said)) {
        on_attach(number, channel, std::move(*attach));
    } else if (auto const* flow = std::get_if<amqp::Flow>(&said)) {
        on_flow(number, channel, *flow);
    } else if (auto const* transfer = std::get_if<amqp::Transfer>(&said)) {
        on_transfer(number, channel, *transfer, decoded.payload);
    } else if (auto const* disposition = std::get_if<amqp::Disposition>(&said)) {
        on_disposition(number, channel, *disposition);
    } else if (auto const* detach = std::get_if<amqp::Detach>(&said)) {
        on_detach(number, channel, *detach);
    } else if (std::holds_alternative<amqp::End>(said)) {
        on_end(number, channel);
    } else {
        fail("amqp:not-allowed", "a performative that has no place here");
    }
}

void Engine::on_open(amqp::Open const& open) {
    hostname_ = open.hostname.value_or("");
    peer_frame_max_ = std::clamp(open.max_frame_size, amqp::frame_bytes_min,
                                 limits::amqp_frame_bytes_max);
    if (open.idle_time_out_ms && *open.idle_time_out_ms > 0) {
        // More than one empty frame a second is not for the asking.
        peer_idle_ = std::max<Duration>(std::chrono::milliseconds{*open.idle_time_out_ms}, 1s);
    }
    state_ = State::live;
    emit_open();
}

void Engine::emit_open() {
    auto const idle = std::chrono::duration_cast<std::chrono::milliseconds>(
        limits::amqp_idle_timeout);
    amqp::Open open;
    open.container_id = "tandem";
    open.max_frame_size = limits::amqp_frame_bytes_max;
    open.channel_max = limits::amqp_channel_max;
    open.idle_time_out_ms = static_cast<std::uint32_t>(idle.count());
    emit(0, open);
}

void Engine::on_close() {
    emit(0, amqp::Close{});
    state_ = State::closed;
}

void Engine::close(std::optional<Condition> condition) {
    if (closed()) return;
    if (state_ == State::opening) emit_open();
    if (state_ == State::opening || state_ == State::live) {
        emit(0, amqp::Close{std::move(condition)});
    }
    state_ = State::closed;
}

void Engine::fail(char const* condition, std::string description) {
    close(Condition{condition, std::move(description), {}});
}

void Engine::on_timer(Now now) {
    set_now(now);
    if (closed()) return;
    if (!started_) {
        started_ = now.mono;
        received_at_ = now.mono;
    }
    if (!live()) {
        if (now.mono >= *started_ + open_wait_max) {
            fail("amqp:connection:forced", "OPEN did not come in time");
        }
        return;
    }
    if (now.mono >= received_at_ + silence_max) {
        return fail("amqp:resource-limit-exceeded", "the connection was silent for too long");
    }
    forget_old();
    if (peer_idle_ && now.mono >= sent_at_ + *peer_idle_ / 2) {
        amqp::end_frame(out_, amqp::begin_frame(out_, FrameType::amqp, 0));
        sent_at_ = now.mono;
    }
}

std::optional<Time> Engine::next_deadline() const {
    if (closed()) return std::nullopt;
    if (!started_) return Time::min();
    if (!live()) return *started_ + open_wait_max;
    Time deadline = received_at_ + silence_max;
    if (peer_idle_) deadline = std::min(deadline, sent_at_ + *peer_idle_ / 2);
    if (!in_flight_full()) return deadline;
    for (auto const& [number, channel] : channels_) {
        if (channel.in_flight.empty()) continue;
        deadline = std::min(deadline, channel.in_flight.front().forget_at);
    }
    return deadline;
}

void Engine::emit(std::uint16_t channel, amqp::Performative const& performative) {
    std::size_t const start = amqp::begin_frame(out_, FrameType::amqp, channel);
    amqp::encode_performative(performative, out_);
    amqp::end_frame(out_, start);
    sent_at_ = now_.mono;
}

Link* Engine::find(LinkId id) {
    auto const found = links_.find(id);
    return found == links_.end() ? nullptr : found->second;
}

std::vector<LinkId> Engine::links() const {
    std::vector<LinkId> ids;
    ids.reserve(links_.size());
    for (auto const& [id, link] : links_) ids.push_back(id);
    return ids;
}

}  // namespace tandem::gateway
