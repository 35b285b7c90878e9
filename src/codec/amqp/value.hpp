// codec/amqp/value.hpp -- one value of the AMQP 1.0 type system, owned, and its bytes.
//
// Source  AMQP 1.0 part 1 (OASIS Standard, 29 Oct 2012) 1.2 "Type Encodings", 1.6 "Primitives".
// Shape   constructor byte, for variable and compound types a size and a count, then the data;
//         0x00 descriptor value: a described value.
// Invariant  decode(encode(v)) == v; encode chooses the shortest encoding.
// Invariant  what a decode may build is bounded by the input: depth by limits::amqp_type_depth_max,
//         counts by the bytes that follow, elements without width by zero_width_items_max, and
//         values altogether by values_max. Arrays of described values are refused: nobody sends
//         them, and the repeated descriptor would multiply the input.
// Purity  total functions over any bytes.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::amqp {

inline constexpr std::size_t values_max = 16 * 1024;
inline constexpr std::size_t zero_width_items_max = 64;

enum class Kind : std::uint8_t {
    null, boolean, ubyte, ushort, uint, ulong, byte, short_, int_, long_, float_, double_,
    decimal32, decimal64, decimal128, character, timestamp, uuid, binary, string, symbol,
    list, map, array, described,
};

/// `bits` holds numbers (signed ones sign-extended), booleans and milliseconds; `text` holds bytes
/// of variable length, UUIDs and decimals; `items` holds list and array items, map keys and values
/// in turn, and for a described value its descriptor and its value.
struct Value {
    Kind kind = Kind::null;
    Kind element = Kind::null;      ///< of an array
    std::uint64_t bits = 0;
    std::string text;
    std::vector<Value> items;

    bool operator==(Value const&) const = default;

    static Value null() { return {}; }
    static Value boolean(bool v) { return number(Kind::boolean, v ? 1 : 0); }
    static Value ubyte(std::uint8_t v) { return number(Kind::ubyte, v); }
    static Value ushort(std::uint16_t v) { return number(Kind::ushort, v); }
    static Value uint(std::uint32_t v) { return number(Kind::uint, v); }
    static Value ulong(std::uint64_t v) { return number(Kind::ulong, v); }
    static Value int32(std::int32_t v) { return number(Kind::int_, widen(v)); }
    static Value int64(std::int64_t v) { return number(Kind::long_, widen(v)); }
    static Value timestamp(std::int64_t ms) { return number(Kind::timestamp, widen(ms)); }
    static Value string(std::string_view v) { return bytes(Kind::string, v); }
    static Value symbol(std::string_view v) { return bytes(Kind::symbol, v); }
    static Value binary(std::string_view v) { return bytes(Kind::binary, v); }
    static Value list(std::vector<Value> v) { return compound(Kind::list, std::move(v)); }
    static Value map(std::vector<Value> v) { return compound(Kind::map, std::move(v)); }
    static Value array(Kind element, std::vector<Value> v);
    static Value described(Value descriptor, Value value);

    bool is_null() const { return kind == Kind::null; }
    bool is_text() const { return kind == Kind::string || kind == Kind::symbol; }
    bool is_number() const { return kind >= Kind::ubyte && kind <= Kind::long_; }
    std::int64_t as_signed() const { return static_cast<std::int64_t>(bits); }

    /// Of a described value; Requires: kind described.
    Value const& descriptor() const { return items[0]; }
    Value const& inner() const { return items[1]; }
    /// The value under a string or symbol key of a map; nullptr: no map, or no such key.
    Value const* find(std::string_view key) const;

private:
    template <class T>
    static std::uint64_t widen(T v) {
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(v));
    }
    static Value number(Kind kind, std::uint64_t bits);
    static Value bytes(Kind kind, std::string_view text);
    static Value compound(Kind kind, std::vector<Value> items);
};

/// Reads one value from the front of `input` and removes it from there.
/// Errors: malformed -- not a value, not a whole one, or beyond one of the bounds above.
Result<Value> decode_value(ByteView& input);

void encode_value(Value const& value, Bytes& out);

/// Writes a list of known fields straight into the output: every field of every performative is
/// written, nulls included (there are clients that index fields without looking at the count).
class ListWriter {
public:
    /// A described list: descriptor `code`.
    ListWriter(Bytes& out, std::uint64_t code);
    ~ListWriter();
    ListWriter(ListWriter const&) = delete;
    ListWriter& operator=(ListWriter const&) = delete;

    ListWriter& null(int count = 1);
    ListWriter& boolean(bool v);
    ListWriter& ubyte(std::uint8_t v);
    ListWriter& ushort(std::optional<std::uint16_t> v);
    ListWriter& uint(std::optional<std::uint32_t> v);
    ListWriter& ulong(std::optional<std::uint64_t> v);
    ListWriter& string(std::optional<std::string_view> v);
    ListWriter& symbol(std::optional<std::string_view> v);
    ListWriter& binary(std::optional<std::string_view> v);
    ListWriter& timestamp(std::optional<std::int64_t> ms);
    ListWriter& value(Value const& v);
    /// The output, for a field that has its own writer (an error).
    Bytes& field();

private:
    Bytes& out_;
    std::size_t start_;
    std::uint32_t count_ = 0;
};

}  // namespace tandem::amqp
