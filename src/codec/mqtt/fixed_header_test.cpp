#include "codec/mqtt/fixed_header.hpp"

#include <gtest/gtest.h>
#include <string>

namespace tandem::mqtt {
namespace {

using namespace std::string_literals;

Errc refusal_of(ByteView input) {
    auto const header = decode_fixed_header(input);
    return header.ok() ? Errc::internal : header.code();
}

TEST(MqttFixedHeader, ReadsEveryLengthOfLength) {
    EXPECT_EQ((*decode_fixed_header("\xC0\x00"s))->remaining_bytes, 0U);
    EXPECT_EQ((*decode_fixed_header("\x10\x7F"s))->remaining_bytes, 127U);
    EXPECT_EQ((*decode_fixed_header("\x10\x80\x01"s))->remaining_bytes, 128U);
    EXPECT_EQ((*decode_fixed_header("\x10\xFF\xFF\xFF\x7F"s))->remaining_bytes,
              remaining_bytes_max);
    EXPECT_EQ((*decode_fixed_header("\x10\xFF\xFF\xFF\x7F"s))->header_bytes, 5U);
}

TEST(MqttFixedHeader, WaitsForTheRestOfAHeader) {
    for (auto const& part : {""s, "\x10"s, "\x10\x80"s, "\x10\x80\x80\x80"s}) {
        auto const header = decode_fixed_header(part);
        ASSERT_TRUE(header.ok());
        EXPECT_FALSE(header->has_value());
    }
}

// bad-inputs 2
TEST(MqttFixedHeader, RefusesFiveByteAndPaddedLengths) {
    EXPECT_EQ(refusal_of("\x10\x80\x80\x80\x80\x01"s), Errc::malformed);
    EXPECT_EQ(refusal_of("\x10\xFF\xFF\xFF\xFF"s), Errc::malformed);
    EXPECT_EQ(refusal_of("\x10\x80\x00"s), Errc::malformed);
    EXPECT_EQ(refusal_of("\x10\xFF\x80\x00"s), Errc::malformed);
}

TEST(MqttFixedHeader, RefusesTypesAndFlagsThatDoNotExist) {
    for (auto const& bad : {"\x00"s, "\xF0"s, "\x11"s, "\x80"s, "\xA0"s,
                            "\x60"s, "\x36"s, "\x38"s, "\xC1"s, "\xE8"s}) {
        EXPECT_EQ(refusal_of(bad), Errc::malformed) << static_cast<int>(bad[0] & 255);
    }
    EXPECT_TRUE(decode_fixed_header("\x82\x00"s).ok());
    EXPECT_TRUE(decode_fixed_header("\x3D\x00"s).ok());
}

TEST(MqttFixedHeader, EncodesTheShortestForm) {
    Bytes out;
    encode_fixed_header({PacketType::publish, 2, 128, 0}, out);
    encode_fixed_header({PacketType::pingresp, 0, 0, 0}, out);
    EXPECT_EQ(out, "\x32\x80\x01\xD0\x00"s);
}

// bad-inputs 1
TEST(MqttFrame, WaitsUntilThePacketIsWhole) {
    Bytes const packet = "\x40\x02\x00\x07\xC0\x00"s;
    EXPECT_FALSE(decode_frame(ByteView{packet}.substr(0, 3), 100)->has_value());
    auto const frame = decode_frame(packet, 100);
    ASSERT_TRUE(frame.ok() && frame->has_value());
    EXPECT_EQ((*frame)->body, "\x00\x07"s);
    EXPECT_EQ((*frame)->size(), 4U);
}

// bad-inputs 3: the size is refused before a single byte of the body has come
TEST(MqttFrame, RefusesTooLargeAPacketByItsHeader) {
    auto const frame = decode_frame("\x10\xFF\xFF\xFF\x7F"s, 16 * 1024);
    ASSERT_FALSE(frame.ok());
    EXPECT_EQ(frame.code(), Errc::message_too_large);
}

}  // namespace
}  // namespace tandem::mqtt
