#include "world/dns_update.hpp"

#include <gtest/gtest.h>

namespace tandem::world {
namespace {

TEST(DnsKey, IsNameAlgorithmAndSecret) {
    DnsServer server;
    ASSERT_TRUE(read_dns_key("tandem:hmac-sha256:c2VjcmV0\n", server).ok());
    EXPECT_EQ(server.key_name, "tandem");
    EXPECT_EQ(server.key_algorithm, "hmac-sha256");
    EXPECT_EQ(server.key_secret, "c2VjcmV0");
}

TEST(DnsKey, IsRefusedWithoutRepeatingIt) {
    for (char const* text : {"", "tandem", "tandem:hmac-sha256", "tandem:hmac-sha256:",
                             ":hmac-sha256:c2VjcmV0", "tandem:hmac-md5:c2VjcmV0",
                             "tandem:hmac-sha256:not base64"}) {
        DnsServer server;
        auto const read = read_dns_key(text, server);
        ASSERT_FALSE(read.ok()) << text;
        EXPECT_EQ(read.error().detail.find("c2VjcmV0"), std::string::npos);
        EXPECT_EQ(read.error().detail.find("not base64"), std::string::npos);
    }
}

TEST(DnsNames, AreInTheZoneBelowItsTop) {
    EXPECT_TRUE(in_zone("demo.iot.test", "iot.test"));
    EXPECT_FALSE(in_zone("iot.test", "iot.test"));
    EXPECT_FALSE(in_zone("demo.biot.test", "iot.test"));
    EXPECT_FALSE(in_zone("demoiot.test", "iot.test"));
    EXPECT_FALSE(in_zone("localhost", "iot.test"));
    EXPECT_FALSE(in_zone("127.0.0.1", "0.0.1"));
    EXPECT_FALSE(in_zone("demo.iot.test", ""));
}

TEST(DnsNames, OutsideOfTheZoneAreNeverSent) {
    DnsServer server{.address = "127.0.0.1", .port = 1, .zone = "iot.test", .key_name = "k",
                     .key_algorithm = "hmac-sha256", .key_secret = "c2VjcmV0", .ttl = 5};
    EXPECT_EQ(claim_name(server, {"demo.other.test", "127.0.0.2", "one", 1}).code(),
              Errc::argument_invalid);
    EXPECT_EQ(claim_name(server, {"demo.iot.test", "nowhere", "one", 1}).code(),
              Errc::argument_invalid);
    EXPECT_EQ(claim_name(server, {"demo.iot.test", "127.0.0.2", "one", 1}).code(),
              Errc::unavailable) << "nobody listens there";
}

}  // namespace
}  // namespace tandem::world
