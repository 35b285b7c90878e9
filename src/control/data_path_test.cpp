#include "control/data_path.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tandem::control {
namespace {

using Segments = std::vector<std::string>;

TEST(DataPath, BadInput35TraversalIsRefusedHoweverItIsSpelled) {
    for (char const* bad : {"", ".", "..", "%2e%2e", "%2E.", "%252e%252e", "%25252e.", "a/b",
                            "a%2fb", "a\\b", "%5c", "%255c", "a%00", "%2500", "a\nb", "%250d%250a"})
        EXPECT_EQ(data_target(Segments{"devices", bad}, {}).code(), Errc::argument_invalid) << bad;
    EXPECT_FALSE(is_plain_segment(std::string{"a\0b", 3}));
    EXPECT_FALSE(is_plain_segment(std::string(4096, 'a')));
}

TEST(DataPath, KeepsIdsThatLookLikeEscapes) {
    EXPECT_EQ(*data_target(Segments{"devices", "50%"}, {}),
              "/devices/50%25?api-version=2021-04-12");
    EXPECT_EQ(*data_target(Segments{"devices", "a.b.", "modules", "m$#?"}, {}),
              "/devices/a.b./modules/m%24%23%3F?api-version=2021-04-12");
    EXPECT_EQ(*data_target(Segments{"devices", "%41"}, {}),
              "/devices/%2541?api-version=2021-04-12");
}

TEST(DataPath, QueryCannotEndTheTarget) {
    EXPECT_EQ(*data_target(Segments{"devices"},
                           {{"top", "5 HTTP/1.1\r\nX: y"}, {"api-version", "1"}}),
              "/devices?top=5%20HTTP%2F1.1%0D%0AX%3A%20y&api-version=1");
}

TEST(DataPath, OnlyTheHubsRestApiIsThere) {
    for (Segments const& path : {Segments{}, {"tandem", "v1"}, {"metrics"}, {"$servicebus"}})
        EXPECT_EQ(data_target(path, {}).code(), Errc::not_found);
}

TEST(DataPath, AsksForTheLeastRight) {
    EXPECT_EQ(data_right("GET", Segments{"devices", "d"}), hub::Right::registry_read);
    EXPECT_EQ(data_right("POST", Segments{"devices", "query"}), hub::Right::registry_read);
    EXPECT_EQ(data_right("POST", Segments{"devices"}), hub::Right::registry_write);
    EXPECT_EQ(data_right("PUT", Segments{"devices", "query"}), hub::Right::registry_write);
    EXPECT_EQ(data_right("GET", Segments{"twins", "d"}), hub::Right::service_connect);
    EXPECT_TRUE(only_reads("POST", Segments{"Devices", "QUERY"}));
    EXPECT_FALSE(only_reads("PATCH", Segments{"twins", "d"}));
}

}  // namespace
}  // namespace tandem::control
