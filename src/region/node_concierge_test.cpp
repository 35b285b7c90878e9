// What a region's concierge says of a hub.
#include "region/node_fixture.hpp"

namespace tandem::region::test {
namespace {

/// What a region's concierge says of demo.test: the region it names, or the status of its refusal.
std::string named(World& world, Site& site) {
    http::Request request;
    request.method = "GET";
    request.path = {"concierge", "v1", "hubs", "demo.test"};
    auto const response = site.node.concierge().answer(request, world.now);
    if (response->status != 200) return std::to_string(response->status);
    return concierge::read_directions(response->body)->region;
}

void give_key(World& world, Site& site, char fill) {
    peer::Envelope envelope;
    envelope.mutable_concierge_keys()->add_keys()->set_seed(Bytes(32, fill));
    site.node.on_message(witness, envelope, world.now);
    site.node.flush(world.now);
}

TEST(NodeConcierge, BothRegionsNameTheOneThatServes) {
    World world{record::GOAL_REGION_ASYNC};
    EXPECT_EQ(named(world, world.a), "503") << "without a key nothing is signed";
    for (Site* site : {&world.a, &world.b}) give_key(world, *site, 'k');
    world.run(1s);
    EXPECT_EQ(named(world, world.a), "west");
    EXPECT_EQ(named(world, world.b), "west");
    world.order(world.a, east, false);
    world.run(3s);
    EXPECT_EQ(named(world, world.a), "east");
    EXPECT_EQ(named(world, world.b), "east");
}

TEST(NodeConcierge, NamesNobodyWhoseLeaseItCannotVouchFor) {
    World world{record::GOAL_REGION_ASYNC};
    for (Site* site : {&world.a, &world.b}) give_key(world, *site, 'k');
    world.run(1s);
    world.now.mono += failover::lease_term;   // a pause of both processes
    EXPECT_EQ(named(world, world.a), "503");
    EXPECT_EQ(named(world, world.b), "503");
}

TEST(NodeConcierge, KeysOutliveTheProcessAndComeFromControlAlone) {
    World world{record::GOAL_REGION_ASYNC};
    give_key(world, world.a, 'k');
    world.run(100ms);
    peer::Envelope forged;
    forged.mutable_concierge_keys()->add_keys()->set_seed(Bytes(32, 'f'));
    world.a.node.on_message(east, forged, world.now);
    world.run(100ms);
    Node again{node_options(west, {}), world.a.store, world.a.random};
    ASSERT_TRUE(again.recover(world.now).ok());
    http::Request request;
    request.method = "GET";
    request.path = {"concierge", "v1", "keys"};
    EXPECT_EQ(again.concierge().answer(request, world.now)->body,
              concierge::render_key_set({Bytes(32, 'k')}));
}

}  // namespace
}  // namespace tandem::region::test
