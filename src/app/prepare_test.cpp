#include "app/prepare.hpp"

#include "app/quickstart.hpp"
#include "world/test_support.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace tandem::app {
namespace {

using Change = std::function<void(UpOptions&)>;

struct Case {
    char const* option;
    char const* value;
    Change change;
};

class PrepareTest : public testing::Test {
protected:
    Result<Installation> prepare(Change const& change) {
        UpOptions options;
        options.data_dir = dir.path() / "data";
        change(options);
        Secrets secrets;
        return app::prepare(options, secrets);
    }
    std::string written() const {
        auto const text = read_file(dir.path() / "data" / "installation.json");
        return text.ok() ? *text : std::string{};
    }
    world::test::ScratchDir dir;
};

std::vector<Case> const wrong_ones{
    {"--address", "notanip", [](auto& o) { o.address = "notanip"; }},
    {"--address", "::1", [](auto& o) { o.address = "::1"; }},
    {"--address", "192.0.2.77", [](auto& o) { o.address = "192.0.2.77"; }},
    {"--address", "", [](auto& o) { o.address = ""; }},
    {"--region-addresses", "x", [](auto& o) { o.region_addresses = "x"; }},
    {"--region-addresses", "x", [](auto& o) { o.region_addresses = "x,127.0.0.3"; }},
    {"--region-addresses", "127.0.0.2",
     [](auto& o) { o.region_addresses = "127.0.0.2,127.0.0.2"; }},
    {"--region-addresses", "127.0.0.1",
     [](auto& o) { o.region_addresses = "127.0.0.1,127.0.0.2"; }},
    {"--regions", "foo", [](auto& o) { o.regions = "foo"; }},
    {"--regions", "a", [](auto& o) { o.regions = "a=A,a=B"; }},
    {"--regions", "a/b", [](auto& o) { o.regions = "a/b,c"; }},
    {"--regions", "control", [](auto& o) { o.regions = "control,pki"; }},
    {"--mqtt-port", "0", [](auto& o) { o.mqtt_port = 0; }},
    {"--peer-port", "0", [](auto& o) { o.peer_port = 0; }},
    {"--amqp-port", "8883", [](auto& o) { o.amqp_port = 8883; }},
    {"--mqtt-plain-port", "5671", [](auto& o) { o.mqtt_plain_port = 5671; }},
    {"--admin-port", "65535", [](auto& o) { o.admin_port = 65'535; }},
    {"--subscription", "a b/c", [](auto& o) { o.subscription = "a b/c"; }},
    {"--subscription", "", [](auto& o) { o.subscription = ""; }},
    {"--failovers-per-day", "-3", [](auto& o) { o.failovers_per_day = -3; }},
    {"--failover-interval-seconds", "-1", [](auto& o) { o.failover_interval_seconds = -1; }},
    {"--blob-allow", "127.0.0.1", [](auto& o) { o.blob_allow = "127.0.0.1"; }},
    {"--blob-allow", "blobs:99999", [](auto& o) { o.blob_allow = "blobs:99999"; }},
    {"--extra-regions", "a b", [](auto& o) { o.extra_regions = "a b=c"; }},
    {"--extra-regions", "westus2", [](auto& o) { o.extra_regions = "westus2=c"; }},
    {"--dns-zone", "iot..test", [](auto& o) { o.dns_zone = "iot..test"; }},
    {"--dns-server", "nowhere",
     [](auto& o) { o.dns_server = "nowhere", o.dns_key = "k:hmac-sha256:c2VjcmV0"; }},
    {"--dns-server", "127.0.0.1:0",
     [](auto& o) { o.dns_server = "127.0.0.1:0", o.dns_key = "k:hmac-sha256:c2VjcmV0"; }},
    {"--dns-server", "127.0.0.1", [](auto& o) { o.dns_server = "127.0.0.1"; }},
    {"--dns-key", "", [](auto& o) { o.dns_server = "127.0.0.1", o.dns_key = "nonsense"; }},
};

void expect_told(Result<Installation> const& result, Case const& wrong) {
    ASSERT_FALSE(result.ok()) << wrong.option << " " << wrong.value;
    EXPECT_EQ(result.code(), Errc::argument_invalid) << wrong.option << " " << wrong.value;
    auto const& why = result.error().detail;
    EXPECT_NE(why.find(wrong.option), std::string::npos) << why;
    EXPECT_NE(why.find(wrong.value), std::string::npos) << why;
}

TEST_F(PrepareTest, AnOptionThatIsWrongIsToldAndNotWritten) {
    for (auto const& wrong : wrong_ones) {
        expect_told(prepare(wrong.change), wrong);
        EXPECT_FALSE(std::filesystem::exists(dir.path() / "data")) << wrong.option;
    }
}

TEST_F(PrepareTest, AnOptionThatIsWrongDoesNotStickToAnInstallation) {
    ASSERT_TRUE(prepare([](auto&) {}).ok());
    auto const before = written();
    ASSERT_FALSE(before.empty());
    for (auto const& wrong : wrong_ones) {
        expect_told(prepare(wrong.change), wrong);
        EXPECT_EQ(written(), before) << wrong.option << " " << wrong.value;
    }
    EXPECT_TRUE(prepare([](auto&) {}).ok());
}

TEST_F(PrepareTest, WhatIsOfNewInstallationsOnlyIsNotPassedOverLater) {
    auto const first = [](auto& o) {
        o.regions = "north=North,south=South";
        o.dns_zone = "iot.test";
    };
    auto const made = prepare(first);
    ASSERT_TRUE(made.ok()) << made.error().detail;
    EXPECT_EQ(made->regions.at(1).display_name, "South");
    EXPECT_TRUE(prepare(first).ok());
    EXPECT_FALSE(prepare([](auto& o) { o.regions = "east,west"; }).ok());
    EXPECT_FALSE(prepare([](auto& o) { o.dns_zone = "other.test"; }).ok());
}

TEST_F(PrepareTest, MoreRegionsAreKeptOnceHoweverOftenTheyAreNamed) {
    auto const options = [](auto& o) { o.extra_regions = "eastus=westus,westus=eastus"; };
    ASSERT_TRUE(prepare(options).ok());
    auto const again = prepare(options);
    ASSERT_TRUE(again.ok()) << again.error().detail;
    EXPECT_EQ(again->more_regions.size(), 2U);
    auto doubled = *again;   // as earlier versions left it
    doubled.more_regions.insert(doubled.more_regions.end(), again->more_regions.begin(),
                                again->more_regions.end());
    ASSERT_TRUE(save_installation(doubled).ok());
    auto const mended = prepare([](auto&) {});
    ASSERT_TRUE(mended.ok()) << mended.error().detail;
    EXPECT_EQ(mended->more_regions.size(), 2U);
}

TEST_F(PrepareTest, TheDnsKeyIsKeptForTheNextStart) {
    ASSERT_TRUE(prepare([](auto& o) {
                    o.dns_server = "127.0.0.53:5353", o.dns_key = "k:hmac-sha256:c2VjcmV0";
                }).ok());
    auto const again = prepare([](auto&) {});
    ASSERT_TRUE(again.ok()) << again.error().detail;
    EXPECT_EQ(again->dns_port, 5353);
    EXPECT_EQ(*read_file(again->dns_key_file()), "k:hmac-sha256:c2VjcmV0");
}

TEST_F(PrepareTest, TheDevicesConnectionStringHasAnUnusualPort) {
    auto const usual = prepare([](auto&) {});
    ASSERT_TRUE(usual.ok()) << usual.error().detail;
    EXPECT_EQ(device_connection_string(*usual, "a2V5"),
              "HostName=localhost;DeviceId=device-1;SharedAccessKey=a2V5");
    auto const other = prepare([](auto& o) { o.mqtt_port = 18'883; });
    ASSERT_TRUE(other.ok()) << other.error().detail;
    EXPECT_EQ(device_connection_string(*other, "a2V5"),
              "HostName=localhost:18883;DeviceId=device-1;SharedAccessKey=a2V5");
}

TEST_F(PrepareTest, WithoutItsAuthorityAnInstallationIsNotGivenAnother) {   // bad-inputs 50
    ASSERT_TRUE(prepare([](auto&) {}).ok());
    std::filesystem::remove(dir.path() / "data" / "pki" / "ca.crt");
    auto const again = prepare([](auto&) {});
    ASSERT_FALSE(again.ok());
    EXPECT_NE(again.error().detail.find("ca.crt"), std::string::npos) << again.error().detail;
}

}  // namespace
}  // namespace tandem::app
