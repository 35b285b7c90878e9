#include "gateway/mqtt/session.hpp"

#include "base/limits.hpp"
#include "gateway/mqtt/conversation.hpp"

#include <gtest/gtest.h>

namespace tandem::gateway {
namespace {

using namespace std::string_literals;

Error refused(Errc code) { return {code, "no"}; }

mqtt::Connect connect_with_will() {
    mqtt::Connect connect = plain_connect();
    connect.will = mqtt::Will{telemetry_topic, "gone", {}, false};
    return connect;
}
constexpr std::string_view close_with_will =
    "CloseSession dev1 will dev1 'gone' auth={sas} generation=g1 [iothub-MessageType=Will]\n"
    "close\n";

TEST(MqttSession, OpensWhenTheHubSaysSo) {
    Conversation c;
    c.hears(connect_packet());
    EXPECT_EQ(c.take(), "#1 OpenSession dev1 sas=sas\n");
    EXPECT_TRUE(c.session.paused());
    c.is_answered(1, opened_reply());
    EXPECT_EQ(c.take(), "CONNACK 0\n");
    EXPECT_FALSE(c.session.paused());
}

TEST(MqttSession, SaysWhetherASessionWasThere) {
    Conversation c;
    c.hears(connect_packet());
    c.take();
    c.is_answered(1, opened_reply_with({}));
    EXPECT_EQ(c.take(), "CONNACK 0 session present\n");
}

// bad-inputs 37: an unknown device and a wrong key must look the same, byte for byte
TEST(MqttSession, UnknownDeviceAndWrongKeyLookTheSame) {
    Conversation wrong_key, unknown;
    wrong_key.hears(connect_packet());
    unknown.hears(connect_packet());
    wrong_key.is_answered(1, refused(Errc::unauthorized));
    unknown.is_answered(1, refused(Errc::device_not_found));
    EXPECT_EQ(wrong_key.take(), "#1 OpenSession dev1 sas=sas\nCONNACK 5\nclose\n");
    EXPECT_EQ(wrong_key.bytes, unknown.bytes);
    EXPECT_TRUE(unknown.closed);
}

TEST(MqttSession, AsksAClientToComeBackWhenTheHubIsElsewhere) {
    Conversation c;
    c.hears(connect_packet());
    c.take();
    c.is_answered(1, refused(Errc::not_owner));
    EXPECT_EQ(c.take(), "CONNACK 3\nclose\n");
}

TEST(MqttSession, RefusesOtherLevelsOfMqtt) {
    Conversation c;
    c.hears("\x10\x0D\x00\x04MQTT\x05\x02\x00\x3C\x00\x00\x00"s);
    EXPECT_EQ(c.take(), "CONNACK 1\nclose\n");
}

TEST(MqttSession, ReadsPacketsInPieces) {
    Conversation c = open_conversation();
    for (char const byte : publish_packet(telemetry_topic, "body", 7)) c.hears({&byte, 1});
    EXPECT_EQ(c.take(), "#2 SendTelemetry dev1 'body' auth={sas} generation=g1\n");
}

TEST(MqttSession, KeepsWhatAClientSendsBeforeItsConnack) {
    Conversation c;
    c.hears(connect_packet() + publish_packet(telemetry_topic, "early", 1) + "\xC0\x00"s);
    EXPECT_EQ(c.take(), "#1 OpenSession dev1 sas=sas\n");
    c.is_answered(1, opened_reply());
    EXPECT_EQ(c.take(),
              "CONNACK 0\n"
              "PINGRESP\n"
              "#2 SendTelemetry dev1 'early' auth={sas} generation=g1\n");
}

TEST(MqttSession, AcknowledgesInTheOrderOfThePublishes) {
    Conversation c = open_conversation();
    c.hears(publish_packet(telemetry_topic, "x", 11) + publish_packet(telemetry_topic, "x", 12) +
            publish_packet(telemetry_topic, "x", 13));
    c.hears(publish_packet(telemetry_topic, "x"));
    c.take();
    c.is_answered(4, hub::Done{});
    c.is_answered(3, hub::Done{});
    EXPECT_EQ(c.take(), "");
    c.is_answered(2, hub::Done{});
    EXPECT_EQ(c.take(), "PUBACK 11\nPUBACK 12\nPUBACK 13\n");
    c.is_answered(5, hub::Done{});
    c.is_answered(2, hub::Done{});
    EXPECT_EQ(c.take(), "");
}

TEST(MqttSession, APublishThatIsRefusedClosesWithoutPuback) {
    for (Errc const code : {Errc::not_owner, Errc::unavailable, Errc::timeout, Errc::throttled,
                            Errc::message_too_large}) {
        Conversation c = open_conversation();
        c.hears(publish_packet(telemetry_topic, "x", 1));
        c.take();
        c.is_answered(2, refused(code));
        EXPECT_EQ(c.take(), "#3 CloseSession dev1\nclose\n");
    }
}

TEST(MqttSession, TelemetryCarriesTheModelOfTheDevice) {
    mqtt::Connect connect = plain_connect();
    connect.username = "hub.test/dev1/?model-id=dtmi:a;1";
    Conversation c = open_conversation(connect);
    c.hears(publish_packet("devices/dev1/messages/events/$.mid=1&k=v", "b"));
    EXPECT_EQ(c.take(),
              "#2 SendTelemetry dev1 'b' auth={sas} generation=g1 message-id=1 [k=v] "
              "{dt-dataschema=dtmi:a;1}\n");
}

TEST(MqttSession, ClosesOnQosTwo) {
    Conversation c = open_conversation();
    Bytes packet;
    mqtt::encode_publish({telemetry_topic, "x", mqtt::Qos::exactly_once, false, false,
                          mqtt::PacketId{1}}, packet);
    c.hears(packet);
    EXPECT_EQ(c.take(), "#2 CloseSession dev1\nclose\n");
}

TEST(MqttSession, ClosesOnTooLargeAMessage) {
    Conversation largest = open_conversation();
    largest.hears(publish_packet(telemetry_topic, Bytes(limits::telemetry_bytes_max, 'x')));
    EXPECT_FALSE(largest.closed);
    Conversation larger = open_conversation();
    larger.hears(publish_packet(telemetry_topic, Bytes(limits::telemetry_bytes_max + 1, 'x')));
    EXPECT_EQ(larger.take(), "#2 CloseSession dev1\nclose\n");
}

TEST(MqttSession, StopsReadingWhileTooMuchIsUnanswered) {
    Conversation c = open_conversation();
    Bytes many;
    for (std::size_t i = 0; i <= limits::mqtt_inflight_max; ++i) {
        many += publish_packet(telemetry_topic, "x", 1);
    }
    c.hears(many);
    EXPECT_TRUE(c.session.paused());
    EXPECT_EQ(c.requests.size(), 1 + limits::mqtt_inflight_max);
    EXPECT_EQ(c.session.next_deadline(), std::nullopt);
    c.is_answered(2, hub::Done{});
    EXPECT_EQ(c.requests.size(), 2 + limits::mqtt_inflight_max);
}

TEST(MqttSession, StopsReadingWhileTooManyBytesAreUnanswered) {
    Conversation c = open_conversation();
    Bytes const large = publish_packet(telemetry_topic, Bytes(256 * 1024, 'x'), 1);
    for (int i = 0; i < 16; ++i) c.hears(large);
    EXPECT_TRUE(c.session.paused());
    c.is_answered(2, hub::Done{});
    EXPECT_FALSE(c.session.paused());
}

TEST(MqttSession, SendsTheWillWhenTheConnectionBreaks) {
    Conversation lost = open_conversation(connect_with_will());
    lost.loses_its_peer();
    EXPECT_EQ(lost.take(), "#2 " + std::string{close_with_will});
    Conversation silent = open_conversation(connect_with_will());
    silent.waits(90s);
    EXPECT_EQ(silent.take(), "#2 " + std::string{close_with_will});
}

TEST(MqttSession, SendsNoWillAfterDisconnect) {
    Conversation c = open_conversation(connect_with_will());
    c.hears("\xE0\x00"s);
    c.loses_its_peer();
    EXPECT_EQ(c.take(), "#2 CloseSession dev1\nclose\n");
}

// A DISCONNECT that was sent before the peer left counts, even if we were too busy to read it.
TEST(MqttSession, ReadsWhatThePeerLeftBehind) {
    Conversation c = open_conversation(connect_with_will());
    Bytes many;
    for (std::size_t i = 0; i < limits::mqtt_inflight_max; ++i) {
        many += publish_packet(telemetry_topic, "x", 1);
    }
    c.hears(many + "\xE0\x00"s);
    c.take();
    c.loses_its_peer();
    EXPECT_EQ(c.take(), "#1026 CloseSession dev1\nclose\n");
}

// bad-inputs 21: an identity that is gone has no last word
TEST(MqttSession, SendsNoWillWhenTheIdentityIsGone) {
    Conversation c = open_conversation(connect_with_will());
    c.is_told(hub::Closed{hub::CloseReason::identity_gone});
    EXPECT_EQ(c.take(), "#2 CloseSession dev1\nclose\n");
}

// bad-inputs 22: the connection that was taken over must neither live on nor close the new one
TEST(MqttSession, ATakenOverSessionJustCloses) {
    for (auto const reason : {hub::CloseReason::taken_over, hub::CloseReason::owner_moved}) {
        Conversation c = open_conversation();
        c.is_told(hub::Closed{reason});
        c.loses_its_peer();
        EXPECT_EQ(c.take(), "close\n");
    }
    Conversation moved = open_conversation(connect_with_will());
    moved.is_told(hub::Closed{hub::CloseReason::owner_moved});
    EXPECT_EQ(moved.take(), "close\n");
    Conversation opening;
    opening.hears(connect_packet(connect_with_will()));
    opening.take();
    opening.is_told(hub::Closed{hub::CloseReason::taken_over});
    EXPECT_EQ(opening.take(), "close\n");
}

// MQTT-3.1.2-8: a will goes out whenever the connection ends without DISCONNECT.
TEST(MqttSession, SendsTheWillWhenItIsTakenOver) {
    Conversation c = open_conversation(connect_with_will());
    c.is_told(hub::Closed{hub::CloseReason::taken_over});
    c.loses_its_peer();
    EXPECT_EQ(c.take(), "#2 CloseSession dev1 taken over will dev1 'gone' auth={sas} "
                        "generation=g1 [iothub-MessageType=Will]\nclose\n");
}

// MQTT's own limit: a will's body has up to 65535 bytes.
TEST(MqttSession, TakesAWillOfAnySizeThatMqttAllows) {
    Bytes const body(65'535, 'w');
    mqtt::Connect connect = connect_with_will();
    connect.will->payload = body;
    Conversation c;
    c.hears(connect_packet(connect));
    EXPECT_EQ(c.take(), "#1 OpenSession dev1 sas=sas\n");
    Conversation endless;
    endless.hears("\x10\xFF\xFF\x7F"s);
    EXPECT_EQ(endless.take(), "close\n") << "a stranger's CONNECT is bounded";
}

TEST(MqttSession, ASessionThatMayStillOpenIsClosed) {
    Conversation c;
    c.hears(connect_packet(connect_with_will()));
    c.take();
    c.loses_its_peer();
    EXPECT_EQ(c.take(), "#2 CloseSession dev1\nclose\n");
    c.is_answered(1, opened_reply());
    EXPECT_EQ(c.take(), "");
}

// ---- time

TEST(MqttSession, ClosesOneAndAHalfKeepAlivesAfterTheLastPacket) {
    Conversation c = open_conversation();
    c.waits(89s);
    c.hears("\xC0\x00"s);
    c.waits(89s);
    EXPECT_EQ(c.take(), "PINGRESP\n");
    c.waits(1s);
    EXPECT_EQ(c.take(), "#2 CloseSession dev1\nclose\n");
}

// bad-inputs 47 (SlowITe): asking for no keep-alive, or for a day, does not keep a connection
TEST(MqttSession, CapsTheKeepAlive) {
    for (auto const keep_alive : {0s, 65'535s}) {
        mqtt::Connect connect = plain_connect();
        connect.keep_alive = keep_alive;
        Conversation c = open_conversation(connect);
        c.waits(1766s);
        EXPECT_FALSE(c.closed);
        c.waits(1s);
        EXPECT_TRUE(c.closed);
    }
}

// bad-inputs 47: a byte now and then is no packet
TEST(MqttSession, DrippingBytesDoNotKeepAConnection) {
    Conversation c = open_conversation();
    Bytes const packet = publish_packet(telemetry_topic, "body");
    for (std::size_t i = 0; i < 5 && !c.closed; ++i) {
        c.hears(ByteView{packet}.substr(i, 1));
        c.waits(20s);
    }
    EXPECT_TRUE(c.closed);
}

// bad-inputs 47
TEST(MqttSession, ClosesWithoutConnectAfterTenSeconds) {
    Conversation c;
    ASSERT_TRUE(c.session.next_deadline());
    EXPECT_LE(*c.session.next_deadline(), c.now.mono);
    c.waits(0s);
    c.hears("\x10"s);
    c.waits(9s);
    EXPECT_EQ(c.take(), "");
    c.waits(1s);
    EXPECT_EQ(c.take(), "close\n");
}

TEST(MqttSession, GivesUpOnAHubThatDoesNotAnswer) {
    Conversation c;
    c.hears(connect_packet());
    c.take();
    c.waits(30s);
    EXPECT_EQ(c.take(), "CONNACK 3\n#2 CloseSession dev1\nclose\n");
}

// bad-inputs 18: a right that has run out ends the connection that lives on it
TEST(MqttSession, ClosesWhenTheTokenExpires) {
    hub::SessionOpened opened;
    Conversation c;
    opened.expires_at = c.now.wall + 45s;
    c.hears(connect_packet());
    c.is_answered(1, opened);
    c.take();
    c.waits(44s);
    EXPECT_FALSE(c.closed);
    c.waits(1s);
    EXPECT_EQ(c.take(), "#2 CloseSession dev1\nclose\n");
}

TEST(MqttSession, NoticesAnExpiryThatTheClockJumpedOver) {
    hub::SessionOpened opened;
    Conversation c;
    opened.expires_at = c.now.wall + 3600s;
    c.hears(connect_packet());
    c.is_answered(1, opened);
    c.now.wall += 7200s;
    c.hears(publish_packet(telemetry_topic, "x"));
    EXPECT_EQ(c.take(), "#1 OpenSession dev1 sas=sas\nCONNACK 0\n#2 CloseSession dev1\nclose\n");
}

TEST(MqttSession, AnExpiryInTheFarFutureIsJustFar) {
    hub::SessionOpened opened;
    opened.expires_at = WallTime::max();
    mqtt::Connect connect = plain_connect();
    connect.keep_alive = 0s;
    Conversation c = open_conversation(connect, opened);
    c.waits(1700s);
    EXPECT_FALSE(c.closed);
}

// ---- what no server accepts (bad-inputs 1 to 9)

void expect_plain_close(ByteView before_connect) {
    Conversation c;
    c.hears(before_connect);
    EXPECT_EQ(c.take(), "close\n");
    EXPECT_EQ(c.session.next_deadline(), std::nullopt);
}
void expect_close_when_open(ByteView packet) {
    Conversation c = open_conversation();
    c.hears(packet);
    EXPECT_EQ(c.take(), "#2 CloseSession dev1\nclose\n");
}

// bad-inputs 2
TEST(MqttSession, ClosesOnBadRemainingLengths) {
    expect_plain_close("\x10\x80\x80\x80\x80\x01"s);
    expect_plain_close("\x10\x80\x00"s);
    expect_close_when_open("\x30\xFF\xFF\xFF\xFF\x01"s);
    expect_close_when_open("\x30\x85\x00\x00\x01t"s);
}

// bad-inputs 1, 3: large promises are refused before anything is kept for them
TEST(MqttSession, ClosesOnLengthsAboveTheLimit) {
    expect_plain_close("\x10\xFF\xFF\xFF\x7F"s);
    expect_close_when_open("\x30\xFF\xFF\xFF\x7F"s);
}

// bad-inputs 4, 5
TEST(MqttSession, ClosesWhenTheFirstPacketIsNoConnect) {
    for (char const* first : {"\x30", "\x40\x02", "\x50", "\x62", "\x20", "\x82", "\xC0", "\xE0",
                              "GET / HTTP/1.1", "\x16\x03\x01", "\xFF"}) {
        expect_plain_close(first);
    }
}

// bad-inputs 5
TEST(MqttSession, ClosesOnSecondConnect) { expect_close_when_open(connect_packet()); }

// bad-inputs 5, 10: QoS 2 is not spoken here
TEST(MqttSession, ClosesOnPacketsOfQosTwo) {
    expect_close_when_open("\x50\x02\x00\x01"s);
    expect_close_when_open("\x62\x02\x00\x01"s);
    expect_close_when_open("\x70\x02\x00\x01"s);
}

// bad-inputs 6
TEST(MqttSession, ClosesOnEmptyTopic) { expect_close_when_open("\x30\x03\x00\x00x"s); }

// bad-inputs 7
TEST(MqttSession, ClosesOnPacketsThatOnlyServersSend) {
    expect_close_when_open("\x20\x02\x00\x00"s);
    expect_close_when_open("\x90\x03\x00\x01\x00"s);
    expect_close_when_open("\xB0\x02\x00\x01"s);
    expect_close_when_open("\xD0\x00"s);
}

// bad-inputs 8
TEST(MqttSession, ClosesOnMalformedConnect) {
    Bytes const good = connect_packet(connect_with_will());
    for (std::size_t cut = 1; cut < good.size() - 2; ++cut) {
        Bytes shorter = good.substr(0, good.size() - cut);
        shorter[1] = static_cast<char>(shorter.size() - 2);
        ASSERT_LT(shorter.size(), 130U);
        Conversation c;
        c.hears(shorter);
        EXPECT_EQ(c.take(), "close\n") << cut;
    }
}

// bad-inputs 9: 65,535 bytes of "&" and pairs are read in one pass, or refused
TEST(MqttSession, ClosesOnTensOfThousandsOfProperties) {
    std::string topic{telemetry_topic};
    while (topic.size() < 65'530) topic += "a&";
    Conversation many = open_conversation();
    many.hears(publish_packet(topic, "x"));
    EXPECT_EQ(many.take(), "#3 CloseSession dev1\nclose\n");
    std::string empty_pairs{telemetry_topic};
    empty_pairs.resize(65'535, '&');
    Conversation c = open_conversation();
    c.hears(publish_packet(empty_pairs, "x"));
    EXPECT_EQ(c.take(), "#2 SendTelemetry dev1 'x' auth={sas} generation=g1\n");
}

// bad-inputs 12
TEST(MqttSession, DeepTopicsAreJustText) {
    std::string topic{telemetry_topic};
    topic.resize(65'535, '/');
    Conversation c = open_conversation();
    c.hears(publish_packet(topic, "x"));
    EXPECT_FALSE(c.closed);
    expect_close_when_open(publish_packet(std::string(65'535, '/'), "x"));
}

// bad-inputs 13
TEST(MqttSession, ClosesOnTopicsThatAreNotUtf8) {
    expect_close_when_open("\x30\x04\x00\x02\xC0\x80"s);
    expect_close_when_open("\x30\x05\x00\x03\xED\xA0\x80"s);
    expect_close_when_open("\x82\x06\x00\x01\x00\x01\xFF\x00"s);
}

// bad-inputs 14, 16, 21
TEST(MqttSession, ClosesOnPublishesToOtherTopics) {
    for (auto const* topic :
         {"devices/dev2/messages/events/", "devices/+/messages/events/", "#", "$SYS/x",
          "devices/dev1/messages/devicebound/", "$iothub/twin/PATCH/properties/desired/?$rid=1",
          "$iothub/methods/POST/reboot/?$rid=1", "$iothub/twin/res/200/?$rid=1",
          "devices/dev1/messages/events/#", "$iothub/twin/GET/"}) {
        expect_close_when_open(publish_packet(topic, "x", 1));
    }
}

// bad-inputs 15: a device called "+" sees and says only its own
TEST(MqttSession, AWildcardForAnIdOpensNoOtherDevicesTopics) {
    mqtt::Connect connect = plain_connect();
    connect.client_id = "+";
    connect.username = "hub.test/+/?api-version=2021-04-12";
    Conversation c = open_conversation(connect);
    c.hears(publish_packet("devices/+/messages/events/", "own"));
    EXPECT_EQ(c.take(), "#2 SendTelemetry + 'own' auth={sas} generation=g1\n");
    c.hears(subscribe_packet(1, {{"devices/+/messages/devicebound/#", {}}}));
    EXPECT_EQ(c.take(), "#3 ChangeSubscriptions + devices/+/messages/devicebound/#=0\n");
    c.hears(publish_packet("devices/dev1/messages/events/", "foreign"));
    EXPECT_EQ(c.take(), "#4 CloseSession +\nclose\n");
}

}  // namespace
}  // namespace tandem::gateway
