#include "codec/amqp/performative.hpp"

#include <array>
#include <string_view>

namespace tandem::amqp {

namespace {

/// Reads the fields of a list one after the other; the first bad one is remembered.
class Fields {
public:
    explicit Fields(std::vector<Value> const& items) : items_(items) {}

    bool bad() const { return bad_; }
    void skip(std::size_t count) { at_ += count; }

    template <class T>
    std::optional<T> number(Kind kind) {
        Value const* value = next(kind);
        if (!value) return std::nullopt;
        return static_cast<T>(value->bits);
    }
    template <class T>
    T number_or(Kind kind, T otherwise) {
        return number<T>(kind).value_or(otherwise);
    }
    template <class T>
    T mandatory(Kind kind) {
        auto const result = number<T>(kind);
        if (!result) bad_ = true;
        return result.value_or(T{});
    }
    bool boolean() { return number_or<std::uint8_t>(Kind::boolean, 0) != 0; }
    std::optional<std::string> text(Kind kind) {
        Value const* value = next(kind);
        if (!value) return std::nullopt;
        return value->text;
    }
    std::string mandatory_text(Kind kind) {
        auto result = text(kind);
        if (!result) bad_ = true;
        return std::move(result).value_or(std::string{});
    }
    Value any() {
        std::size_t const at = at_++;
        return at < items_.size() ? items_[at] : Value{};
    }
    /// Null or of this kind.
    Value of(Kind kind) {
        Value const* value = next(kind);
        return value ? *value : Value{};
    }
    std::optional<Condition> condition();

private:
    Value const* next(Kind kind) {
        std::size_t const at = at_++;
        if (at >= items_.size() || items_[at].is_null()) return nullptr;
        if (items_[at].kind != kind) {
            bad_ = true;
            return nullptr;
        }
        return &items_[at];
    }

