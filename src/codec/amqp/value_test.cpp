#include "base/limits.hpp"
#include "codec/amqp/value.hpp"

#include <gtest/gtest.h>

namespace tandem::amqp {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

Value decoded(std::string_view bytes) {
    ByteView input = bytes;
    auto value = decode_value(input);
    EXPECT_TRUE(value.ok()) << (value.ok() ? "" : value.error().detail);
    EXPECT_TRUE(input.empty());
    return value.ok() ? *value : Value{};
}

bool refused(std::string_view bytes) {
    ByteView input = bytes;
    bool const bad = !decode_value(input).ok();
    EXPECT_EQ(input.size(), bytes.size()) << "a refused input must stay where it was";
    return bad;
}

Bytes encoded(Value const& value) {
    Bytes out;
    encode_value(value, out);
    return out;
}

TEST(AmqpValue, ReadsEveryFixedWidthEncoding) {
    EXPECT_EQ(decoded("\x40"sv), Value::null());
    EXPECT_EQ(decoded("\x41"sv), Value::boolean(true));
    EXPECT_EQ(decoded("\x42"sv), Value::boolean(false));
    EXPECT_EQ(decoded("\x56\x01"sv), Value::boolean(true));
    EXPECT_EQ(decoded("\x43"sv), Value::uint(0));
    EXPECT_EQ(decoded("\x52\xff"sv), Value::uint(255));
    EXPECT_EQ(decoded("\x70\x01\x02\x03\x04"sv), Value::uint(0x01020304));
    EXPECT_EQ(decoded("\x44"sv), Value::ulong(0));
    EXPECT_EQ(decoded("\x53\x24"sv), Value::ulong(0x24));
    EXPECT_EQ(decoded("\x54\xff"sv), Value::int32(-1));
    EXPECT_EQ(decoded("\x71\x80\x00\x00\x00"sv), Value::int32(INT32_MIN));
    EXPECT_EQ(decoded("\x55\x80"sv), Value::int64(-128));
    EXPECT_EQ(decoded("\x81\xff\xff\xff\xff\xff\xff\xff\xfe"sv), Value::int64(-2));
    EXPECT_EQ(decoded("\x83\x00\x00\x01\x00\x00\x00\x00\x00"sv), Value::timestamp(1LL << 40));
    EXPECT_EQ(decoded("\x60\x12\x34"sv), Value::ushort(0x1234));
    EXPECT_EQ(decoded("\x50\x07"sv), Value::ubyte(7));
}

TEST(AmqpValue, ReadsShortAndLongForms) {
    EXPECT_EQ(decoded("\xa1\x02hi"sv), Value::string("hi"));
    EXPECT_EQ(decoded("\xb1\x00\x00\x00\x02hi"sv), Value::string("hi"));
    EXPECT_EQ(decoded("\xa3\x01x"sv), Value::symbol("x"));
    EXPECT_EQ(decoded("\xa0\x00"sv), Value::binary(""));
    EXPECT_EQ(decoded("\x45"sv), Value::list({}));
    EXPECT_EQ(decoded("\xc0\x03\x02\x41\x40"sv), Value::list({Value::boolean(true), {}}));
    EXPECT_EQ(decoded("\xc1\x05\x02\xa3\x01k\x43"sv),
              Value::map({Value::symbol("k"), Value::uint(0)}));
    EXPECT_EQ(decoded("\xe0\x06\x02\xa1\x01"
                      "0\x01"
                      "1"sv),
              Value::array(Kind::string, {Value::string("0"), Value::string("1")}));
    EXPECT_EQ(decoded("\x00\x53\x24\x45"sv), Value::described(Value::ulong(0x24), Value::list({})));
}

TEST(AmqpValue, WhatIsEncodedIsDecodedToTheSame) {
    Value const value = Value::list(
        {Value::int32(200), Value::int64(1LL << 50), Value::uint(300), Value::ulong(1ULL << 60),
         Value::string(std::string(300, 's')), Value::binary(std::string(256, '\0')),
         Value::map({Value::string("k"), Value::described(Value::symbol("f"), Value::string("v"))}),
         Value::array(Kind::symbol, {Value::symbol("a")}), Value::array(Kind::list, {}),
         Value::array(Kind::map, {Value::map({Value::symbol("x"), Value::null()})})});
    EXPECT_EQ(decoded(encoded(value)), value);
}

// bad-inputs 24
TEST(AmqpValue, RefusesSizesThatRunPastTheInputOrWrap) {
    EXPECT_TRUE(refused("\xb1\xff\xff\xff\xffhi"sv));
    EXPECT_TRUE(refused("\xb0\xff\xff\xff\xfc"sv));
    EXPECT_TRUE(refused("\xa1\x03hi"sv));
    EXPECT_TRUE(refused("\xd0\xff\xff\xff\xff\x00\x00\x00\x01\x40"sv));
    EXPECT_TRUE(refused("\xd0\x00\x00\x00\x03\x00\x00\x00"sv));
    EXPECT_TRUE(refused("\xd1\x00\x00\x00\x00"sv));
    EXPECT_TRUE(refused("\xf0\x00\x00\x00\x04\x00\x00\x00\x01"sv));
}

// bad-inputs 25
TEST(AmqpValue, AFailureHalfWayLeavesNothingBehind) {
    EXPECT_TRUE(refused("\xc0\x07\x03\xa1\x02hi\x40\xff"sv));
    EXPECT_TRUE(refused("\xc1\x06\x02\xa3\x01k\xff\x40"sv));
    EXPECT_TRUE(refused("\x00\x53\x10\xc0\x04\x02\xa1\x09x"sv));
}

// bad-inputs 26
TEST(AmqpValue, RefusesCountsThatTheBytesCannotHold) {
    EXPECT_TRUE(refused("\xc0\x02\x7f\x40"sv));
    EXPECT_TRUE(refused("\xd0\x00\x00\x00\x05\x7f\xff\xff\xff\x40"sv));
    EXPECT_TRUE(refused("\xe0\x03\xff\x60\x01"sv));
    EXPECT_TRUE(refused("\xc0\x03\x01\x40\x40"sv)) << "bytes after the last item";
    EXPECT_TRUE(refused("\xc1\x02\x01\x40"sv)) << "a key without a value";
}

// bad-inputs 26: four thousand million nulls in ten bytes
TEST(AmqpValue, RefusesArraysOfManyElementsWithoutWidth) {
    EXPECT_TRUE(refused("\xf0\x00\x00\x00\x05\xff\xff\xff\xff\x40"sv));
    EXPECT_TRUE(refused("\xf0\x00\x00\x00\x05\x00\x01\x00\x00\x45"sv));
    EXPECT_EQ(decoded("\xe0\x02\x03\x41"sv).items.size(), 3U);
}

// bad-inputs 26
TEST(AmqpValue, RefusesDepthBombs) {
    Bytes described(1000, '\0');
    EXPECT_TRUE(refused(described + "\x40"));
    Bytes lists = "\x40";
    for (int i = 0; i < 40; ++i) {
        lists = Bytes{"\xc0"} + static_cast<char>(lists.size() + 1) + '\x01' + lists;
    }
    EXPECT_TRUE(refused(lists));
    Bytes arrays = "\xe0\x02\x01\x40"s;
    for (int i = 0; i < 40; ++i) {
        arrays = Bytes{"\xe0"} + static_cast<char>(arrays.size() + 1) + '\x01' + arrays;
    }
    EXPECT_TRUE(refused(arrays));
}

TEST(AmqpValue, RefusesMoreValuesThanOneFrameEverNeeds) {
    Bytes many(values_max + 10, '\x40');
    Bytes bytes = "\xd0"s;
    for (std::size_t const number : {many.size() + 4, many.size()}) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes.push_back(static_cast<char>(number >> shift));
        }
    }
    EXPECT_TRUE(refused(bytes + many));
}

}  // namespace
}  // namespace tandem::amqp
