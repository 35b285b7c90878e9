#include "concierge/directions.hpp"
#include "control/control.hpp"
#include "control/test_rig.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using test::Rig;

std::vector<Bytes> keys(Rig& rig) {
    rig.token.clear();
    return concierge::read_key_set(rig.ask("GET", "/concierge/v1/keys").body).value();
}

TEST(ConciergeKeys, AreMadeOnceAndOutliveTheProcess) {
    Rig rig;
    rig.ready();
    auto const first = keys(rig);
    ASSERT_EQ(first.size(), 1u);
    rig.restart();
    EXPECT_EQ(keys(rig), first);
}

TEST(ConciergeKeys, AreToldToEachRegionBeforeAnythingIsSignedThere) {
    Rig rig;
    rig.ready();
    auto const known = keys(rig);
    for (auto const& [name, region] : rig.regions) {
        auto const theirs = concierge::render_key_set(region.concierge_seeds);
        EXPECT_EQ(concierge::read_key_set(theirs).value(), known) << name;
    }
}

TEST(ConciergeKeys, SignWhatControlSaysWithoutSignIn) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    rig.token.clear();
    auto const response = rig.ask("GET", "/concierge/v1/hubs/hub.tandem.test");
    ASSERT_EQ(response.status, 200) << response.body;
    auto const directions = concierge::read_directions(response.body);
    ASSERT_TRUE(directions.ok());
    EXPECT_EQ(directions->region, "westus2");
    EXPECT_TRUE(concierge::signed_by(keys(rig), response.body,
                                     *response.headers.find("Concierge-Signature")));
    EXPECT_EQ(rig.ask("GET", "/health?host=hub.tandem.test").status, 200);
    EXPECT_EQ(rig.ask("GET", "/concierge/v1/hubs/other.tandem.test").status, 404);
    rig.link("westus2", false);
    EXPECT_EQ(rig.ask("GET", "/concierge/v1/hubs/hub.tandem.test").status, 503);
}

}  // namespace
}  // namespace tandem::control
