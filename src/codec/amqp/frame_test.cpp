#include "codec/amqp/frame.hpp"
#include "codec/amqp/message.hpp"
#include "codec/amqp/performative.hpp"

#include <gtest/gtest.h>

namespace tandem::amqp {
namespace {

bool refused(std::string_view bytes, std::uint32_t size_max = 65536) {
    return !decode_frame(bytes, size_max).ok();
}

TEST(AmqpFrame, WaitsForTheWholeFrame) {
    std::string_view const bytes = "\x00\x00\x00\x0a\x02\x00\x00\x05xyABC"sv;
    for (std::size_t size = 0; size < 10; ++size) {
        EXPECT_FALSE(decode_frame(bytes.substr(0, size), 65536)->has_value()) << size;
    }
    Frame const frame = **decode_frame(bytes, 65536);
    EXPECT_EQ(frame.channel, 5);
    EXPECT_EQ(frame.body, "xy");
    EXPECT_EQ(frame.size_bytes, 10U);
}

TEST(AmqpFrame, SkipsTheExtendedHeader) {
    EXPECT_EQ((**decode_frame("\x00\x00\x00\x0d\x03\x00\x00\x00" "EXTDx"sv, 512)).body, "x");
}

// bad-inputs 26
TEST(AmqpFrame, RefusesSizesAndOffsetsThatCannotBe) {
    EXPECT_TRUE(refused("\x00\x00\x00\x07"sv)) << "shorter than its header";
    EXPECT_TRUE(refused("\x00\x00\x00\x00"sv));
    EXPECT_TRUE(refused("\x00\x01\x00\x01"sv)) << "larger than agreed, seen after four bytes";
    EXPECT_TRUE(refused("\xff\xff\xff\xff"sv));
    EXPECT_TRUE(refused("\x00\x00\x00\x08\x01\x00\x00\x00"sv)) << "doff below 2";
    EXPECT_TRUE(refused("\x00\x00\x00\x08\x03\x00\x00\x00"sv)) << "doff beyond the frame";
    EXPECT_TRUE(refused("\x00\x00\x00\x08\xff\x00\x00\x00"sv));
    EXPECT_TRUE(refused("\x00\x00\x00\x08\x02\x02\x00\x00"sv)) << "an unknown type";
}

template <class T>
void expect_fields(T const& performative, std::size_t count) {
    Bytes bytes;
    encode_performative(performative, bytes);
    ByteView rest = bytes;
    auto const value = decode_value(rest);
    ASSERT_TRUE(value.ok());
    EXPECT_EQ(value->inner().items.size(), count);
    auto const decoded = decode_performative(bytes);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(std::get<T>(decoded->performative), performative);
}

// pyamqp indexes fields without looking at the count: data-plane contract 8, trap 1.
TEST(AmqpPerformative, WritesEveryFieldNullsIncluded) {
    expect_fields(Open{.container_id = "c", .hostname = {}, .max_frame_size = 65536,
                       .channel_max = 1, .idle_time_out_ms = {}, .properties = {}}, 10);
    expect_fields(Begin{}, 8);
    expect_fields(Attach{}, 14);
    expect_fields(Flow{}, 11);
    expect_fields(Transfer{}, 11);
    expect_fields(Disposition{}, 6);
    expect_fields(Detach{.handle = 1, .closed = true, .error = {}}, 3);
    expect_fields(End{}, 1);
    expect_fields(Close{Condition{"amqp:not-found", {}, {}}}, 1);
    expect_fields(SaslMechanisms{{"ANONYMOUS", "PLAIN"}}, 1);
    expect_fields(SaslInit{"PLAIN", "x", "host"}, 3);
    expect_fields(SaslOutcome{1}, 2);
}

TEST(AmqpPerformative, AnErrorHasThreeFields) {
    Bytes bytes;
    encode_performative(Close{Condition{"amqp:not-found", {}, {}}}, bytes);
    ByteView rest = bytes;
    Value const value = *decode_value(rest);
    EXPECT_EQ(value.inner().items[0].inner().items.size(), 3U);
}

TEST(AmqpPerformative, OpenAlwaysNamesItsFrameSize) {
    Bytes bytes;
    encode_performative(Open{}, bytes);
    ByteView rest = bytes;
    EXPECT_EQ(decode_value(rest)->inner().items[2], Value::uint(0xFFFFFFFF));
}

TEST(AmqpPerformative, ReadsShortListsAndSymbolicDescriptors) {
    auto const open = decode_performative("\x00\x53\x10\xc0\x04\x01\xa1\x01x"sv);
    ASSERT_TRUE(open.ok());
    EXPECT_EQ(std::get<Open>(open->performative).container_id, "x");
    EXPECT_EQ(std::get<Open>(open->performative).max_frame_size, 0xFFFFFFFFU);
    Bytes bytes;
    encode_value(Value::described(Value::symbol("amqp:end:list"), Value::list({})), bytes);
    EXPECT_TRUE(std::holds_alternative<End>(decode_performative(bytes)->performative));
}

TEST(AmqpPerformative, GivesTheTransferItsPayload) {
    Bytes bytes;
    Transfer transfer;
    transfer.delivery_id = 4;
    encode_performative(transfer, bytes);
    bytes += "payload";
    auto const decoded = decode_performative(bytes);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->payload, "payload");
}

// bad-inputs 25
TEST(AmqpPerformative, RefusesMissingAndMistypedFields) {
    EXPECT_FALSE(decode_performative("\x00\x53\x10\x45"sv).ok()) << "OPEN without container";
    EXPECT_FALSE(decode_performative("\x00\x53\x10\xc0\x03\x01\x52\x01"sv).ok());
    EXPECT_FALSE(decode_performative("\x00\x53\x14\x45"sv).ok()) << "TRANSFER without handle";
    EXPECT_FALSE(decode_performative("\x00\x53\x99\x45"sv).ok()) << "an unknown performative";
    EXPECT_FALSE(decode_performative("\x45"sv).ok()) << "not described";
    EXPECT_FALSE(decode_performative("\x00\x53\x17\x45zz"sv).ok()) << "bytes after END";
    EXPECT_FALSE(decode_performative(""sv).ok());
}

TEST(AmqpMessage, WhatIsEncodedIsDecodedToTheSame) {
    Message message;
    message.delivery_annotations = Value::map({Value::symbol("d"), Value::int64(1)});
    message.message_annotations = Value::map({Value::symbol("x-opt-offset"), Value::string("7")});
    message.properties = Properties{.message_id = Value::ulong(7), .user_id = "u", .to = "t",
                                    .subject = {}, .reply_to = "r", .correlation_id = {},
                                    .content_type = "a/b", .content_encoding = "utf-8",
                                    .expiry_ms = 5};
    message.application_properties = Value::map({Value::string("k"), Value::string("v")});
    message.data = "body";
    Bytes bytes;
    encode_message(message, bytes);
    auto const decoded = decode_message(bytes);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(*decoded, message);
}

TEST(AmqpMessage, RefusesSectionsOutOfOrderTwiceOrUnknown) {
    EXPECT_FALSE(decode_message("\x00\x53\x75\xa0\x00\x00\x53\x73\x45"sv).ok());
    EXPECT_FALSE(decode_message("\x00\x53\x73\x45\x00\x53\x73\x45"sv).ok());
    EXPECT_FALSE(decode_message("\x00\x53\x79\x45"sv).ok());
    EXPECT_FALSE(decode_message("\x00\x53\x74\x45"sv).ok()) << "properties that are no map";
    EXPECT_FALSE(decode_message("\x40"sv).ok());
}

}  // namespace
}  // namespace tandem::amqp
