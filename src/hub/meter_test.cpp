#include "hub/meter.hpp"

#include "hub/hub_fixture.hpp"

namespace tandem::hub {
namespace {

constexpr WallTime noon = wall_from_micros(1'767'268'800'000'000);   // 2026-01-01T12:00:00Z
constexpr std::uint32_t small = meter_small_unit_bytes;

TEST(Meter, CountsEveryStartedUnitAndAtLeastOne) {
    record::Meter meter;
    count_message(meter, noon, 0);
    count_message(meter, noon, 4096);
    count_message(meter, noon, 4097);
    EXPECT_EQ(messages_of(meter, meter_day(noon), 0), 4U);
    EXPECT_EQ(messages_of(meter, meter_day(noon), small), 1U + 8U + 9U);
}

TEST(Meter, BeginsAgainAtMidnightUtcAndNotWhenTheClockGoesBack) {
    record::Meter meter;
    WallTime const last = noon + 12h - 1us;
    count_message(meter, last, 1);
    count_message(meter, last + 1us, 1);
    count_message(meter, last, 1);
    EXPECT_EQ(meter_day(last + 1us), meter_day(last) + 1);
    EXPECT_EQ(messages_of(meter, meter_day(last) + 1, 0), 2U);
    EXPECT_EQ(messages_of(meter, meter_day(last) + 2, 0), 0U) << "the day after";
}

using Metered = HubFixture;

TEST_F(Metered, TelemetryAndTwinChangesAreInTheViewAndComeBackWithIt) {
    connect("dev");
    record::Telemetry message;
    message.set_device_id("dev");
    message.set_body(std::string(5000, 'x'));
    ASSERT_TRUE(run(SendTelemetry{message}).ok());
    ASSERT_TRUE(run(PatchReported{{"dev"}, R"({"a":1})", {}}).ok());
    EXPECT_EQ(messages_of(view_.meter(), meter_day(now_), 0), 3U);

    View copy;
    auto const stored = view_.entity("meter");
    ASSERT_TRUE(stored);
    ASSERT_TRUE(copy.load("meter", *stored).ok());
    EXPECT_EQ(messages_of(copy.meter(), meter_day(now_), 0), 3U);
    EXPECT_FALSE(copy.load("meter", "\xff").ok());
}

TEST_F(Metered, NothingIsTakenBeyondTheQuota) {
    connect("dev");
    quota_.messages_used_up = true;
    quota_.devices_full = true;
    record::Telemetry message;
    message.set_device_id("dev");
    EXPECT_EQ(refusal(SendTelemetry{message}), Errc::quota_exceeded);
    EXPECT_EQ(refusal(PutDevice{{"new"}, R"({"deviceId":"new"})", {}}), Errc::quota_exceeded);
    EXPECT_TRUE(run(PutDevice{{"dev"}, R"({"deviceId":"dev"})", "*"}).ok()) << "is there already";
    ASSERT_TRUE(run(CloseSession{{"dev"}, message}).ok());
    for (auto const& fact : facts_) EXPECT_FALSE(fact.has_telemetry()) << "a will is a message too";
}

}  // namespace
}  // namespace tandem::hub
