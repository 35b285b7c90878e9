#include "base/limits.hpp"
#include "codec/amqp/value.hpp"
#include "codec/amqp/wire.hpp"

#include <algorithm>

namespace tandem::amqp {

namespace {

Error malformed(char const* what) { return {Errc::malformed, what}; }

struct Constructor {
    Kind kind;
    std::size_t width = 0;          ///< of fixed types
    std::size_t size_bytes = 0;     ///< 1 or 4 for variable and compound types
    bool sign = false;
    std::uint64_t constant = 0;     ///< the number that a constructor without data stands for
};

std::optional<Constructor> constructor_of(std::uint8_t code) {
    switch (code) {
        case 0x40: return Constructor{Kind::null};
        case 0x41: return Constructor{.kind = Kind::boolean, .constant = 1};
        case 0x42: return Constructor{Kind::boolean};
        case 0x43: return Constructor{Kind::uint};
        case 0x44: return Constructor{Kind::ulong};
        case 0x45: return Constructor{Kind::list};
        case 0x50: return Constructor{Kind::ubyte, 1};
        case 0x51: return Constructor{.kind = Kind::byte, .width = 1, .sign = true};
        case 0x52: return Constructor{Kind::uint, 1};
        case 0x53: return Constructor{Kind::ulong, 1};
        case 0x54: return Constructor{.kind = Kind::int_, .width = 1, .sign = true};
        case 0x55: return Constructor{.kind = Kind::long_, .width = 1, .sign = true};
        case 0x56: return Constructor{Kind::boolean, 1};
        case 0x60: return Constructor{Kind::ushort, 2};
        case 0x61: return Constructor{.kind = Kind::short_, .width = 2, .sign = true};
        case 0x70: return Constructor{Kind::uint, 4};
        case 0x71: return Constructor{.kind = Kind::int_, .width = 4, .sign = true};
        case 0x72: return Constructor{Kind::float_, 4};
        case 0x73: return Constructor{Kind::character, 4};
        case 0x74: return Constructor{Kind::decimal32, 4};
        case 0x80: return Constructor{Kind::ulong, 8};
        case 0x81: return Constructor{.kind = Kind::long_, .width = 8, .sign = true};
        case 0x82: return Constructor{Kind::double_, 8};
        case 0x83: return Constructor{.kind = Kind::timestamp, .width = 8, .sign = true};
        case 0x84: return Constructor{Kind::decimal64, 8};
        case 0x94: return Constructor{Kind::decimal128, 16};
        case 0x98: return Constructor{Kind::uuid, 16};
        case 0xa0: return Constructor{.kind = Kind::binary, .size_bytes = 1};
        case 0xa1: return Constructor{.kind = Kind::string, .size_bytes = 1};
        case 0xa3: return Constructor{.kind = Kind::symbol, .size_bytes = 1};
        case 0xb0: return Constructor{.kind = Kind::binary, .size_bytes = 4};
        case 0xb1: return Constructor{.kind = Kind::string, .size_bytes = 4};
        case 0xb3: return Constructor{.kind = Kind::symbol, .size_bytes = 4};
        case 0xc0: return Constructor{.kind = Kind::list, .size_bytes = 1};
        case 0xc1: return Constructor{.kind = Kind::map, .size_bytes = 1};
        case 0xd0: return Constructor{.kind = Kind::list, .size_bytes = 4};
        case 0xd1: return Constructor{.kind = Kind::map, .size_bytes = 4};
        case 0xe0: return Constructor{.kind = Kind::array, .size_bytes = 1};
        case 0xf0: return Constructor{.kind = Kind::array, .size_bytes = 4};
        default: return std::nullopt;
    }
}

/// One decode: counts the values it makes, so that the whole is bounded.
class Decoder {
public:
    Result<Value> value(ByteView& input, std::size_t depth) {
        if (depth >= limits::amqp_type_depth_max) return malformed("nested too deeply");
        TANDEM_TRY(std::uint64_t const code, number(input, 1));
        if (code == 0) {
            TANDEM_TRY(Value descriptor, value(input, depth + 1));
            TANDEM_TRY(Value inner, value(input, depth + 1));
            return Value::described(std::move(descriptor), std::move(inner));
        }
        auto const constructor = constructor_of(static_cast<std::uint8_t>(code));
        if (!constructor) return malformed("an unknown constructor");
        return data(input, *constructor, depth);
    }

private:
    Result<Value> data(ByteView& input, Constructor const& constructor, std::size_t depth) {
        if (++values_ > values_max) return malformed("too many values");
        if (constructor.size_bytes == 0) return fixed(input, constructor);
        TANDEM_TRY(std::uint64_t const size, number(input, constructor.size_bytes));
        if (size > input.size()) return malformed("a size beyond the input");
        ByteView body = input.substr(0, static_cast<std::size_t>(size));
        input.remove_prefix(body.size());
        if (constructor.kind < Kind::list) {
            Value result;
            result.kind = constructor.kind;
            result.text.assign(body);
            return result;
        }
        return compound(body, constructor, depth);
    }

