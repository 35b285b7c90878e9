// The session's links: which are accepted, and how receivers get their events.
#include "gateway/amqp/amqp_session.hpp"

#include "codec/number_text.hpp"
#include "gateway/amqp/event_message.hpp"

#include <algorithm>

namespace tandem::gateway {

using amqp::Condition;
using amqp::Value;

namespace {

constexpr char const* metrics_capability = "com.microsoft:enable-receiver-runtime-metric";

bool names_capability(Value const& capabilities, std::string_view name) {
    if (capabilities.kind == amqp::Kind::symbol) return capabilities.text == name;
    return std::any_of(capabilities.items.begin(), capabilities.items.end(),
                       [name](Value const& item) { return item.text == name; });
}

Condition not_found(std::string const& what) {
    return {"amqp:not-found", "The messaging entity '" + what + "' could not be found.", {}};
}

Condition unauthorised() {
    return {"amqp:unauthorized-access", "Unauthorized access. 'Listen' claim(s) are required.", {}};
}

}  // namespace

void AmqpSession::on_attach(Link& link) {
    auto const& request = link.request;
    std::string const text = amqp::address_of(link.incoming ? request.target : request.source)
                                 .value_or("");
    EventAddress address = parse_event_address(text);
    if (address.kind == EventAddress::Kind::unknown ||
        (address.kind == EventAddress::Kind::receiver && link.incoming)) {
        auto condition = authorised() ? not_found(text) : unauthorised();
        return engine_.refuse(link, std::move(condition));
    }
    Service held;
    held.reply_address = link.incoming ? "" : amqp::address_of(request.target).value_or("");
    held.address = std::move(address);
    if (held.address.kind == EventAddress::Kind::cbs) {
        held.purpose = Purpose::cbs;
        services_[link.id] = std::move(held);
        return engine_.accept(link, {});
    }
    if (!authorised()) return engine_.refuse(link, unauthorised());
    held.purpose = Purpose::management;
    if (held.address.kind == EventAddress::Kind::receiver) {
        held.purpose = Purpose::receiver;
        auto start = start_of(request.source);
        if (!start.ok()) {
            return engine_.refuse(link,
                                  {"com.microsoft:argument-error", start.error().detail, {}});
        }
        held.start = *start;
        Value const* epoch = request.properties.find("com.microsoft:epoch");
        if (epoch && epoch->is_number()) held.epoch = epoch->as_signed();
        held.metrics = names_capability(request.desired_capabilities, metrics_capability);
    }
    bool const known = held.purpose == Purpose::management && !held.address.redirect &&
                       held.address.entity.empty() && hub_host() == authorised_host_;
    LinkId const id = link.id;
    services_[id] = std::move(held);
    if (known) return engine_.accept(link, {});
    ask(hub::GetEventHub{}, true,
        [this, id](Result<hub::Reply> reply) { open_service(id, std::move(reply)); });
}

/// Now that the hub is known: is there such a thing, and may this link have it?
void AmqpSession::open_service(LinkId id, Result<hub::Reply> reply) {
    Link* link = engine_.find(id);
    Service* held = service(id);
    if (!link || !held || link->state != Link::State::attaching) return;
    if (!reply.ok()) return drop(id, condition_of(reply.error()));
    auto const* info = std::get_if<hub::EventHubInfo>(&*reply);
    if (!info) return drop(id, condition_of({Errc::internal, "an answer to something else"}));
    if (!authorised() || info->name != authorised_hub_) return drop(id, unauthorised());
    if (held->address.redirect) {
        EventAddress const address = held->address;
        forget(id);
        return redirect(*link, address, info->name);
    }
    if (!held->address.entity.empty() && !same_name(held->address.entity, info->name)) {
        return drop(id, not_found(held->address.entity));
    }
    if (held->purpose == Purpose::management) return engine_.accept(*link, {});
    open_receiver(*link, *held, *info);
}

void AmqpSession::redirect(Link& link, EventAddress const& address, std::string const& hub) {
    std::string const host = hub_host();
    std::string const tail = address.kind == EventAddress::Kind::management
                                 ? std::string{"$management"}
                                 : "ConsumerGroups/" + address.group + "/Partitions/" +
                                       address.partition;
    std::string target =
        "amqps://" + host + ":" + std::to_string(public_port_) + "/" + hub + "/" + tail;
    Value info = Value::map({Value::symbol("hostname"), Value::string(host),
                             Value::symbol("network-host"), Value::string(host),
                             Value::symbol("port"), Value::uint(public_port_),
                             Value::symbol("address"), Value::string(target)});
    link.request.desired_capabilities = {};
    engine_.accept(link, {});
    engine_.detach(link, {"amqp:link:redirect", target, std::move(info)});
}

void AmqpSession::open_receiver(Link& link, Service& reader, hub::EventHubInfo const& info) {
    LinkId const id = link.id;
    auto const& groups = info.consumer_groups;
    bool const group_known = std::any_of(groups.begin(), groups.end(), [&](auto const& group) {
        return same_name(group, reader.address.group);
    });
    if (!group_known) return drop(id, not_found(reader.address.group));
    auto const number = whole_number<std::uint16_t>(reader.address.partition);
    if (!number || *number >= info.partition_count) {
        return drop(id, {"com.microsoft:argument-out-of-range",
                         "The specified partition is invalid for an EventHub partition sender or "
                         "receiver. It should be between 0 and " +
                             std::to_string(std::max(info.partition_count, std::uint16_t{1}) - 1) +
                             ".",
                         {}});
    }
    reader.partition = PartitionIndex{*number};
    ReceiverTable::Claim claim;
    claim.endpoint = {info.name, lower(reader.address.group), reader.partition};
    claim.epoch = reader.epoch;
    if (Value const* name = link.request.properties.find("com.microsoft:receiver-name")) {
        claim.name = name->text;
    }
    claim.listener = this;
    auto admission = table_.admit(std::move(claim));
    if (admission.refusal) {
        admission.refusal->description = tracked(*admission.refusal->description);
        return drop(id, std::move(*admission.refusal));
    }
    reader.place = admission.id;
    engine_.accept(link, reader.metrics ? Value::array(amqp::Kind::symbol,
                                                       {Value::symbol(metrics_capability)})
                                        : Value{});
    ask(hub::FindTelemetry{reader.partition, reader.start}, true,
        [this, id](Result<hub::Reply> reply) { on_found(id, reply); });
}

void AmqpSession::on_found(LinkId id, Result<hub::Reply> const& reply) {
    Link* link = engine_.find(id);
    Service* reader = service(id);
    if (!link || !reader) return;
    if (!reply.ok()) return drop(id, condition_of(reply.error()));
    auto const* found = std::get_if<hub::TelemetryFound>(&*reply);
    if (!found) return drop(id, condition_of({Errc::internal, "an answer to something else"}));
    reader->found = true;
    reader->after = found->after;
    serve(*link, *reader);
}

void AmqpSession::on_ready(Link& link) {
    Service* held = service(link.id);
    if (!held) return;
    if (held->purpose == Purpose::receiver) serve(link, *held);
    settle_drain(link, *held);
}

/// Reads on while there is credit, nothing waits to be sent, and the client keeps up.
void AmqpSession::serve(Link& link, Service& reader) {
    bool const wanted = reader.found && !reader.reading && link.state == Link::State::live &&
                        link.queue.empty() && link.credit > 0 && !engine_.in_flight_full();
    if (!wanted) return;
    reader.reading = true;
    LinkId const id = link.id;
    ask(hub::ReadTelemetry{reader.partition, reader.after,
                           std::min<std::size_t>(link.credit, read_count_max), read_bytes_max,
                           reader.address.group},
        false, [this, id](Result<hub::Reply> reply) { on_read(id, reply); });
}

void AmqpSession::on_read(LinkId id, Result<hub::Reply> const& reply) {
    Link* link = engine_.find(id);
    Service* reader = service(id);
    if (!link || !reader) return;
    reader->reading = false;
    if (!reply.ok()) return drop(id, condition_of(reply.error()));
    auto const* read = std::get_if<hub::TelemetryRead>(&*reply);
    if (!read) return drop(id, condition_of({Errc::internal, "an answer to something else"}));
    std::optional<RuntimeMetrics> metrics;
    if (reader->metrics) metrics = RuntimeMetrics{read->newest, read->newest_enqueued, now_.wall};
    for (hub::StoredTelemetry const& event : read->messages) {
        engine_.send(*link, encode_event(event, metrics));
    }
    reader->after = std::max(reader->after, read->last);
    serve(*link, *reader);
    settle_drain(*link, *reader);
}

/// A drain ends when the credit is used up, or when no event comes that could use it.
void AmqpSession::settle_drain(Link& link, Service& reader) {
    if (!link.drain || link.state != Link::State::live || link.incoming) {
        reader.drain_at.reset();
        return;
    }
    bool const receiver = reader.purpose == Purpose::receiver;
    bool const over = link.credit == 0 || !receiver ||
                      (reader.drain_at && now_.mono >= *reader.drain_at);
    if (over && (link.queue.empty() || link.credit == 0)) {
        reader.drain_at.reset();
        engine_.drained(link);
    } else if (!reader.drain_at) {
        reader.drain_at = now_.mono + drain_wait;
    } else if (over) {
        reader.drain_at = now_.mono + drain_wait;  // it cannot be sent yet: look again
    }
}

}  // namespace tandem::gateway
