#include "world/edge_routes.hpp"

#include "world/test_support.hpp"

#include <gtest/gtest.h>

namespace tandem::world {
namespace {

using test::node_status;

SiteName const east{"east"}, west{"west"};

TEST(EdgeRoutes, FollowTheRegionThatServes) {
    EdgeRoutes routes;
    EXPECT_FALSE(routes.on_status(west, node_status("following", 1)));
    EXPECT_FALSE(routes.owner_of("demo").has_value());
    EXPECT_TRUE(routes.on_status(east, node_status("serving", 1, 7)));
    EXPECT_EQ(routes.owner_of("demo")->site, east);
    EXPECT_EQ(routes.target("demo", "mqtt")->port, 7);
    EXPECT_FALSE(routes.target("demo", "amqp").has_value());
}

TEST(EdgeRoutes, TellWhatHasChangedAndNothingElse) {
    EdgeRoutes routes;
    auto both = node_status("serving", 1);
    *both.add_hubs() = node_status("serving", 1).hubs(0);
    both.mutable_hubs(1)->set_hub("other");
    EXPECT_TRUE(routes.on_status(east, both));
    EXPECT_EQ(routes.take_changes().size(), 2U);
    EXPECT_FALSE(routes.on_status(east, both));
    EXPECT_TRUE(routes.take_changes().empty());
    EXPECT_TRUE(routes.on_status(west, node_status("serving", 2)));
    auto const changed = routes.take_changes();
    ASSERT_EQ(changed.size(), 1U);
    EXPECT_EQ(changed[0], (EdgeRoutes::Route{"demo", west, 2}));
    EXPECT_TRUE(routes.on_site_given_up(west));
    EXPECT_TRUE(routes.take_changes().empty()) << "nobody serves it: connections go nowhere";
}

TEST(EdgeRoutes, TheHigherServedEpochWinsAndNeverGoesBack) {
    EdgeRoutes routes;
    routes.on_status(east, node_status("serving", 1));
    EXPECT_TRUE(routes.on_status(west, node_status("serving", 2)));
    EXPECT_EQ(routes.owner_of("demo")->site, west);
    EXPECT_FALSE(routes.on_status(east, node_status("serving", 1)));  // has not noticed yet
    EXPECT_TRUE(routes.on_site_given_up(west));
    EXPECT_FALSE(routes.owner_of("demo").has_value());
}

// A campaign that fails leaves a higher epoch behind in a status; the owner serves on.
TEST(EdgeRoutes, AnEpochThatNobodyServesTakesNothingAway) {
    EdgeRoutes routes;
    routes.on_status(east, node_status("serving", 1));
    EXPECT_FALSE(routes.on_status(west, node_status("campaigning", 2)));
    EXPECT_EQ(routes.owner_of("demo")->site, east);
}

TEST(EdgeRoutes, ALostLinkKeepsTheRouteButTakesNoNewConnections) {
    EdgeRoutes routes;
    routes.on_status(east, node_status("serving", 1));
    auto const route = *routes.owner_of("demo");
    routes.on_site_down(east);
    EXPECT_TRUE(routes.current(route));
    EXPECT_FALSE(routes.target("demo", "mqtt").has_value());
    EXPECT_FALSE(routes.on_status(east, node_status("serving", 1)));
    EXPECT_TRUE(routes.target("demo", "mqtt").has_value());
}

TEST(EdgeRoutes, FindTheHubByAnyOfItsNamesOrByBeingTheOnlyOne) {
    EdgeRoutes routes;
    EXPECT_FALSE(routes.hub_of("").has_value());
    routes.on_status(east, node_status("serving", 1));
    EXPECT_EQ(routes.hub_of("demo.example"), "demo");
    EXPECT_EQ(routes.hub_of("localhost"), "demo");
    EXPECT_EQ(routes.hub_of(""), "demo");
    EXPECT_FALSE(routes.hub_of("other.example").has_value());
    auto two = node_status("serving", 1);
    two.add_hubs()->set_hub("second");
    two.mutable_hubs(1)->add_host_names("second.example");
    routes.on_status(east, two);
    EXPECT_FALSE(routes.hub_of("").has_value());
}

TEST(EdgeRoutes, AmongSeveralHubsNoNameMeansTheDefaultOne) {
    EdgeRoutes routes{"second.example"};
    auto two = node_status("serving", 1);
    two.add_hubs()->set_hub("second");
    two.mutable_hubs(1)->add_host_names("second.example");
    routes.on_status(east, two);
    EXPECT_EQ(routes.hub_of(""), "second");
    EXPECT_FALSE(routes.hub_of("other.example").has_value());
}

TEST(EdgeRoutes, ADeletedHubsNameIsNobodysOnceNoSiteHasIt) {
    EdgeRoutes routes;
    EXPECT_FALSE(routes.knows_nobody("demo.example"));   // no site has said a word
    routes.on_status(east, node_status("serving", 1));
    routes.on_status(west, node_status("following", 1));
    EXPECT_TRUE(routes.knows_nobody("other.example"));
    routes.on_status(east, {});
    EXPECT_FALSE(routes.knows_nobody("demo.example"));
    routes.on_status(west, {});
    EXPECT_TRUE(routes.knows_nobody("demo.example"));
    routes.on_status(east, node_status("serving", 2));
    EXPECT_FALSE(routes.knows_nobody("demo.example"));
}

}  // namespace
}  // namespace tandem::world
