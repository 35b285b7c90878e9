#include "world/fetch_rules.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>

#include <vector>

namespace tandem::world {
namespace {

std::vector<std::uint8_t> address(std::string const& text) {
    bool const v6 = text.find(':') != std::string::npos;
    std::vector<std::uint8_t> bytes(v6 ? 16 : 4);
    EXPECT_EQ(::inet_pton(v6 ? AF_INET6 : AF_INET, text.c_str(), bytes.data()), 1) << text;
    return bytes;
}

TEST(FetchRules, BadInput45OnlyPublicAddressesAreAsked) {
    for (char const* inside :
         {"0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254",
          "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.168.1.1", "198.18.0.1", "224.0.0.1",
          "255.255.255.255", "168.63.129.16", "::", "::1", "::ffff:127.0.0.1",
          "::ffff:169.254.169.254", "64:ff9b::7f00:1", "fe80::1", "fc00::1", "fd00:ec2::254",
          "ff02::1", "2002:7f00:1::1", "2001::1", "2001:db8::1"})
        EXPECT_FALSE(is_public_address(address(inside))) << inside;
    for (char const* outside : {"1.1.1.1", "20.60.1.1", "100.63.255.255", "172.32.0.1",
                                "172.15.0.1", "168.63.129.17", "223.255.255.255", "2606:4700::1111",
                                "2603:1030::1", "::ffff:1.1.1.1"})
        EXPECT_TRUE(is_public_address(address(outside))) << outside;
    EXPECT_FALSE(is_public_address({}));
}

TEST(FetchRules, OurOwnNodesAreNeverAskedAlsoAtPublicAddresses) {
    FetchRules rules;
    rules.own = {"20.60.1.1"};
    EXPECT_FALSE(rules.allows_address(address("20.60.1.1")));
    EXPECT_TRUE(rules.allows_address(address("20.60.1.2")));
}

TEST(FetchRules, OperatorAllowsServersByNameAndPort) {
    FetchRules rules;
    rules.allowed = {"127.0.0.1:10000", "blobs.example:443"};
    EXPECT_TRUE(rules.allows_server("127.0.0.1", 10000));
    EXPECT_TRUE(rules.allows_server("BLOBS.example", 443));
    EXPECT_FALSE(rules.allows_server("127.0.0.1", 7401));
    EXPECT_FALSE(rules.allows_server("blobs.example.evil", 443));
}

}  // namespace
}  // namespace tandem::world
