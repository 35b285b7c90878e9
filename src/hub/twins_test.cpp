#include "base/limits.hpp"
#include "hub/hub_fixture.hpp"

#include <cstdio>

namespace tandem::hub {
namespace {

class Twins : public HubFixture {
protected:
    json::object patch(std::string const& body, IfMatch match = {}, bool replace = false) {
        return document(UpdateTwin{{"dev1"}, body, std::move(match), replace});
    }
    json::object desired(std::string const& members) {
        return patch(R"({"properties":{"desired":)" + members + "}}");
    }
    Errc patch_refused(std::string const& body) { return refusal(UpdateTwin{{"dev1"}, body, {}}); }
    std::int64_t report(std::string const& body, std::optional<std::int64_t> expected = {}) {
        auto const reply = run(PatchReported{{"dev1"}, body, expected});
        EXPECT_TRUE(reply.ok());
        return reply.ok() ? std::get<ReportedPatched>(*reply).version : 0;
    }
    std::string own_sight() {
        auto const reply = run(GetDeviceTwin{{"dev1"}});
        return reply.ok() ? std::get<Document>(*reply).json : reply.error().detail;
    }
    void listen() {
        ASSERT_TRUE(
            run(ChangeSubscriptions{{"dev1"},
                                    {subscription("$iothub/twin/PATCH/properties/desired/#")}})
                .ok());
    }
    std::string told() {
        if (events_.size() != 1) return std::to_string(events_.size()) + " events";
        return std::get<DesiredChanged>(events_[0].event).patch;
    }
};

TEST_F(Twins, ANewOneIsEmptyAtItsFirstVersions) {
    put("dev1");
    auto const fresh = twin("dev1");
    EXPECT_EQ(etag_, "AAAAAAAAAAE=");
    EXPECT_EQ(fresh.at("version"), 2);
    EXPECT_EQ(fresh.at("deviceId"), "dev1");
    EXPECT_EQ(render_json(fresh.at("properties")),
              R"({"desired":{"$metadata":{"$lastUpdated":"2026-01-01T00:00:00.0000000Z"},)"
              R"("$version":1},)"
              R"("reported":{"$metadata":{"$lastUpdated":"2026-01-01T00:00:00.0000000Z"},)"
              R"("$version":1}})");
}

TEST_F(Twins, APatchMergesTagsAndDesired) {
    put("dev1");
    patch(R"({"tags":{"a":1,"b":{"c":2}},"properties":{"desired":{"x":1}}})");
    auto const changed = patch(R"({"tags":{"a":null,"b":{"d":3}}})");
    EXPECT_EQ(render_json(changed.at("tags")), R"({"b":{"c":2,"d":3}})");
    EXPECT_EQ(changed.at("version"), 4);
    EXPECT_EQ(etag_, "AAAAAAAAAAM=");
    auto const& desired_now = changed.at("properties").at("desired").as_object();
    EXPECT_EQ(desired_now.at("$version"), 2);
    EXPECT_EQ(desired_now.at("$metadata").at("x").at("$lastUpdatedVersion"), 2);
}

// Recordings show whole twins sent back; only tags and desired count.
TEST_F(Twins, AWholeTwinMayBeSentBack) {
    put("dev1");
    desired(R"({"x":1})");
    auto const whole = twin("dev1");
    auto const after = patch(render_json(whole));
    EXPECT_EQ(after.at("properties").at("reported"), whole.at("properties").at("reported"));
    EXPECT_EQ(after.at("properties").at("desired").at("$version"), 3);
    EXPECT_EQ(after.at("properties").at("desired").at("x"), 1);
}

TEST_F(Twins, AReplacementForgetsAndTellsWhatIsGone) {
    connect("dev1");
    listen();
    desired(R"({"a":1,"b":{"c":2,"d":3}})");
    EXPECT_EQ(told(), R"({"a":1,"b":{"c":2,"d":3},"$version":2})");
    auto const after =
        patch(R"({"properties":{"desired":{"b":{"c":4}}}})", "*", true);
    EXPECT_EQ(told(), R"({"b":{"c":4,"d":null},"a":null,"$version":3})");
    auto now = after.at("properties").at("desired").as_object();
    now.erase("$metadata");
    EXPECT_EQ(render_json(now), R"({"b":{"c":4},"$version":3})");
}

TEST_F(Twins, OnlyListenersAreToldAndOnlyOfDesired) {
    connect("dev1");
    desired(R"({"a":1})");
    EXPECT_EQ(told(), "0 events");
    listen();
    patch(R"({"tags":{"a":1}})");
    EXPECT_EQ(told(), "0 events");
    report(R"({"a":1})");
    EXPECT_EQ(told(), "0 events");
    desired("{}");
    EXPECT_EQ(told(), R"({"$version":3})");
    desired(R"({"a":null})");
    EXPECT_EQ(told(), R"({"a":null,"$version":4})");
}

TEST_F(Twins, AChangeMayInsistOnTheETag) {
    put("dev1");
    EXPECT_NO_FATAL_FAILURE(patch(R"({"tags":{"a":1}})", "AAAAAAAAAAE="));
    EXPECT_EQ(refusal(UpdateTwin{{"dev1"}, R"({"tags":{"a":2}})", "AAAAAAAAAAE="}),
              Errc::precondition_failed);
    EXPECT_NO_FATAL_FAILURE(patch(R"({"tags":{"a":2}})", "*"));
    EXPECT_EQ(refusal(UpdateTwin{{"nobody"}, "{}", "*"}), Errc::device_not_found);
}

TEST_F(Twins, ADeviceSeesNeitherTagsNorMetadata) {
    connect("dev1");
    patch(R"({"tags":{"secret":1},"properties":{"desired":{"x":1.0}}})");
    EXPECT_EQ(report(R"({"t":21.5,"u":{"v":true}})"), 2);
    EXPECT_EQ(report(R"({"u":null})", 2), 3);
    EXPECT_EQ(own_sight(),
              R"({"desired":{"x":1.0,"$version":2},"reported":{"t":21.5,"$version":3}})");
    EXPECT_EQ(refusal(PatchReported{{"dev1"}, "{}", 2}), Errc::precondition_failed);
    auto const seen = twin("dev1");
    EXPECT_EQ(seen.at("version"), 5);
    EXPECT_EQ(etag_, "AAAAAAAAAAI=");
    auto const& metadata = seen.at("properties").at("reported").at("$metadata").as_object();
    EXPECT_TRUE(metadata.at("t").as_object().contains("$lastUpdated"));
    EXPECT_FALSE(metadata.contains("$lastUpdatedVersion"));
    EXPECT_FALSE(metadata.contains("u"));
}

// bad-inputs 42
TEST_F(Twins, NobodyWritesVersionsOrMetadata) {
    connect("dev1");
    EXPECT_EQ(refusal(PatchReported{{"dev1"}, R"({"$version":99})", {}}), Errc::argument_invalid);
    EXPECT_EQ(refusal(PatchReported{{"dev1"}, R"({"a":{"$metadata":{}}})", {}}),
              Errc::argument_invalid);
    EXPECT_EQ(patch_refused(R"({"tags":{"$version":1}})"), Errc::argument_invalid);
    EXPECT_EQ(patch_refused(R"({"properties":{"desired":{"a":{"$version":1}}}})"),
              Errc::argument_invalid);
    auto const after = desired(R"({"$version":99,"$metadata":{"evil":1}})");
    EXPECT_EQ(after.at("properties").at("desired").at("$version"), 2);
    EXPECT_FALSE(
        after.at("properties").at("desired").at("$metadata").as_object().contains("evil"));
}

// bad-inputs 42
TEST_F(Twins, RefuseJsonThatOthersReadDifferently) {
    connect("dev1");
    for (auto const* body : {"", "1", "[]", "null", "{\"a\":1,\"a\":2}", "{\"a\":1e400}",
                             "{\"a\":NaN}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\xFF\"}", "{'a':1}"})
        EXPECT_EQ(refusal(PatchReported{{"dev1"}, body, {}}), Errc::argument_invalid) << body;
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
    EXPECT_EQ(refusal(PatchReported{{"dev1"}, deep, {}}), Errc::argument_invalid);
    EXPECT_EQ(patch_refused(R"({"tags":7})"), Errc::argument_invalid);
    EXPECT_EQ(patch_refused(R"({"properties":{"desired":[]}})"), Errc::argument_invalid);
}

TEST_F(Twins, OnlyGrowthBeyondTheLimitIsRefused) {
    connect("dev1");
    std::string const four(limits::twin_string_bytes_max, 'x');
    std::string body;
    for (char key = 'a'; key < 'h'; ++key)
        body += std::string{body.empty() ? "{\"" : ",\""} + key + "\":\"" + four + "\"";
    report(body + "}");
    EXPECT_EQ(refusal(PatchReported{{"dev1"}, "{\"z\":\"" + four + "\"}", {}}),
              Errc::argument_invalid);
    EXPECT_EQ(report(R"({"a":null})"), 3);
    EXPECT_EQ(patch_refused("{\"tags\":{\"a\":\"" + four + "\",\"b\":\"" + four + "\"}}"),
              Errc::argument_invalid);
}

// bad-inputs 42: 10,000 keys are within the limit, in desired and reported alike, and each has its
// metadata.
TEST_F(Twins, TakesAsManyTinyPropertiesAsTheLimitAllows) {
    connect("dev1");
    std::string body = "{";
    for (int i = 0; i < 10'000; ++i) {
        char name[16];
        std::snprintf(name, sizeof name, "%c%c%c", 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676);
        body += std::string{i == 0 ? "\"" : ",\""} + name + "\":\"\"";
    }
    desired(body + "}");
    EXPECT_EQ(report(body + "}"), 2);
    EXPECT_EQ(report(R"({"one":"more"})"), 3);
}

// bad-inputs 42: control characters do not count and are written in six bytes each; what no record
// can hold is refused, not asserted.
TEST_F(Twins, WhatNoRecordCanHoldIsRefused) {
    connect("dev1");
    std::string text;
    for (std::size_t i = 0; i < limits::twin_string_bytes_max; ++i) text += "\\u0001";
    std::string body = "{";
    for (int i = 0; i < 50; ++i)
        body += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":\"" + text + "\"";
    EXPECT_EQ(refusal(PatchReported{{"dev1"}, body + "}", {}}), Errc::message_too_large);
}

}  // namespace
}  // namespace tandem::hub
