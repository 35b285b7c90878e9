// Decoding and encoding of control packets, tested together: what is encoded reads the same.
#include "codec/mqtt/decode.hpp"
#include "codec/mqtt/encode.hpp"
#include "codec/mqtt/fixed_header.hpp"

#include <gtest/gtest.h>
#include <string>

namespace tandem::mqtt {
namespace {

using namespace std::string_literals;
using namespace std::chrono_literals;

Frame frame_of(Bytes const& packet) {
    auto const frame = decode_frame(packet, packet.size());
    if (!frame.ok() || !*frame || (*frame)->size() != packet.size()) {
        ADD_FAILURE() << "not one whole packet";
        return {};
    }
    return **frame;
}

template <class T>
Errc refusal_of(Result<T> const& result) {
    return result.ok() ? Errc::internal : result.code();
}

Connect full_connect() {
    return {.client_id = "dev1",
            .clean = true,
            .keep_alive = 240s,
            .will = Will{"devices/dev1/messages/events/", "gone", Qos::at_least_once, true},
            .username = "hub.test/dev1/?api-version=2021-04-12",
            .password = "SharedAccessSignature sr=x"};
}

TEST(MqttPacket, ConnectReadsAsWritten) {
    Bytes out;
    encode_connect(full_connect(), out);
    EXPECT_EQ(*decode_connect(frame_of(out).body), full_connect());
    out.clear();
    encode_connect(Connect{}, out);
    EXPECT_EQ(*decode_connect(frame_of(out).body), Connect{});
}

TEST(MqttPacket, ConnectOfAnotherLevelIsToldApart) {
    EXPECT_EQ(refusal_of(decode_connect("\x00\x04MQTT\x05\x02\x00\x00\x00\x00\x00"s)),
              Errc::unsupported_version);
    EXPECT_EQ(refusal_of(decode_connect("\x00\x06MQIsdp\x03\x02\x00\x00\x00\x00"s)),
              Errc::unsupported_version);
    EXPECT_EQ(refusal_of(decode_connect("\x00\x04HTTP\x04\x02\x00\x00\x00\x00"s)), Errc::malformed);
}

// bad-inputs 8: a will that is announced and not there, or there and not announced
TEST(MqttPacket, RefusesMalformedWills) {
    auto const with_flags = [](char flags, Bytes const& rest) {
        Bytes const head = "\x00\x04MQTT\x04"s + flags + "\x00\x3C\x00\x01z"s;
        return refusal_of(decode_connect(head + rest));
    };
    EXPECT_EQ(with_flags('\x04', ""), Errc::malformed);
    EXPECT_EQ(with_flags('\x04', "\x00\x01t\x00\x05xx"s), Errc::malformed);
    EXPECT_EQ(with_flags('\x04', "\x00\x00\x00\x00"s), Errc::malformed);
    EXPECT_EQ(with_flags('\x1C', "\x00\x01t\x00\x00"s), Errc::malformed);
    EXPECT_EQ(with_flags('\x08', ""), Errc::malformed);
    EXPECT_EQ(with_flags('\x20', ""), Errc::malformed);
    EXPECT_EQ(with_flags('\x01', ""), Errc::malformed);
    EXPECT_EQ(with_flags('\x40', "\x00\x01p"s), Errc::malformed);
    EXPECT_EQ(with_flags('\x00', "x"), Errc::malformed);
    EXPECT_EQ(with_flags('\x00', ""), Errc::internal);
}

TEST(MqttPacket, EveryPrefixOfAConnectIsMalformed) {
    Bytes out;
    encode_connect(full_connect(), out);
    ByteView const body = frame_of(out).body;
    for (std::size_t size = 0; size < body.size(); ++size) {
        EXPECT_FALSE(decode_connect(body.substr(0, size)).ok()) << size;
    }
}

TEST(MqttPacket, PublishReadsAsWritten) {
    Publish const once{"devices/d/messages/events/", "body", Qos::at_least_once, true, true,
                       PacketId{7}};
    Bytes out;
    encode_publish(once, out);
    EXPECT_EQ(*decode_publish(frame_of(out).header.flags, frame_of(out).body), once);

    Publish const never{"t", "", Qos::at_most_once, false, false, {}};
    out.clear();
    encode_publish(never, out);
    EXPECT_EQ(*decode_publish(frame_of(out).header.flags, frame_of(out).body), never);
}

// The hot path must not copy: topic and payload lie in the input.
TEST(MqttPacket, PublishIsAViewOfTheInput) {
    Bytes const body = "\x00\x01t\x00\x01payload"s;
    auto const publish = decode_publish(2, body);
    EXPECT_EQ(publish->topic.data(), body.data() + 2);
    EXPECT_EQ(publish->payload.data(), body.data() + 5);
}

// bad-inputs 6
TEST(MqttPacket, RefusesPublishWithoutTopic) {
    EXPECT_EQ(refusal_of(decode_publish(0, "\x00\x00payload"s)), Errc::malformed);
    EXPECT_EQ(refusal_of(decode_publish(0, ""s)), Errc::malformed);
}

// bad-inputs 1: the inner length lies, the outer one does not
TEST(MqttPacket, RefusesTopicLongerThanThePacket) {
    EXPECT_EQ(refusal_of(decode_publish(0, "\xFF\xFFtopic"s)), Errc::malformed);
    EXPECT_EQ(refusal_of(decode_publish(2, "\x00\x01t\x00"s)), Errc::malformed);
}

// bad-inputs 13
TEST(MqttPacket, RefusesTopicsThatAreNotUtf8) {
    EXPECT_EQ(refusal_of(decode_publish(0, "\x00\x02t\x00"s)), Errc::malformed);
    EXPECT_EQ(refusal_of(decode_publish(0, "\x00\x03\xED\xA0\x80"s)), Errc::malformed);
}

TEST(MqttPacket, RefusesPacketIdentifierZero) {
    EXPECT_EQ(refusal_of(decode_publish(2, "\x00\x01t\x00\x00"s)), Errc::malformed);
    EXPECT_EQ(refusal_of(decode_packet_id("\x00\x00"s)), Errc::malformed);
    EXPECT_EQ(refusal_of(decode_packet_id("\x00\x01x"s)), Errc::malformed);
    EXPECT_EQ(*decode_packet_id("\x01\x02"s), PacketId{0x102});
}

TEST(MqttPacket, SubscribeReadsAsWritten) {
    std::vector<Filter> const filters{{"$iothub/twin/res/#", Qos::at_most_once},
                                      {"$iothub/methods/POST/#", Qos::at_least_once}};
    Bytes out;
    encode_subscribe(PacketId{3}, filters, out);
    EXPECT_EQ(*decode_subscribe(frame_of(out).body), (Subscribe{PacketId{3}, filters}));
}

TEST(MqttPacket, RefusesMalformedSubscribes) {
    EXPECT_EQ(refusal_of(decode_subscribe("\x00\x01"s)), Errc::malformed);
    EXPECT_EQ(refusal_of(decode_subscribe("\x00\x01\x00\x01#\x03"s)), Errc::malformed);
    EXPECT_EQ(refusal_of(decode_subscribe("\x00\x01\x00\x00\x00"s)), Errc::malformed);
    EXPECT_EQ(refusal_of(decode_subscribe("\x00\x01\x00\x01#"s)), Errc::malformed);
    EXPECT_EQ(refusal_of(decode_unsubscribe("\x00\x01"s)), Errc::malformed);
    EXPECT_EQ(refusal_of(decode_unsubscribe("\x00\x01\x00\x00"s)), Errc::malformed);
}

TEST(MqttPacket, UnsubscribeReadsAsWritten) {
    std::vector<std::string_view> const filters{"a", "b/#"};
    Bytes out;
    encode_unsubscribe(PacketId{9}, filters, out);
    EXPECT_EQ(*decode_unsubscribe(frame_of(out).body), (Unsubscribe{PacketId{9}, filters}));
}

TEST(MqttPacket, AnswersReadAsWritten) {
    Bytes out;
    encode_connack({true, 0}, out);
    EXPECT_EQ(*decode_connack(frame_of(out).body), (Connack{true, 0}));
    out.clear();
    encode_suback({PacketId{5}, "\x01\x80"}, out);
    EXPECT_EQ(*decode_suback(frame_of(out).body), (Suback{PacketId{5}, "\x01\x80"}));
    out.clear();
    encode_puback(PacketId{6}, out);
    encode_unsuback(PacketId{7}, out);
    encode_pingresp(out);
    encode_pingreq(out);
    encode_disconnect(out);
    EXPECT_EQ(out, "\x40\x02\x00\x06\xB0\x02\x00\x07\xD0\x00\xC0\x00\xE0\x00"s);
}

TEST(MqttPacket, RefusesAnswersThatNoServerGives) {
    EXPECT_EQ(refusal_of(decode_connack("\x02\x00"s)), Errc::malformed);
    EXPECT_EQ(refusal_of(decode_connack("\x01\x05"s)), Errc::malformed);
    EXPECT_EQ(refusal_of(decode_suback("\x00\x01"s)), Errc::malformed);
    EXPECT_EQ(refusal_of(decode_suback("\x00\x01\x03"s)), Errc::malformed);
}

}  // namespace
}  // namespace tandem::mqtt