    Result<Value> fixed(ByteView& input, Constructor const& constructor) {
        Value result;
        result.kind = constructor.kind;
        result.bits = constructor.constant;
        if (constructor.width == 0) return result;
        if (input.size() < constructor.width) return malformed("a value is cut off");
        if (is_opaque(constructor.kind)) {
            result.text.assign(input.substr(0, constructor.width));
        } else {
            result.bits = get_be(input, 0, constructor.width);
            if (constructor.sign) result.bits = extend_sign(result.bits, constructor.width);
        }
        if (constructor.kind == Kind::boolean && result.bits > 1) return malformed("no boolean");
        input.remove_prefix(constructor.width);
        return result;
    }

    Result<Value> compound(ByteView body, Constructor const& constructor, std::size_t depth) {
        TANDEM_TRY(std::uint64_t const count, number(body, constructor.size_bytes));
        Value result;
        result.kind = constructor.kind;
        if (constructor.kind == Kind::array) return array(body, count, std::move(result), depth);
        if (count > body.size()) return malformed("a count beyond the bytes");
        if (constructor.kind == Kind::map && count % 2 != 0) return malformed("a lone key");
        result.items.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(count, 16)));
        for (std::uint64_t i = 0; i < count; ++i) {
            TANDEM_TRY(Value item, value(body, depth + 1));
            result.items.push_back(std::move(item));
        }
        if (!body.empty()) return malformed("bytes after the last item");
        return result;
    }

    Result<Value> array(ByteView body, std::uint64_t count, Value result, std::size_t depth) {
        if (depth + 1 >= limits::amqp_type_depth_max) return malformed("nested too deeply");
        TANDEM_TRY(std::uint64_t const code, number(body, 1));
        auto const element = constructor_of(static_cast<std::uint8_t>(code));
        if (!element) return malformed("an array of an unknown or described type");
        bool const zero_width = element->width == 0 && element->size_bytes == 0;
        if (count > (zero_width ? zero_width_items_max : body.size())) {
            return malformed("an array count beyond the bytes");
        }
        result.element = element->kind;
        for (std::uint64_t i = 0; i < count; ++i) {
            TANDEM_TRY(Value item, data(body, *element, depth + 1));
            result.items.push_back(std::move(item));
        }
        if (!body.empty()) return malformed("bytes after the last element");
        return result;
    }

    static Result<std::uint64_t> number(ByteView& input, std::size_t width) {
        if (input.size() < width) return malformed("a value is cut off");
        std::uint64_t const result = get_be(input, 0, width);
        input.remove_prefix(width);
        return result;
    }

    static bool is_opaque(Kind kind) {
        return kind == Kind::uuid || (kind >= Kind::decimal32 && kind <= Kind::decimal128);
    }

    static std::uint64_t extend_sign(std::uint64_t bits, std::size_t width) {
        std::size_t const shift = 64 - 8 * width;
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(bits << shift) >> shift);
    }

    std::size_t values_ = 0;
};

}  // namespace

Result<Value> decode_value(ByteView& input) {
    ByteView rest = input;
    auto result = Decoder{}.value(rest, 0);
    if (result.ok()) input = rest;
    return result;
}

}  // namespace tandem::amqp