    std::vector<Value> const& items_;
    std::size_t at_ = 0;
    bool bad_ = false;
};

struct Named {
    std::uint64_t code;
    std::string_view name;
};
constexpr std::array<Named, 18> names{{
    {0x10, "amqp:open:list"},        {0x11, "amqp:begin:list"},
    {0x12, "amqp:attach:list"},      {0x13, "amqp:flow:list"},
    {0x14, "amqp:transfer:list"},    {0x15, "amqp:disposition:list"},
    {0x16, "amqp:detach:list"},      {0x17, "amqp:end:list"},
    {0x18, "amqp:close:list"},       {0x1d, "amqp:error:list"},
    {0x24, "amqp:accepted:list"},    {0x25, "amqp:rejected:list"},
    {0x26, "amqp:released:list"},    {0x27, "amqp:modified:list"},
    {0x40, "amqp:sasl-mechanisms:list"}, {0x41, "amqp:sasl-init:list"},
    {0x44, "amqp:sasl-outcome:list"}, {0x28, "amqp:source:list"},
}};

/// The numeric descriptor of a described list; nullopt: not one.
std::optional<std::uint64_t> descriptor_of(Value const& value) {
    if (value.kind != Kind::described || value.inner().kind != Kind::list) return std::nullopt;
    Value const& descriptor = value.descriptor();
    if (descriptor.kind == Kind::ulong) return descriptor.bits;
    if (descriptor.kind != Kind::symbol) return std::nullopt;
    for (Named const& named : names) {
        if (named.name == descriptor.text) return named.code;
    }
    return std::nullopt;
}

std::optional<Condition> Fields::condition() {
    Value const value = of(Kind::described);
    if (value.is_null()) return std::nullopt;
    if (descriptor_of(value) != 0x1d) {
        bad_ = true;
        return std::nullopt;
    }
    Fields fields{value.inner().items};
    Condition result;
    result.condition = fields.mandatory_text(Kind::symbol);
    result.description = fields.text(Kind::string);
    result.info = fields.of(Kind::map);
    bad_ = bad_ || fields.bad();
    return result;
}

Role role_of(bool receiver) {
    return receiver ? Role::receiver : Role::sender;
}

Open open(Fields& fields) {
    Open open;
    open.container_id = fields.mandatory_text(Kind::string);
    open.hostname = fields.text(Kind::string);
    open.max_frame_size = fields.number_or<std::uint32_t>(Kind::uint, 0xFFFFFFFF);
    open.channel_max = fields.number_or<std::uint16_t>(Kind::ushort, 0xFFFF);
    open.idle_time_out_ms = fields.number<std::uint32_t>(Kind::uint);
    fields.skip(4);
    open.properties = fields.of(Kind::map);
    return open;
}

Begin begin(Fields& fields) {
    Begin begin;
    begin.remote_channel = fields.number<std::uint16_t>(Kind::ushort);
    begin.next_outgoing_id = fields.mandatory<std::uint32_t>(Kind::uint);
    begin.incoming_window = fields.mandatory<std::uint32_t>(Kind::uint);
    begin.outgoing_window = fields.mandatory<std::uint32_t>(Kind::uint);
    begin.handle_max = fields.number_or<std::uint32_t>(Kind::uint, 0xFFFFFFFF);
    return begin;
}

Attach attach(Fields& fields) {
    Attach attach;
    attach.name = fields.mandatory_text(Kind::string);
    attach.handle = fields.mandatory<std::uint32_t>(Kind::uint);
    attach.role = role_of(fields.mandatory<std::uint8_t>(Kind::boolean) != 0);
    attach.snd_settle_mode = fields.number_or<std::uint8_t>(Kind::ubyte, 2);
    attach.rcv_settle_mode = fields.number_or<std::uint8_t>(Kind::ubyte, 0);
    attach.source = fields.of(Kind::described);
    attach.target = fields.of(Kind::described);
    fields.skip(2);
    attach.initial_delivery_count = fields.number<std::uint32_t>(Kind::uint);
    attach.max_message_size = fields.number<std::uint64_t>(Kind::ulong);
    attach.offered_capabilities = fields.any();
    attach.desired_capabilities = fields.any();
    attach.properties = fields.of(Kind::map);
    return attach;
}

Flow flow(Fields& fields) {
    Flow flow;
    flow.next_incoming_id = fields.number<std::uint32_t>(Kind::uint);
    flow.incoming_window = fields.mandatory<std::uint32_t>(Kind::uint);
    flow.next_outgoing_id = fields.mandatory<std::uint32_t>(Kind::uint);
    flow.outgoing_window = fields.mandatory<std::uint32_t>(Kind::uint);
    flow.handle = fields.number<std::uint32_t>(Kind::uint);
    flow.delivery_count = fields.number<std::uint32_t>(Kind::uint);
    flow.link_credit = fields.number<std::uint32_t>(Kind::uint);
    flow.available = fields.number<std::uint32_t>(Kind::uint);
    flow.drain = fields.boolean();
    flow.echo = fields.boolean();
    return flow;
}

Transfer transfer(Fields& fields) {
    Transfer transfer;
    transfer.handle = fields.mandatory<std::uint32_t>(Kind::uint);
    transfer.delivery_id = fields.number<std::uint32_t>(Kind::uint);
    transfer.delivery_tag = fields.text(Kind::binary);
    transfer.message_format = fields.number<std::uint32_t>(Kind::uint);
    if (auto const settled = fields.number<std::uint8_t>(Kind::boolean)) {
        transfer.settled = *settled != 0;
    }
    transfer.more = fields.boolean();
    fields.skip(3);
    transfer.aborted = fields.boolean();
    return transfer;
}

Disposition disposition(Fields& fields) {
    Disposition disposition;
    disposition.role = role_of(fields.mandatory<std::uint8_t>(Kind::boolean) != 0);
    disposition.first = fields.mandatory<std::uint32_t>(Kind::uint);
    disposition.last = fields.number<std::uint32_t>(Kind::uint);
    disposition.settled = fields.boolean();
    disposition.state = fields.of(Kind::described);
    return disposition;
}

Detach detach(Fields& fields) {
    Detach detach;
    detach.handle = fields.mandatory<std::uint32_t>(Kind::uint);
    detach.closed = fields.boolean();
    detach.error = fields.condition();
    return detach;
}

SaslMechanisms sasl_mechanisms(Fields& fields) {
    SaslMechanisms sasl;
    Value const value = fields.any();
    if (value.kind == Kind::symbol) sasl.mechanisms.push_back(value.text);
    for (Value const& item : value.items) sasl.mechanisms.push_back(item.text);
    return sasl;
}

SaslInit sasl_init(Fields& fields) {
    SaslInit init;
    init.mechanism = fields.mandatory_text(Kind::symbol);
    init.initial_response = fields.text(Kind::binary).value_or("");
    init.hostname = fields.text(Kind::string);
    return init;
}

SaslOutcome sasl_outcome(Fields& fields) {
    return SaslOutcome{.code = fields.mandatory<std::uint8_t>(Kind::ubyte)};
}

std::optional<Performative> read(std::uint64_t code, Fields& fields) {
    switch (code) {
        case 0x10: return open(fields);
        case 0x11: return begin(fields);
        case 0x12: return attach(fields);
        case 0x13: return flow(fields);
        case 0x14: return transfer(fields);
        case 0x15: return disposition(fields);
        case 0x16: return detach(fields);
        case 0x17: return End{fields.condition()};
        case 0x18: return Close{fields.condition()};
        case 0x40: return sasl_mechanisms(fields);
        case 0x41: return sasl_init(fields);
        case 0x44: return sasl_outcome(fields);
        default: return std::nullopt;
    }
}

}  // namespace

Result<Decoded> decode_performative(ByteView body) {
    TANDEM_TRY(Value const value, decode_value(body));
    auto const code = descriptor_of(value);
    if (!code) return Error{Errc::malformed, "not a described list"};
    Fields fields{value.inner().items};
    auto performative = read(*code, fields);
    if (!performative) return Error{Errc::malformed, "not a performative"};
    if (fields.bad()) return Error{Errc::malformed, "a field is missing or of a wrong type"};
    if (!body.empty() && !std::holds_alternative<Transfer>(*performative)) {
        return Error{Errc::malformed, "bytes after a performative"};
    }
    return Decoded{std::move(*performative), body};
}

bool terminal_outcome(Value const& state) {
    auto const code = descriptor_of(state);
    return code && *code >= 0x24 && *code <= 0x27;
}

std::optional<std::string> address_of(Value const& terminus) {
    bool const is_list = terminus.kind == Kind::described && terminus.inner().kind == Kind::list;
    if (!is_list) return std::nullopt;
    auto const& items = terminus.inner().items;
    if (items.empty() || !items[0].is_text()) return std::nullopt;
    return items[0].text;
}

Value const* filter_of(Value const& source) {
    if (source.kind != Kind::described || source.inner().kind != Kind::list) return nullptr;
    auto const& items = source.inner().items;
    constexpr std::size_t filter_index = 7;
    if (items.size() <= filter_index || items[filter_index].kind != Kind::map) return nullptr;
    return &items[filter_index];
}

}  // namespace tandem::amqp
