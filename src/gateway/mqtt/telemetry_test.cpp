#include "gateway/mqtt/telemetry.hpp"

#include "gateway/mqtt/conversation.hpp"

#include <gtest/gtest.h>

namespace tandem::gateway {
namespace {

std::string read(std::string_view bag, bool retain = false) {
    record::Telemetry message;
    auto const result = read_properties({.bag = bag, .retain = retain}, message);
    return result ? describe(message) : "refused";
}

TEST(MqttTelemetry, PutsSystemPropertiesWhereOtherProtocolsShowThem) {
    EXPECT_EQ(read("$.mid=m&%24.cid=c&$.uid=u&$.to=t&$.ct=application%2Fjson&$.ce=utf-8"),
              " '' message-id=m correlation-id=c user-id=u content-type=application/json "
              "content-encoding=utf-8 to=t");
    EXPECT_EQ(read("$.exp=1970-01-01T00%3A00%3A02.5000000Z"), " '' expiry-us=2500000");
    EXPECT_EQ(read("%24.ifid=i&$.sub=s&$.diagid=d&$.diagctx=creationtimeutc%3D1"),
              " '' {iothub-interface-id=i} {dt-subject=s} {Diagnostic-Id=d} "
              "{Correlation-Context=creationtimeutc=1}");
    EXPECT_EQ(read("$.on=o&$.ctime=t&$.schema=x"),
              " '' [iothub-outputname=o] [iothub-creation-time-utc=t] [iothub-message-schema=x]");
}

TEST(MqttTelemetry, KeepsEverythingElseAsApplicationProperties) {
    EXPECT_EQ(read("a=1&b&c=&iothub-ack=full&$.new=9&$.MID=2&a=3"),
              " '' [a=1] [b] [c=] [iothub-ack=full] [$.new=9] [$.MID=2] [a=3]");
    EXPECT_EQ(read("$.exp=Sat%20Nov%2021"), " '' [$.exp=Sat Nov 21]");
}

TEST(MqttTelemetry, MarksRetainedMessages) { EXPECT_EQ(read("", true), " '' [mqtt-retain=true]"); }

// A device must not say in a property that it is another one.
TEST(MqttTelemetry, DropsConnectionIdsThatADeviceGives) {
    EXPECT_EQ(read("$.cdid=dev2&%24.cmid=mod"), " ''");
}

// bad-inputs 44, 13
TEST(MqttTelemetry, RefusesWhatIsNoText) {
    EXPECT_EQ(read("a=%ZZ"), "refused");
    EXPECT_EQ(read("$.mid=%FF"), "refused");
    EXPECT_EQ(read("%00=1"), "refused");
    EXPECT_EQ(read("=1"), "refused");
}

}  // namespace
}  // namespace tandem::gateway
