#include "app/haproxy.hpp"

#include <gtest/gtest.h>

namespace tandem::app {
namespace {

Installation two_regions() {
    Installation it;
    it.data_dir = "/data";
    it.regions = {{.name = "west", .display_name = "West", .address = "10.1.0.2"},
                  {.name = "east", .display_name = "East", .address = "10.2.0.2"}};
    return it;
}

bool has(std::string const& text, std::string const& part) {
    return text.find(part) != std::string::npos;
}

TEST(HaproxyConfig, SendsEachHubsNamesToItsOwnBackends) {
    auto const text = haproxy_config(
        two_regions(), {{"one", {"one.example.net", "10.0.0.9"}}, {"two", {"two.example.net"}}},
        "*");
    EXPECT_TRUE(has(text, "use_backend hub_one_mqtt if { req.ssl_sni -i one.example.net }"));
    EXPECT_TRUE(has(text, "use_backend hub_two_amqp if { req.ssl_sni -i two.example.net }"));
    EXPECT_TRUE(has(text, "backend hub_two_https\n"));
    EXPECT_FALSE(has(text, "10.0.0.9")) << "an address is no name";
    EXPECT_FALSE(has(text, "default_backend")) << "of two hubs none is the default";
}

TEST(HaproxyConfig, AsksEachRegionOnceAHubWhetherItServes) {
    auto const text = haproxy_config(two_regions(), {{"one", {"one.example.net"}}}, "10.0.0.1");
    EXPECT_TRUE(has(text, "uri /concierge/v1/serving/one.example.net"));
    EXPECT_TRUE(has(text, "server west 10.1.0.2:443 check check-ssl"));
    EXPECT_TRUE(has(text, "server east 10.2.0.2:8883 track hub_one_https/east"));
    EXPECT_TRUE(has(text, "bind 10.0.0.1:5671"));
    EXPECT_TRUE(has(text, "default_backend hub_one_mqtt"));
}

}  // namespace
}  // namespace tandem::app
