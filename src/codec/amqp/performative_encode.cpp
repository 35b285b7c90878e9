#include "codec/amqp/performative.hpp"

#include "codec/amqp/wire.hpp"

namespace tandem::amqp {

namespace {

void encode_condition(std::optional<Condition> const& error, ListWriter& list) {
    if (!error) {
        list.null();
        return;
    }
    ListWriter{list.field(), 0x1d}
        .symbol(error->condition).string(error->description).value(error->info);
}

struct Encoder {
    Bytes& out;

    void operator()(Open const& open) const {
        ListWriter{out, 0x10}
            .string(open.container_id).string(open.hostname).uint(open.max_frame_size)
            .ushort(open.channel_max).uint(open.idle_time_out_ms)
            .null(4)  // locales and capabilities, each for both directions
            .value(open.properties);
    }
    void operator()(Begin const& begin) const {
        ListWriter{out, 0x11}
            .ushort(begin.remote_channel).uint(begin.next_outgoing_id).uint(begin.incoming_window)
            .uint(begin.outgoing_window).uint(begin.handle_max)
            .null(3);  // capabilities for both directions, properties
    }
    void operator()(Attach const& attach) const {
        ListWriter{out, 0x12}
            .string(attach.name).uint(attach.handle).boolean(attach.role == Role::receiver)
            .ubyte(attach.snd_settle_mode).ubyte(attach.rcv_settle_mode)
            .value(attach.source).value(attach.target)
            .null(2)  // unsettled, incomplete-unsettled
            .uint(attach.initial_delivery_count).ulong(attach.max_message_size)
            .value(attach.offered_capabilities).value(attach.desired_capabilities)
            .value(attach.properties);
    }
    void operator()(Flow const& flow) const {
        ListWriter{out, 0x13}
            .uint(flow.next_incoming_id).uint(flow.incoming_window).uint(flow.next_outgoing_id)
            .uint(flow.outgoing_window).uint(flow.handle).uint(flow.delivery_count)
            .uint(flow.link_credit).uint(flow.available).boolean(flow.drain).boolean(flow.echo)
            .null();  // properties
    }
    void operator()(Transfer const& transfer) const {
        ListWriter list{out, 0x14};
        list.uint(transfer.handle).uint(transfer.delivery_id).binary(transfer.delivery_tag)
            .uint(transfer.message_format);
        transfer.settled ? list.boolean(*transfer.settled) : list.null();
        list.boolean(transfer.more)
            .null(2)  // rcv-settle-mode, state
            .boolean(false).boolean(transfer.aborted).boolean(false);  // resume, batchable
    }
    void operator()(Disposition const& disposition) const {
        ListWriter{out, 0x15}
            .boolean(disposition.role == Role::receiver).uint(disposition.first)
            .uint(disposition.last).boolean(disposition.settled).value(disposition.state)
            .boolean(false);  // batchable
    }
    void operator()(Detach const& detach) const {
        ListWriter list{out, 0x16};
        list.uint(detach.handle).boolean(detach.closed);
        encode_condition(detach.error, list);
    }
    void operator()(End const& end) const {
        ListWriter list{out, 0x17};
        encode_condition(end.error, list);
    }
    void operator()(Close const& close) const {
        ListWriter list{out, 0x18};
        encode_condition(close.error, list);
    }
    void operator()(SaslMechanisms const& sasl) const {
        std::vector<Value> names;
        for (std::string const& name : sasl.mechanisms) names.push_back(Value::symbol(name));
        ListWriter{out, 0x40}.value(Value::array(Kind::symbol, std::move(names)));
    }
    void operator()(SaslInit const& init) const {
        ListWriter{out, 0x41}
            .symbol(init.mechanism).binary(init.initial_response).string(init.hostname);
    }
    void operator()(SaslOutcome const& outcome) const {
        ListWriter{out, 0x44}.ubyte(outcome.code).null();
    }

};

}  // namespace

void encode_performative(Performative const& performative, Bytes& out) {
    std::visit(Encoder{out}, performative);
}

Value accepted() {
    return Value::described(Value::ulong(0x24), Value::list({}));
}

}  // namespace tandem::amqp
