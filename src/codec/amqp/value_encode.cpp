#include "codec/amqp/value.hpp"

#include "codec/amqp/wire.hpp"

namespace tandem::amqp {

Value Value::number(Kind kind, std::uint64_t bits) {
    Value value;
    value.kind = kind;
    value.bits = bits;
    return value;
}

Value Value::bytes(Kind kind, std::string_view text) {
    Value value;
    value.kind = kind;
    value.text.assign(text);
    return value;
}

Value Value::compound(Kind kind, std::vector<Value> items) {
    Value value;
    value.kind = kind;
    value.items = std::move(items);
    return value;
}

Value Value::array(Kind element, std::vector<Value> items) {
    Value value = compound(Kind::array, std::move(items));
    value.element = element;
    return value;
}

Value Value::described(Value descriptor, Value inner) {
    Value value;
    value.kind = Kind::described;
    value.items.reserve(2);
    value.items.push_back(std::move(descriptor));
    value.items.push_back(std::move(inner));
    return value;
}

Value const* Value::find(std::string_view key) const {
    if (kind != Kind::map) return nullptr;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        if (items[i].is_text() && items[i].text == key) return &items[i + 1];
    }
    return nullptr;
}

namespace {

void put_text(Bytes& out, std::uint8_t short_code, std::string_view text) {
    if (text.size() <= 0xFF) {
        put_be(out, short_code, 1);
        put_be(out, text.size(), 1);
    } else {
        put_be(out, short_code + 0x10U, 1);
        put_be(out, text.size(), 4);
    }
    out.append(text);
}

/// The constructor that fits every value of a kind: what arrays use.
std::uint8_t wide_constructor(Kind kind) {
    switch (kind) {
        case Kind::null: return 0x40;
        case Kind::boolean: return 0x56;
        case Kind::ubyte: return 0x50;
        case Kind::ushort: return 0x60;
        case Kind::uint: return 0x70;
        case Kind::ulong: return 0x80;
        case Kind::byte: return 0x51;
        case Kind::short_: return 0x61;
        case Kind::int_: return 0x71;
        case Kind::long_: return 0x81;
        case Kind::float_: return 0x72;
        case Kind::double_: return 0x82;
        case Kind::decimal32: return 0x74;
        case Kind::decimal64: return 0x84;
        case Kind::decimal128: return 0x94;
        case Kind::character: return 0x73;
        case Kind::timestamp: return 0x83;
        case Kind::uuid: return 0x98;
        case Kind::binary: return 0xb0;
        case Kind::string: return 0xb1;
        case Kind::symbol: return 0xb3;
        case Kind::list: return 0xd0;
        case Kind::map: return 0xd1;
        case Kind::array: return 0xf0;
        case Kind::described: break;
    }
    panic("no constructor for an array of described values");
}

int width_of(std::uint8_t constructor) {
    switch (constructor >> 4) {
        case 0x5: return 1;
        case 0x6: return 2;
        case 0x7: return 4;
        case 0x8: return 8;
        default: return 0;
    }
}

void encode_array_body(Value const& value, Bytes& out);

/// The data of a value under its wide constructor, without the constructor.
void encode_wide(Value const& value, Bytes& out) {
    switch (value.kind) {
        case Kind::null: return;
        case Kind::decimal32:
        case Kind::decimal64:
        case Kind::decimal128:
        case Kind::uuid: out.append(value.text); return;
        case Kind::binary:
        case Kind::string:
        case Kind::symbol:
            put_be(out, value.text.size(), 4);
            out.append(value.text);
            return;
        case Kind::list:
        case Kind::map: {
            std::size_t const start = out.size();
            put_be(out, 0, 4);
            put_be(out, value.items.size(), 4);
            for (Value const& item : value.items) encode_value(item, out);
            patch_be32(out, start, out.size() - start - 4);
            return;
        }
        case Kind::array: encode_array_body(value, out); return;
        case Kind::described: panic("a described value in an array");
        default: put_be(out, value.bits, width_of(wide_constructor(value.kind))); return;
    }
}

void encode_array_body(Value const& value, Bytes& out) {
    std::size_t const start = out.size();
    put_be(out, 0, 4);
    put_be(out, value.items.size(), 4);
    put_be(out, wide_constructor(value.element), 1);
    for (Value const& item : value.items) encode_wide(item, out);
    patch_be32(out, start, out.size() - start - 4);
}

bool fits_signed_byte(Value const& value) {
    return value.as_signed() >= -128 && value.as_signed() <= 127;
}

/// Kinds with an encoding shorter than the wide one; false: there is none for this value.
bool encode_short(Value const& value, Bytes& out) {
    switch (value.kind) {
        case Kind::boolean: put_be(out, value.bits != 0 ? 0x41 : 0x42, 1); return true;
        case Kind::uint:
        case Kind::ulong: {
            bool const is_uint = value.kind == Kind::uint;
            if (value.bits > 0xFF) return false;
            if (value.bits == 0) return put_be(out, is_uint ? 0x43 : 0x44, 1), true;
            put_be(out, is_uint ? 0x52 : 0x53, 1);
            put_be(out, value.bits, 1);
            return true;
        }
        case Kind::int_:
        case Kind::long_:
            if (!fits_signed_byte(value)) return false;
            put_be(out, value.kind == Kind::int_ ? 0x54 : 0x55, 1);
            put_be(out, value.bits, 1);
            return true;
        case Kind::binary: put_text(out, 0xa0, value.text); return true;
        case Kind::string: put_text(out, 0xa1, value.text); return true;
        case Kind::symbol: put_text(out, 0xa3, value.text); return true;
        case Kind::list:
            if (!value.items.empty()) return false;
            put_be(out, 0x45, 1);
            return true;
        default: return false;
    }
}

}  // namespace

