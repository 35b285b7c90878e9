// The engine's sending half: messages into transfers, and what lets the next one go.
#include "gateway/amqp/engine.hpp"

#include <algorithm>

namespace tandem::gateway {

void Engine::send(Link& link, Bytes message) {
    if (closed() || link.state != Link::State::live || link.incoming) return;
    link.queue.push_back(std::move(message));
    pump(link);
}

void Engine::pump(Link& link) {
    Channel& channel = channels_.at(link.channel);
    while (!link.queue.empty() && channel.remote_incoming_window > 0) {
        bool const begun = link.front_sent_bytes > 0;
        if (!begun && (link.credit == 0 || in_flight_full())) break;
        emit_transfer(link, channel);
    }
    if (!link.queue.empty() && in_flight_full()) ask_progress();
}

/// "How far have you read?" The answer comes after everything sent before, so it releases it all.
void Engine::ask_progress() {
    if (echo_asked_) return;
    echo_asked_ = true;
    for (auto const& [number, channel] : channels_) {
        if (!channel.in_flight.empty()) send_flow(number, channel, nullptr, true);
    }
}

/// One frame of the message at the front of the queue.
void Engine::emit_transfer(Link& link, Channel& channel) {
    bool const first = link.front_sent_bytes == 0;
    if (first) {
        link.front_delivery = channel.next_delivery_id++;
        ++link.delivery_count;
        --link.credit;
        channel.in_flight.push_back(
            {link.front_delivery, 0, link.queue.front().size(),
             now_.mono + (link.settled ? settled_pace : unsettled_wait_max)});
        in_flight_bytes_ += link.queue.front().size();
    }
    Bytes tag(16, '\0');
    for (std::size_t i = 0; i < 4; ++i) {
        tag[12 + i] = static_cast<char>(link.front_delivery >> (8 * (3 - i)));
    }
    amqp::Transfer transfer;
    transfer.handle = link.handle;
    transfer.delivery_id = link.front_delivery;  // in every frame: there are clients that need it
    transfer.delivery_tag = std::move(tag);
    transfer.message_format = 0;
    transfer.settled = link.settled;

    constexpr std::size_t overhead_bytes = 80;   // frame header and performative, at most
    ByteView const rest = ByteView{link.queue.front()}.substr(link.front_sent_bytes);
    ByteView const chunk = rest.substr(0, peer_frame_max_ - overhead_bytes);
    transfer.more = chunk.size() < rest.size();
    std::size_t const start = amqp::begin_frame(out_, amqp::FrameType::amqp, link.channel);
    amqp::encode_performative(transfer, out_);
    out_.append(chunk);
    amqp::end_frame(out_, start);
    sent_at_ = now_.mono;

    for (auto sent = channel.in_flight.rbegin(); sent != channel.in_flight.rend(); ++sent) {
        if (sent->delivery != link.front_delivery) continue;
        sent->last_transfer = channel.next_outgoing_id;
        break;
    }
    ++channel.next_outgoing_id;
    --channel.remote_incoming_window;
    link.front_sent_bytes += chunk.size();
    if (transfer.more) return;
    link.queue.pop_front();
    link.front_sent_bytes = 0;
}

/// The peer has read or settled everything up to here: forget it.
void Engine::release(Channel& channel, std::optional<std::uint32_t> settled_delivery,
                     std::optional<std::uint32_t> next_transfer) {
    while (!channel.in_flight.empty()) {
        InFlight const& sent = channel.in_flight.front();
        auto const past = [](std::uint32_t a, std::uint32_t b) {
            return static_cast<std::int32_t>(a - b) >= 0;
        };
        bool const settled = settled_delivery && past(*settled_delivery, sent.delivery);
        bool const read = next_transfer && past(*next_transfer, sent.last_transfer + 1);
        if (!settled && !read) break;
        in_flight_bytes_ -= sent.bytes;
        channel.in_flight.pop_front();
    }
    if (!in_flight_full()) echo_asked_ = false;
}

void Engine::forget_old() {
    if (!in_flight_full()) return;
    for (auto& [number, channel] : channels_) {
        while (!channel.in_flight.empty() && channel.in_flight.front().forget_at <= now_.mono) {
            in_flight_bytes_ -= channel.in_flight.front().bytes;
            channel.in_flight.pop_front();
        }
    }
    if (in_flight_full()) return;
    echo_asked_ = false;
    pump_all();
}

void Engine::pump_all() {
    for (LinkId const id : links()) {
        if (closed()) return;
        Link* link = find(id);
        if (!link || link->incoming || link->state != Link::State::live) continue;
        pump(*link);
        handler_.on_ready(*link);
    }
}

}  // namespace tandem::gateway
