// The engine's sessions and links: what the peer says about them.
#include "gateway/amqp/engine.hpp"

#include <algorithm>

namespace tandem::gateway {

using amqp::Condition;
using amqp::Role;

namespace {

/// How far `a` is past `b` in sequence numbers that wrap (RFC 1982); negative: behind.
std::int32_t distance(std::uint32_t a, std::uint32_t b) {
    return static_cast<std::int32_t>(a - b);
}

}  // namespace

Link* Engine::link_of(Channel& channel, std::uint32_t handle) {
    auto const found = channel.links.find(handle);
    return found == channel.links.end() ? nullptr : &found->second;
}

void Engine::on_begin(std::uint16_t number, amqp::Begin const& begin) {
    if (number > limits::amqp_channel_max) {
        return fail("amqp:connection:framing-error", "a channel above channel-max");
    }
    if (channels_.contains(number)) {
        return fail("amqp:not-allowed", "the channel has a session already");
    }
    if (begin.remote_channel) return fail("amqp:not-allowed", "an answer to a BEGIN never sent");
    if (channels_.size() >= sessions_max) {
        return fail("amqp:resource-limit-exceeded", "too many sessions");
    }
    Channel& channel = channels_[number];
    channel.next_incoming_id = begin.next_outgoing_id;
    channel.remote_incoming_window = begin.incoming_window;
    emit(number, amqp::Begin{.remote_channel = number,
                             .next_outgoing_id = channel.next_outgoing_id,
                             .incoming_window = window,
                             .outgoing_window = window,
                             .handle_max = handle_max});
}

void Engine::on_attach(std::uint16_t number, Channel& channel, amqp::Attach attach) {
    if (attach.handle > handle_max) {
        return fail("amqp:connection:framing-error", "a handle above handle-max");
    }
    if (channel.links.contains(attach.handle)) {
        return fail("amqp:session:handle-in-use", "the handle is attached already");
    }
    if (links_.size() >= limits::amqp_links_max) {
        return fail("amqp:resource-limit-exceeded", "too many links");
    }
    Link& link = channel.links[attach.handle];
    link.id = LinkId{++last_link_id_};
    link.channel = number;
    link.handle = attach.handle;
    link.incoming = attach.role == Role::sender;
    link.settled = attach.snd_settle_mode == 1;
    if (link.incoming) link.delivery_count = attach.initial_delivery_count.value_or(0);
    link.request = std::move(attach);
    links_[link.id] = &link;
    handler_.on_attach(link);
}

void Engine::accept(Link& link, amqp::Value offered_capabilities) {
    if (closed() || link.state != Link::State::attaching) return;
    link.state = Link::State::live;
    amqp::Attach reply = std::move(link.request);
    link.request = {};
    reply.role = link.incoming ? Role::receiver : Role::sender;
    reply.initial_delivery_count.reset();
    if (!link.incoming) reply.initial_delivery_count = 0;
    reply.max_message_size = link.incoming ? incoming_message_bytes_max
                                           : limits::amqp_message_bytes_max;
    reply.offered_capabilities = std::move(offered_capabilities);
    reply.desired_capabilities = {};
    reply.properties = amqp::Value::map({});  // pyamqp merges it into its own without a look
    emit(link.channel, reply);
    if (link.incoming) grant(link);
}

void Engine::refuse(Link& link, Condition condition) {
    if (closed() || link.state != Link::State::attaching) return;
    amqp::Attach reply = std::move(link.request);
    link.request = {};
    reply.role = link.incoming ? Role::receiver : Role::sender;
    reply.source = {};
    reply.target = {};
    reply.initial_delivery_count.reset();
    if (!link.incoming) reply.initial_delivery_count = 0;
    reply.max_message_size.reset();
    reply.desired_capabilities = {};
    reply.offered_capabilities = {};
    reply.properties = amqp::Value::map({});
    emit(link.channel, reply);
    detach(link, std::move(condition));
}

void Engine::detach(Link& link, Condition condition) {
    if (closed() || link.state == Link::State::detaching) return;
    link.state = Link::State::detaching;
    link.queue.clear();
    link.partial.clear();
    emit(link.channel, amqp::Detach{link.handle, true, std::move(condition)});
}

void Engine::grant(Link& link) {
    link.credit = incoming_credit;
    send_flow(link.channel, channels_.at(link.channel), &link, false);
}

void Engine::send_flow(std::uint16_t number, Channel const& channel, Link const* link, bool echo) {
    amqp::Flow flow;
    flow.next_incoming_id = channel.next_incoming_id;
    flow.incoming_window = channel.incoming_window;
    flow.next_outgoing_id = channel.next_outgoing_id;
    flow.outgoing_window = window;
    flow.echo = echo;
    if (link) {
        flow.handle = link->handle;
        flow.delivery_count = link->delivery_count;
        flow.link_credit = link->credit;
        flow.drain = link->drain;
        if (!link->incoming) flow.available = static_cast<std::uint32_t>(link->queue.size());
    }
    emit(number, flow);
}

void Engine::on_flow(std::uint16_t number, Channel& channel, amqp::Flow const& flow) {
    std::uint32_t const base = flow.next_incoming_id.value_or(0);
    std::int32_t const ahead = distance(channel.next_outgoing_id, base);
    if (ahead < 0) return fail("amqp:invalid-field", "transfers that were never sent");
    auto const on_the_way = static_cast<std::uint32_t>(ahead);
    channel.remote_incoming_window =
        flow.incoming_window > on_the_way ? flow.incoming_window - on_the_way : 0;
    if (flow.next_incoming_id) release(channel, std::nullopt, base);
    if (flow.handle) {
        Link* link = link_of(channel, *flow.handle);
        if (!link) return fail("amqp:session:unattached-handle", "flow for an unknown handle");
        if (link->state != Link::State::detaching) on_link_flow(*link, flow);
    }
    if (closed()) return;
    if (flow.echo) {
        Link const* link = flow.handle ? link_of(channel, *flow.handle) : nullptr;
        bool const about_link = link && link->state == Link::State::live;
        send_flow(number, channel, about_link ? link : nullptr, false);
    }
    pump_all();
}

void Engine::on_link_flow(Link& link, amqp::Flow const& flow) {
    if (link.incoming) return;  // what a sender says of its state changes nothing here
    std::uint32_t const counted = flow.delivery_count.value_or(0);
    std::uint32_t const behind = link.delivery_count - counted;
    std::uint32_t const granted = flow.link_credit.value_or(0);
    bool const plausible = distance(link.delivery_count, counted) >= 0;
    link.credit = !plausible ? granted : granted > behind ? granted - behind : 0;
    link.drain = flow.drain;
}

void Engine::drained(Link& link) {
    if (closed() || link.state != Link::State::live || !link.drain) return;
    link.delivery_count += link.credit;
    link.credit = 0;
    send_flow(link.channel, channels_.at(link.channel), &link, false);
    link.drain = false;
}

void Engine::on_transfer(std::uint16_t number, Channel& channel, amqp::Transfer const& transfer,
                         ByteView payload) {
    if (channel.incoming_window == 0) {
        return fail("amqp:session:window-violation", "more transfers than the window holds");
    }
    --channel.incoming_window;
    ++channel.next_incoming_id;
    Link* link = link_of(channel, transfer.handle);
    if (!link || link->state == Link::State::attaching) {
        return fail("amqp:session:unattached-handle", "transfer for an unknown handle");
    }
    if (!link->incoming) return fail("amqp:not-allowed", "transfer on a receiving link");
    if (link->state == Link::State::live) on_delivery(*link, transfer, payload);
    if (closed() || channel.incoming_window > window / 2) return;
    channel.incoming_window = window;
    send_flow(number, channel, nullptr, false);
}

void Engine::on_delivery(Link& link, amqp::Transfer const& transfer, ByteView payload) {
    if (!link.delivery) {
        if (!transfer.delivery_id) return fail("amqp:invalid-field", "a transfer without an id");
        if (link.credit == 0) {
            handler_.on_gone(link);
            return detach(link, {"amqp:link:transfer-limit-exceeded", "no credit was left", {}});
        }
        --link.credit;
        ++link.delivery_count;
        link.delivery = transfer.delivery_id;
        link.delivery_settled = false;
    } else if (transfer.delivery_id && transfer.delivery_id != link.delivery) {
        return fail("amqp:invalid-field", "a new delivery before the end of the last one");
    }
    link.delivery_settled = link.delivery_settled || transfer.settled.value_or(false);
    if (link.partial.size() + payload.size() > incoming_message_bytes_max) {
        handler_.on_gone(link);
        return detach(link, {"amqp:link:message-size-exceeded", "the message is too large", {}});
    }
    link.partial.append(payload);
    if (transfer.more && !transfer.aborted) return;
    std::uint32_t const id = *link.delivery;
    link.delivery.reset();
    Bytes message = std::move(link.partial);
    link.partial.clear();
    if (!transfer.aborted) {
        if (!link.delivery_settled) {
            emit(link.channel,
                 amqp::Disposition{Role::receiver, id, std::nullopt, true, amqp::accepted()});
        }
        if (link.credit < incoming_credit / 2) grant(link);
        handler_.on_message(link, std::move(message));
    }
}

void Engine::on_disposition(std::uint16_t number, Channel& channel,
                            amqp::Disposition const& said) {
    std::uint32_t const last = said.last.value_or(said.first);
    if (distance(last, said.first) < 0) {
        return fail("amqp:invalid-field", "a disposition that ends before it begins");
    }
    if (said.role == Role::sender) return;  // about what it sent us: settled long ago
    if (distance(last, channel.next_delivery_id) >= 0) {
        return fail("amqp:invalid-field", "a disposition for deliveries that were never sent");
    }
    if (!said.settled && amqp::terminal_outcome(said.state)) {
        emit(number, amqp::Disposition{Role::sender, said.first, last, true, said.state});
    }
    release(channel, last, std::nullopt);
    pump_all();
}

void Engine::on_detach(std::uint16_t number, Channel& channel, amqp::Detach const& detach) {
    Link* link = link_of(channel, detach.handle);
    if (!link) return fail("amqp:session:unattached-handle", "detach of an unknown handle");
    if (link->state != Link::State::detaching) {
        handler_.on_gone(*link);
        if (link->state == Link::State::attaching) accept(*link, {});
        emit(number, amqp::Detach{link->handle, detach.closed, std::nullopt});
    }
    links_.erase(link->id);
    channel.links.erase(detach.handle);
}

void Engine::on_end(std::uint16_t number, Channel& channel) {
    for (auto& [handle, link] : channel.links) {
        if (link.state != Link::State::detaching) handler_.on_gone(link);
        links_.erase(link.id);
    }
    for (InFlight const& sent : channel.in_flight) in_flight_bytes_ -= sent.bytes;
    channels_.erase(number);
    emit(number, amqp::End{});
    pump_all();
}

}  // namespace tandem::gateway
