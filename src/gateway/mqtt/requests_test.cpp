// Twin, methods and subscriptions of an open MqttSession.
#include "gateway/mqtt/conversation.hpp"

#include <gtest/gtest.h>

namespace tandem::gateway {
namespace {

using namespace std::string_literals;

constexpr std::string_view responses = "$iothub/twin/res/#";
constexpr std::string_view desired = "$iothub/twin/PATCH/properties/desired/#";

Conversation twin_conversation() {
    return open_conversation(plain_connect(),
                             opened_reply_with({std::string{responses}, std::string{desired}}));
}

TEST(MqttSubscriptions, AreAcknowledgedWhenTheHubHasThem) {
    Conversation c = open_conversation();
    c.hears(subscribe_packet(5, {{"devices/dev1/messages/devicebound/#", mqtt::Qos::exactly_once},
                                 {"$iothub/methods/POST/#", mqtt::Qos::at_most_once}}));
    EXPECT_EQ(c.take(),
              "#2 ChangeSubscriptions dev1 devices/dev1/messages/devicebound/#=1 "
              "$iothub/methods/POST/#=0\n");
    c.is_answered(2, hub::Done{});
    EXPECT_EQ(c.take(), "SUBACK 5: 1 0\n");
}

TEST(MqttSubscriptions, AreAllNamedWithEveryChange) {
    Conversation c = twin_conversation();
    c.hears(subscribe_packet(1, {{"$iothub/methods/POST/#", mqtt::Qos::at_least_once}}));
    EXPECT_EQ(c.take(),
              "#2 ChangeSubscriptions dev1 $iothub/methods/POST/#=1 $iothub/twin/res/#=0 "
              "$iothub/twin/PATCH/properties/desired/#=0\n");
    Bytes packet;
    std::vector<std::string_view> const filters{responses, "never/subscribed"};
    mqtt::encode_unsubscribe(mqtt::PacketId{2}, filters, packet);
    c.hears(packet);
    EXPECT_EQ(c.take(),
              "#3 ChangeSubscriptions dev1 $iothub/methods/POST/#=1 "
              "$iothub/twin/PATCH/properties/desired/#=0\n");
    c.is_answered(3, hub::Done{});
    c.is_answered(2, hub::Done{});
    EXPECT_EQ(c.take(), "UNSUBACK 2\nSUBACK 1: 1\n");
}

// bad-inputs 14, 16, 17: no SUBACK, not even for the good filter beside a bad one
TEST(MqttSubscriptions, ClosesOnOtherFilters) {
    for (auto const* bad :
         {"#", "devices/dev2/messages/devicebound/#", "devices/+/messages/devicebound/#",
          "$share/g/devices/dev1/messages/devicebound/#", "$queue/#", "$SYS/#", "sport+/x", "a#",
          "sport/#/y", "devices/dev1/messages/events/#"}) {
        Conversation c = open_conversation();
        c.hears(subscribe_packet(1, {{responses, {}}, {bad, {}}}));
        EXPECT_EQ(c.take(), "#2 CloseSession dev1\nclose\n") << bad;
    }
}

// Node does not subscribe again after it has renewed its token (contract 1.3).
TEST(MqttSubscriptions, GoOnAfterAReconnect) {
    Conversation c = twin_conversation();
    c.is_told(hub::DesiredChanged{"{\"a\":1,\"$version\":4}", 4});
    EXPECT_EQ(c.take(),
              "PUBLISH qos 0 $iothub/twin/PATCH/properties/desired/?$version=4 "
              "{\"a\":1,\"$version\":4}\n");
}

// bad-inputs 18: what a stored session claims is checked like a SUBSCRIBE
TEST(MqttSubscriptions, AreRestoredOnlyIfTheyAreTheDevicesOwn) {
    Conversation c = open_conversation(
        plain_connect(), opened_reply_with({"devices/dev2/messages/devicebound/#", "#"}));
    c.hears(subscribe_packet(1, {{responses, {}}}));
    EXPECT_EQ(c.take(), "#2 ChangeSubscriptions dev1 $iothub/twin/res/#=0\n");
}

TEST(MqttSubscriptions, WithoutOneNothingIsDelivered) {
    Conversation c = open_conversation();
    c.is_told(hub::DesiredChanged{"{}", 4});
    c.hears(publish_packet("$iothub/twin/GET/?$rid=1", " ", 3));
    c.is_answered(2, hub::Document{"{}", ""});
    EXPECT_EQ(c.take(), "#2 GetDeviceTwin dev1\nPUBACK 3\n");
}

TEST(MqttTwin, AnswersWithTheRequestIdAsItWas) {
    Conversation c = twin_conversation();
    c.hears(publish_packet("$iothub/twin/GET/?$rid=%41-b=/c?", " "));
    EXPECT_EQ(c.take(), "#2 GetDeviceTwin dev1\n");
    c.is_answered(2, hub::Document{"{\"desired\":{}}", ""});
    EXPECT_EQ(c.take(), "PUBLISH qos 0 $iothub/twin/res/200/?$rid=%41-b=/c? {\"desired\":{}}\n");
}

TEST(MqttTwin, PatchesReportedProperties) {
    Conversation c = twin_conversation();
    c.hears(publish_packet("$iothub/twin/PATCH/properties/reported/?$rid=1&$version=7", "{}", 9));
    EXPECT_EQ(c.take(), "#2 PatchReported dev1 {} if version 7\n");
    c.is_answered(2, hub::ReportedPatched{8});
    EXPECT_EQ(c.take(), "PUBLISH qos 0 $iothub/twin/res/204/?$rid=1&$version=8 \nPUBACK 9\n");
}

TEST(MqttTwin, SaysWhyARequestIsRefused) {
    Conversation c = twin_conversation();
    c.hears(publish_packet("$iothub/twin/PATCH/properties/reported/?$rid=1", "{", 9));
    c.take();
    c.is_answered(2, Error{Errc::argument_invalid, "not JSON"});
    EXPECT_EQ(c.take(),
              "PUBLISH qos 0 $iothub/twin/res/400/?$rid=1 {\"errorCode\":400004,\"trackingId\":"
              "\"seed-G:1-TimeStamp:11/18/2026 11:06:40\",\"message\":\"not JSON\","
              "\"timestampUtc\":\"2026-11-18T11:06:40.0000000Z\"}\nPUBACK 9\n");
}

TEST(MqttTwin, RefusesAVersionThatIsNoNumberInTheOrderOfThings) {
    Conversation c = twin_conversation();
    c.hears(publish_packet(telemetry_topic, "x", 1) +
            publish_packet("$iothub/twin/PATCH/properties/reported/?$rid=1&$version=x", "{}", 2));
    EXPECT_NE(c.take().find("res/400/?$rid=1 "), std::string::npos);
    c.is_answered(2, hub::Done{});
    EXPECT_EQ(c.take(), "PUBACK 1\nPUBACK 2\n");
}

TEST(MqttTwin, ClosesWhenTheHubHasMoved) {
    Conversation c = twin_conversation();
    c.hears(publish_packet("$iothub/twin/GET/?$rid=1", ""));
    c.take();
    c.is_answered(2, Error{Errc::not_owner, "moved"});
    EXPECT_EQ(c.take(), "#3 CloseSession dev1\nclose\n");
}

TEST(MqttTwin, ClosesOnARequestIdThatFillsTheTopic) {
    Conversation c = twin_conversation();
    c.hears(publish_packet("$iothub/twin/GET/?$rid=" + std::string(65'000, 'r'), ""));
    EXPECT_TRUE(c.closed);
}

TEST(MqttMethods, ResponsesAreAcceptedInTheOrderOfThings) {
    Conversation c = open_conversation();
    c.hears(publish_packet(telemetry_topic, "x", 1) +
            publish_packet("$iothub/methods/res/200/?$rid=1", "{}", 2));
    EXPECT_EQ(c.take(), "#2 SendTelemetry dev1 'x' auth={sas} generation=g1\n");
    c.is_answered(2, hub::Done{});
    EXPECT_EQ(c.take(), "PUBACK 1\nPUBACK 2\n");
}

}  // namespace
}  // namespace tandem::gateway