void encode_value(Value const& value, Bytes& out) {
    if (value.kind == Kind::described) {
        put_be(out, 0, 1);
        encode_value(value.descriptor(), out);
        encode_value(value.inner(), out);
        return;
    }
    if (encode_short(value, out)) return;
    put_be(out, wide_constructor(value.kind), 1);
    encode_wide(value, out);
}

ListWriter::ListWriter(Bytes& out, std::uint64_t code) : out_(out) {
    put_be(out_, 0, 1);
    encode_value(Value::ulong(code), out_);
    put_be(out_, 0xd0, 1);
    start_ = out_.size();
    put_be(out_, 0, 8);
}

ListWriter::~ListWriter() {
    patch_be32(out_, start_, out_.size() - start_ - 4);
    patch_be32(out_, start_ + 4, count_);
}

Bytes& ListWriter::field() {
    ++count_;
    return out_;
}

ListWriter& ListWriter::null(int count) {
    for (int i = 0; i < count; ++i) put_be(field(), 0x40, 1);
    return *this;
}

ListWriter& ListWriter::boolean(bool v) {
    put_be(field(), v ? 0x41 : 0x42, 1);
    return *this;
}

ListWriter& ListWriter::ubyte(std::uint8_t v) {
    put_be(field(), 0x50, 1);
    put_be(out_, v, 1);
    return *this;
}

ListWriter& ListWriter::ushort(std::optional<std::uint16_t> v) {
    if (!v) return null();
    put_be(field(), 0x60, 1);
    put_be(out_, *v, 2);
    return *this;
}

ListWriter& ListWriter::uint(std::optional<std::uint32_t> v) {
    return v ? value(Value::uint(*v)) : null();
}

ListWriter& ListWriter::ulong(std::optional<std::uint64_t> v) {
    return v ? value(Value::ulong(*v)) : null();
}

ListWriter& ListWriter::string(std::optional<std::string_view> v) {
    if (!v) return null();
    put_text(field(), 0xa1, *v);
    return *this;
}

ListWriter& ListWriter::symbol(std::optional<std::string_view> v) {
    if (!v) return null();
    put_text(field(), 0xa3, *v);
    return *this;
}

ListWriter& ListWriter::binary(std::optional<std::string_view> v) {
    if (!v) return null();
    put_text(field(), 0xa0, *v);
    return *this;
}

ListWriter& ListWriter::timestamp(std::optional<std::int64_t> ms) {
    return ms ? value(Value::timestamp(*ms)) : null();
}

ListWriter& ListWriter::value(Value const& v) {
    encode_value(v, field());
    return *this;
}

}  // namespace tandem::amqp
