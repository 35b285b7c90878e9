#include "record/codec.hpp"

#include "record/crc32c.hpp"

#include <gtest/gtest.h>

namespace tandem::record {
namespace {

Bytes sample(Chain previous = Chain{7}) {
    Fact fact;
    fact.mutable_telemetry()->set_device_id("d1");
    fact.mutable_telemetry()->set_body("hello");
    return encode(fact, Position{Epoch{3}, 5}, wall_from_micros(42), previous);
}

TEST(Crc32c, GivesTheValueOfTheStandard) {
    EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
    EXPECT_EQ(crc32c(Bytes(32, '\0')), 0x8A9136AAU);  // RFC 3720 B.4
}

TEST(Crc32c, IsTheSameWithAndWithoutTheInstruction) {
    Bytes bytes;
    for (int i = 0; i < 300; ++i) {
        EXPECT_EQ(crc32c(bytes), crc32c_by_table(bytes));
        bytes.push_back(static_cast<char>(i * 37));
    }
}

TEST(Record, ComesBackAsItWasEncoded) {
    auto const decoded = decode(sample());
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->header.position, (Position{Epoch{3}, 5}));
    EXPECT_EQ(decoded->header.time, wall_from_micros(42));
    EXPECT_EQ(decoded->fact.telemetry().body(), "hello");
}

TEST(Record, FollowsOnlyOnTheChainItWasEncodedAfter) {
    EXPECT_TRUE(follows(sample(), Chain{7}));
    EXPECT_FALSE(follows(sample(), Chain{8}));
    EXPECT_NE(peek_header(sample(Chain{7})).chain, peek_header(sample(Chain{8})).chain);
}

// The bytes on disk and on the wire: a change here is a new format version.
TEST(Record, HasTheBytesOfTheFormatPage) {
    auto const record = sample();
    EXPECT_EQ(record.substr(0, 4), (Bytes{"\x01\x00\x00\x0e", 4}));
    EXPECT_EQ(record.substr(8, 8), (Bytes{"\x00\x00\x00\xc0\x00\x00\x00\x05", 8}));
    EXPECT_EQ(record.substr(16, 8), (Bytes{"\x00\x00\x00\x00\x00\x00\x00\x2a", 8}));
    EXPECT_EQ(record.substr(32), (Bytes{"\xa2\x01\x0b\x0a\x02"
                                        "d1\x12\x05hello", 14}));
}

// bad-inputs 48: truncated or bit-flipped.
TEST(Record, RefusesEveryBitFlipAndEveryPrefix) {
    auto const good = sample();
    for (std::size_t i = 0; i < good.size(); ++i) {
        EXPECT_FALSE(decode_header(ByteView{good}.substr(0, i)).ok());
        for (int bit = 0; bit < 8; ++bit) {
            auto bad = good;
            bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
            EXPECT_FALSE(decode(bad).ok());
        }
    }
}

}  // namespace
}  // namespace tandem::record
