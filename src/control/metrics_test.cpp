#include "control/metrics.hpp"

#include "control/test_rig.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using test::Rig;

/// Midnight of some day.
constexpr WallTime midnight = wall_from_micros(1'700'006'400'000'000);
constexpr std::int64_t first_minute = 1'700'006'400 / 60;

peer::NodeStatus report(std::uint64_t sent, std::int64_t since, std::string const& role = "serving",
                        std::uint64_t devices = 3) {
    peer::NodeStatus status;
    auto& hub = *status.add_hubs();
    hub.set_hub("hub");
    hub.set_role(role);
    hub.set_total_devices(devices);
    hub.mutable_counters()->set_since_us(since);
    hub.mutable_counters()->set_telemetry_success(sent);
    return status;
}
double total(Metrics const& metrics, char const* name, std::int64_t from, std::int64_t to) {
    return metrics.sample("hub", *find_metric(name), from, to).total;
}
constexpr char const* sent = "d2c.telemetry.ingress.success";

TEST(Metrics, WhatWasCountedBeforeTheFirstReportIsOfNoMinute) {
    Metrics metrics;
    metrics.on_status("west", report(1000, 1), midnight);
    metrics.on_status("west", report(1010, 1), midnight + 30s);
    metrics.on_status("west", report(1015, 1), midnight + 70s);
    EXPECT_EQ(total(metrics, sent, first_minute, first_minute + 1), 10);
    EXPECT_EQ(total(metrics, sent, first_minute + 1, first_minute + 2), 5);
    EXPECT_EQ(total(metrics, sent, first_minute - 10, first_minute + 10), 15);
}

TEST(Metrics, BothRegionsAndEveryRunOfThemAddUp) {
    Metrics metrics;
    metrics.on_status("west", report(5, 1), midnight);
    metrics.on_status("east", report(0, 1, "following"), midnight);
    metrics.on_status("west", report(9, 1), midnight + 1s);
    metrics.on_status("east", report(7, 1), midnight + 2s);
    metrics.on_status("west", report(3, to_micros(midnight + 3s), "following"), midnight + 4s);
    EXPECT_EQ(total(metrics, sent, first_minute, first_minute + 1), 4 + 7 + 3);
}

TEST(Metrics, SnapshotsAreOfTheServingRegionOnly) {
    Metrics metrics;
    metrics.on_status("west", report(0, 1, "serving", 10), midnight);
    metrics.on_status("west", report(0, 1, "serving", 20), midnight + 1s);
    metrics.on_status("east", report(0, 1, "following", 999), midnight + 1s);
    auto const sample = metrics.sample("hub", *find_metric("totalDeviceCount"), first_minute,
                                       first_minute + 1);
    EXPECT_EQ(sample.count, 2U);
    EXPECT_EQ(sample.minimum, 10);
    EXPECT_EQ(sample.maximum, 20);
    EXPECT_EQ(sample.total / sample.count, 15);
}

TEST(Metrics, AFlipIsCountedWhenAnotherRegionServes) {
    Metrics metrics;
    auto const serves = [&](char const* region, std::uint32_t epoch) {
        auto status = report(0, 1);
        status.mutable_hubs(0)->set_epoch(epoch);
        metrics.on_status(region, status, midnight);
    };
    serves("west", 1);
    serves("west", 2);
    EXPECT_EQ(metrics.flips("hub"), 0U) << "its own restart";
    serves("east", 3);
    serves("west", 2);
    EXPECT_EQ(metrics.flips("hub"), 1U) << "an old report says nothing";
    serves("west", 4);
    EXPECT_EQ(metrics.flips("hub"), 2U);
}

TEST(Metrics, ADayIsKeptAndNoMore) {
    Metrics metrics;
    for (int minute = 0; minute < 1500; ++minute)
        metrics.on_status("west", report(static_cast<std::uint64_t>(minute + 1), 1),
                          midnight + std::chrono::minutes{minute});
    EXPECT_EQ(total(metrics, sent, 0, first_minute + 1500), metric_minutes_max);
    metrics.keep([](std::string const& hub) { return hub != "hub"; });
    EXPECT_EQ(metrics.sample("hub", *find_metric(sent), 0, first_minute + 1500).count, 0U);
}

/// A hub that a region reports on.
struct MetricsOverHttp : Rig {
    MetricsOverHttp() {
        ready();
        create_hub();
        now.wall = midnight - 60s;
        token = sign_in();   // the one from before has run out
        now.wall = midnight;
        tell(10);
        now.wall += 30s;
        tell(17);
    }
    void tell(std::uint64_t count) {
        peer::Envelope message;
        *message.mutable_node_status() = report(count, 1);
        control->on_message({"westus2"}, message, now);
    }
    http::Response metrics(std::string const& query) {
        std::string path = hub_path("hub", "/providers/microsoft.insights/metrics");
        path = path.substr(0, path.find('?'));
        return ask("GET", path + "?api-version=2018-01-01&" + query);
    }
};
constexpr char const* minute_of_it = "timespan=2023-11-15T00:00:00Z/2023-11-15T00:01:00Z";

TEST(MetricsApi, AnswersInAzureMonitorsShape) {
    MetricsOverHttp rig;
    auto const response =
        rig.metrics(std::string{"metricnames=d2c.telemetry.ingress.success,totalDeviceCount"
                                "&aggregation=Total,Average&interval=PT1M&"} + minute_of_it);
    ASSERT_EQ(response.status, 200) << response.body;
    auto const body = Rig::object(response);
    EXPECT_EQ(body.at("namespace"), "Microsoft.Devices/IotHubs");
    EXPECT_EQ(body.at("timespan"), "2023-11-15T00:00:00Z/2023-11-15T00:01:00Z");
    auto const& values = body.at("value").get_array();
    ASSERT_EQ(values.size(), 2U);
    auto const data = [&](std::size_t i) {
        return values[i].at("timeseries").get_array()[0].at("data").get_array();
    };
    ASSERT_EQ(data(0).size(), 1U);
    EXPECT_EQ(data(0)[0].at("timeStamp"), "2023-11-15T00:00:00Z");
    EXPECT_EQ(data(0)[0].at("total").to_number<double>(), 7);
    EXPECT_EQ(data(1)[0].at("average").to_number<double>(), 3);
    EXPECT_FALSE(data(1)[0].get_object().contains("total")) << "a sum of snapshots says nothing";
}

TEST(MetricsApi, ATimespanThatWasEncodedTwiceIsRead) {   // as az 2.45 does
    MetricsOverHttp rig;
    auto const response =
        rig.metrics("timespan=2023-11-15T00%3A00%3A00.096563%2F2023-11-15T00%3A01%3A00Z");
    EXPECT_EQ(response.status, 200) << response.body;
}

TEST(MetricsApi, TimesWithoutASampleHaveNoValue) {
    MetricsOverHttp rig;
    auto const response = rig.metrics(
        "metricnames=totalDeviceCount&timespan=2023-11-14T20:00:00Z/2023-11-14T21:00:00Z"
        "&interval=PT30M");
    auto const body = Rig::object(response);
    auto const& series = body.at("value").get_array()[0].at("timeseries").get_array();
    auto const& data = series[0].at("data").get_array();
    ASSERT_EQ(data.size(), 2U);
    EXPECT_EQ(data[0].get_object().size(), 1U);
}

TEST(MetricsApi, RefusesWhatDoesNotMakeSense) {
    MetricsOverHttp rig;
    for (char const* query :
         {"metricnames=no.such.metric", "aggregation=Median", "interval=PT7M", "timespan=yesterday",
          "timespan=2023-11-15T01:00:00Z/2023-11-15T00:00:00Z", "$filter=A eq 'b'",
          "metricnamespace=Microsoft.Storage/accounts",
          "timespan=2020-01-01T00:00:00Z/2023-11-15T00:00:00Z&interval=PT1M"}) {
        auto const response = rig.metrics(query);
        EXPECT_EQ(response.status, 400) << query;
        EXPECT_EQ(Rig::object(response).at("code"), "BadRequest") << query;
    }
    std::string path = Rig::hub_path("nohub", "/providers/microsoft.insights/metrics");
    EXPECT_EQ(rig.ask("GET", path).status, 404);
}

TEST(MetricsApi, ListsWhatCanBeAskedFor) {
    MetricsOverHttp rig;
    std::string path = Rig::hub_path("hub", "/providers/Microsoft.Insights/metricDefinitions");
    auto const body = Rig::object(rig.ask("GET", path));
    auto const& values = body.at("value").get_array();
    EXPECT_EQ(values.size(), all_metrics().size());
    for (auto const& value : values) {
        EXPECT_FALSE(value.at("unit").get_string().empty());
        EXPECT_FALSE(value.at("supportedAggregationTypes").get_array().empty());
    }
}

// the next owner of a name is not told what the one before did
TEST(Metrics, NewHubOfAnOldNameBeginsWithNothing) {
    Metrics metrics;
    peer::NodeStatus status;
    auto& hub = *status.add_hubs();
    hub.set_hub("hub");
    hub.set_role("serving");
    hub.set_total_devices(7);
    WallTime const now = wall_from_micros(1'700'000'000'000'000);
    auto const minute = std::chrono::floor<std::chrono::minutes>(now.time_since_epoch()).count();
    auto const samples = [&] {
        return metrics.sample("hub", *find_metric("totalDeviceCount"), minute, minute + 1).count;
    };
    metrics.is_of("hub", "first");
    metrics.on_status("westus2", status, now);
    metrics.is_of("hub", "first");
    EXPECT_EQ(samples(), 1U);
    metrics.is_of("hub", "second");
    EXPECT_EQ(samples(), 0U);
}

}  // namespace
}  // namespace tandem::control
