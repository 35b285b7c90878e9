#include "codec/ip_range.hpp"

#include <gtest/gtest.h>

namespace tandem {
namespace {

bool in(char const* range, char const* address) {
    auto const parsed = parse_ip_range(range);
    auto const ip = parse_ip(address);
    EXPECT_TRUE(parsed) << range;
    EXPECT_TRUE(ip) << address;
    return parsed && ip && parsed->contains(*ip);
}

TEST(IpRange, HoldsWhatItsPrefixSays) {
    EXPECT_TRUE(in("192.0.2.0/24", "192.0.2.255"));
    EXPECT_FALSE(in("192.0.2.0/24", "192.0.3.0"));
    EXPECT_TRUE(in("10.1.2.3/8", "10.255.0.0")) << "bits beyond the prefix do not count";
    EXPECT_TRUE(in("203.0.113.128/25", "203.0.113.200"));
    EXPECT_FALSE(in("203.0.113.128/25", "203.0.113.127"));
    EXPECT_TRUE(in("192.0.2.7", "192.0.2.7"));
    EXPECT_FALSE(in("192.0.2.7", "192.0.2.8"));
    EXPECT_TRUE(in("2001:db8::/32", "2001:db8:ffff::1"));
    EXPECT_FALSE(in("2001:db8::/33", "2001:db8:8000::"));
    EXPECT_TRUE(in("::1", "0:0:0:0:0:0:0:1"));
}

TEST(IpRange, TheWholeOfOneKindHoldsNoneOfTheOther) {
    EXPECT_TRUE(in("0.0.0.0/0", "255.255.255.255"));
    EXPECT_FALSE(in("0.0.0.0/0", "::1"));
    EXPECT_TRUE(in("::/0", "fe80::1"));
    EXPECT_FALSE(in("::/0", "10.0.0.1"));
}

TEST(IpRange, AnIpv4AddressInsideIpv6IsThatAddress) {
    EXPECT_TRUE(in("127.0.0.0/8", "::ffff:127.0.0.1"));
    EXPECT_TRUE(in("::ffff:127.0.0.0/104", "127.9.9.9"));
    EXPECT_TRUE(in("::ffff:127.0.0.1/128", "127.0.0.1"));
    EXPECT_FALSE(in("::ffff:127.0.0.1/128", "127.0.0.2"));
    EXPECT_TRUE(in("::FFFF:7f00:1", "127.0.0.1"));
    EXPECT_FALSE(parse_ip_range("::ffff:127.0.0.0/95"));
}

TEST(IpRange, TextsThatAreNoneAreRefused) {
    for (char const* text :
         {"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4",
          "+1.2.3.4", "1.2.3.4:80", "[::1]", "::1%eth0", ":", ":::", "1::2::3", "1:2:3:4:5:6:7",
          "12345::", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "::1.2.3", "g::", "-1::",
          "1.2.3.4::"})
        EXPECT_FALSE(parse_ip(text)) << text;
    for (char const* text : {"1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/08", "::/129", "/8",
                             "1.2.3.4/8/8", "::/1000"})
        EXPECT_FALSE(parse_ip_range(text)) << text;
}

TEST(IpRange, WhatIsFormattedIsReadBack) {
    for (char const* text : {"0.0.0.0", "203.0.113.9", "2001:db8:0:0:0:0:0:1", "0:0:0:0:0:0:0:0"})
        EXPECT_EQ(format_ip(*parse_ip(text)), text);
}

}  // namespace
}  // namespace tandem
