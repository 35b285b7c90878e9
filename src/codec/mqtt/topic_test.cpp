#include "codec/mqtt/topic.hpp"

#include <gtest/gtest.h>

namespace tandem::mqtt {
namespace {

std::optional<std::string_view> bag(std::string_view topic, std::string_view device = "dev1") {
    return telemetry_bag(topic, telemetry_prefix(device));
}

TEST(MqttTopic, FindsTheBagOfATelemetryTopic) {
    EXPECT_EQ(bag("devices/dev1/messages/events/a=1&b=2"), "a=1&b=2");
    EXPECT_EQ(bag("devices/dev1/messages/events/"), "");
    EXPECT_EQ(bag("devices/dev1/messages/events"), "");
    EXPECT_EQ(bag("devices/dev1/messages/events/a=1/"), "a=1/");
}

// bad-inputs 16
TEST(MqttTopic, TelemetryOfAnotherDeviceIsNone) {
    for (auto const* topic :
         {"devices/dev2/messages/events/", "devices/dev10/messages/events/",
          "devices/dev/messages/events/", "Devices/dev1/messages/events/",
          "devices/dev1/messages/eventsx", "devices/dev1/messages/devicebound/",
          "devices/dev1/modules/m/messages/events/", "/devices/dev1/messages/events/",
          "devices//messages/events/", "devices/+/messages/events/", "#", "$SYS/x"}) {
        EXPECT_EQ(bag(topic), std::nullopt) << topic;
    }
}

// bad-inputs 15: an id made of wildcards is compared, not interpreted
TEST(MqttTopic, DeviceIdsAreComparedAsTheyAre) {
    EXPECT_EQ(bag("devices/+/messages/events/a", "+"), "a");
    EXPECT_EQ(bag("devices/dev1/messages/events/a", "+"), std::nullopt);
    EXPECT_EQ(bag("devices/#/messages/events/a", "#"), "a");
    EXPECT_EQ(bag("devices/a%2Fb/messages/events/", "a%2Fb"), "");
    EXPECT_EQ(bag("devices/a/b/messages/events/", "a%2Fb"), std::nullopt);
    EXPECT_EQ(parse_filter("devices/+/messages/devicebound/#", "dev1"), std::nullopt);
    EXPECT_EQ(parse_filter("devices/+/messages/devicebound/#", "+"), DeviceFilter::devicebound);
}

// bad-inputs 14
TEST(MqttTopic, WildcardsInPublishedTopicsAreRefused) {
    EXPECT_EQ(bag("devices/dev1/messages/events/#"), std::nullopt);
    EXPECT_EQ(bag("devices/dev1/messages/events/a=+"), std::nullopt);
    EXPECT_FALSE(parse_twin_request("$iothub/twin/GET/?$rid=#"));
    EXPECT_FALSE(is_method_response("$iothub/methods/res/200/?$rid=+"));
}

TEST(MqttTopic, ReadsTwinRequests) {
    auto const get = parse_twin_request("$iothub/twin/GET/?$rid=66a1-b");
    ASSERT_TRUE(get);
    EXPECT_EQ(get->kind, TwinRequest::Kind::get);
    EXPECT_EQ(get->request_id, "66a1-b");
    EXPECT_EQ(get->version, std::nullopt);

    auto const patch =
        parse_twin_request("$iothub/twin/PATCH/properties/reported/?$rid=%41&$version=5");
    ASSERT_TRUE(patch);
    EXPECT_EQ(patch->kind, TwinRequest::Kind::patch_reported);
    EXPECT_EQ(patch->request_id, "%41");
    EXPECT_EQ(patch->version, "5");
    EXPECT_TRUE(parse_twin_request("$iothub/twin/PATCH/properties/reported?$version=5&$rid=1"));
}

TEST(MqttTopic, OtherTwinTopicsAreNoRequests) {
    for (auto const* topic :
         {"$iothub/twin/GET", "$iothub/twin/GET/", "$iothub/twin/GET/?rid=1",
          "$iothub/twin/GET/x/?$rid=1", "$iothub/twin/get/?$rid=1", "$iothub/twin/res/200/?$rid=1",
          "$iothub/twin/PATCH/properties/desired/?$rid=1", "$iothub/twin/PATCH/?$rid=1"}) {
        EXPECT_FALSE(parse_twin_request(topic)) << topic;
    }
}

TEST(MqttTopic, KnowsMethodResponses) {
    EXPECT_TRUE(is_method_response("$iothub/methods/res/200/?$rid=1"));
    EXPECT_FALSE(is_method_response("$iothub/methods/res//?$rid=1"));
    EXPECT_FALSE(is_method_response("$iothub/methods/res/200/"));
    EXPECT_FALSE(is_method_response("$iothub/methods/POST/reboot/?$rid=1"));
}

// Three digits, "/?", "$rid" first: C#, Java and Python each parse a different part of this.
TEST(MqttTopic, TwinResponsesHaveTheExactShape) {
    EXPECT_EQ(twin_response_topic(200, "r1", std::nullopt), "$iothub/twin/res/200/?$rid=r1");
    EXPECT_EQ(twin_response_topic(204, "r1", 7), "$iothub/twin/res/204/?$rid=r1&$version=7");
    EXPECT_EQ(desired_topic(9), "$iothub/twin/PATCH/properties/desired/?$version=9");
}

TEST(MqttTopic, ClientsReadTwinResponses) {
    auto const response = parse_twin_response("$iothub/twin/res/204/?$rid=r1&$version=7");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 204U);
    EXPECT_EQ(response->request_id, "r1");
    EXPECT_EQ(response->version, 7);
    EXPECT_FALSE(parse_twin_response("$iothub/twin/res/20/?$rid=r1"));
    EXPECT_FALSE(parse_twin_response("$iothub/twin/res/204/?$rid=r1&$version=x"));
}

TEST(MqttTopic, FiltersReadAsWritten) {
    for (DeviceFilter const filter : device_filters) {
        EXPECT_EQ(parse_filter(filter_text(filter, "dev1"), "dev1"), filter);
    }
}

// bad-inputs 14, 16, 17
TEST(MqttTopic, OtherFiltersAreNone) {
    for (auto const* text :
         {"#", "+/+/messages/devicebound/#", "devices/dev2/messages/devicebound/#",
          "devices/dev1/messages/devicebound", "devices/dev1/#", "devices/dev1/messages/events/#",
          "$share/g/devices/dev1/messages/devicebound/#", "$queue/$iothub/twin/res/#",
          "$iothub/#", "$iothub/twin/res#", "$iothub/twin/#/res", "$iothub/twin/res/+", "$SYS/#",
          "a#", "sport+/x", "sport/#/y", "$iothub/methods/POST/#/"}) {
        EXPECT_EQ(parse_filter(text, "dev1"), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace tandem::mqtt
