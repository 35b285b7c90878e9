// Whole conversations as files: tests/golden/mqtt/*.txt. TANDEM_REWRITE=1 writes them anew; a
// change is to be read like code before it is committed.
#include "gateway/mqtt/conversation.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace tandem::gateway {
namespace {

using namespace std::string_literals;

/// Tells a conversation: what happens is said in words, what the session does is written below.
class Story {
public:
    Conversation& then(std::string_view what_happens) {
        write_down();
        text_ += "> " + std::string{what_happens} + "\n";
        return conversation_;
    }

    void expect_file(char const* name) {
        write_down();
        auto const root = std::filesystem::path{__FILE__}.parent_path() / "../../..";
        auto const path = root / "tests/golden/mqtt" / name;
        if (std::getenv("TANDEM_REWRITE") != nullptr) std::ofstream{path} << text_;
        std::ifstream file{path};
        EXPECT_EQ(text_, (std::string{std::istreambuf_iterator<char>(file), {}})) << path;
    }

private:
    void write_down() { text_ += conversation_.take(); }
    Conversation conversation_;
    std::string text_;
};

TEST(MqttGolden, ADeviceSendsTelemetry) {
    Story s;
    s.then("CONNECT dev1, clean session 0").hears(connect_packet());
    s.then("reply 1: opened").is_answered(1, opened_reply());
    s.then("PUBLISH 1 with properties")
        .hears(publish_packet("devices/dev1/messages/events/%24.mid=m1&%24.ct=application%2Fjson"
                              "&%24.ce=utf-8&alert=true/", "{\"t\":21}", 1));
    s.then("PUBLISH 2").hears(publish_packet(telemetry_topic, "second", 2));
    s.then("reply 3: done").is_answered(3, hub::Done{});
    s.then("reply 2: done").is_answered(2, hub::Done{});
    s.then("PINGREQ").hears("\xC0\x00"s);
    s.then("DISCONNECT").hears("\xE0\x00"s);
    s.expect_file("telemetry.txt");
}

TEST(MqttGolden, ADeviceIsRefused) {
    Story s;
    s.then("CONNECT dev1 with a bad token").hears(connect_packet());
    s.then("reply 1: unauthorized").is_answered(1, Error{Errc::unauthorized, "bad signature"});
    s.then("PUBLISH").hears(publish_packet(telemetry_topic, "x", 1));
    s.expect_file("connect_bad_sas.txt");
}

TEST(MqttGolden, ADeviceUsesItsTwin) {
    Story s;
    s.then("CONNECT dev1").hears(connect_packet());
    s.then("reply 1: opened").is_answered(1, opened_reply());
    s.then("SUBSCRIBE twin responses and desired, qos 1 and 2")
        .hears(subscribe_packet(1, {{"$iothub/twin/res/#", mqtt::Qos::at_least_once},
                                    {"$iothub/twin/PATCH/properties/desired/#",
                                     mqtt::Qos::exactly_once}}));
    s.then("reply 2: done").is_answered(2, hub::Done{});
    s.then("PUBLISH 2 twin GET").hears(publish_packet("$iothub/twin/GET/?$rid=r-1", " ", 2));
    s.then("reply 3: the twin")
        .is_answered(3, hub::Document{"{\"desired\":{\"$version\":1},\"reported\":{}}", ""});
    s.then("PUBLISH 3 reported")
        .hears(publish_packet("$iothub/twin/PATCH/properties/reported/?$rid=r-2", "{\"a\":1}", 3));
    s.then("reply 4: version 2").is_answered(4, hub::ReportedPatched{2});
    s.then("PUBLISH reported, too large")
        .hears(publish_packet("$iothub/twin/PATCH/properties/reported/?$rid=r-3", "{\"a\":2}"));
    s.then("reply 5: message_too_large")
        .is_answered(5, Error{Errc::message_too_large, "reported properties above 32 KB"});
    s.then("event: desired version 2")
        .is_told(hub::DesiredChanged{"{\"b\":null,\"$version\":2}", 2});
    s.then("the client is gone").loses_its_peer();
    s.expect_file("twin.txt");
}

TEST(MqttGolden, TheHubMovesToTheOtherRegion) {
    mqtt::Connect connect = plain_connect();
    connect.will = mqtt::Will{telemetry_topic, "gone", mqtt::Qos::at_least_once, false};
    Story s;
    s.then("CONNECT dev1 with a will").hears(connect_packet(connect));
    s.then("reply 1: opened").is_answered(1, opened_reply());
    s.then("PUBLISH 1").hears(publish_packet(telemetry_topic, "in flight", 1));
    s.then("event: owner moved").is_told(hub::Closed{hub::CloseReason::owner_moved});
    s.then("reply 2: not_owner").is_answered(2, Error{Errc::not_owner, "moved"});
    s.expect_file("owner_moved.txt");
}

TEST(MqttGolden, TheConnectionOfADeviceWithAWillBreaks) {
    mqtt::Connect connect = plain_connect();
    connect.will = mqtt::Will{"devices/dev1/messages/events/a=1", "gone", {}, true};
    Story s;
    s.then("CONNECT dev1 with a retained will").hears(connect_packet(connect));
    s.then("reply 1: opened").is_answered(1, opened_reply());
    s.then("90 s of silence").waits(90s);
    s.expect_file("will.txt");
}

TEST(MqttGolden, ADeviceReconnectsWithoutSubscribing) {
    Story s;
    s.then("CONNECT dev1").hears(connect_packet());
    s.then("reply 1: opened, with the subscriptions of before")
        .is_answered(1, opened_reply_with({"$iothub/twin/res/#",
                                           "$iothub/twin/PATCH/properties/desired/#"}));
    s.then("event: desired version 5").is_told(hub::DesiredChanged{"{\"$version\":5}", 5});
    s.then("event: taken over").is_told(hub::Closed{hub::CloseReason::taken_over});
    s.expect_file("reconnect.txt");
}

}  // namespace
}  // namespace tandem::gateway
