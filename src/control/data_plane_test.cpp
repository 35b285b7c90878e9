#include "control/data_plane.hpp"

#include "control/live_events.hpp"
#include "control/test_rig.hpp"
#include "hub/decide.hpp"
#include "identity/access_token.hpp"
#include "identity/control_principal.hpp"
#include "identity/jwt.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using test::Rig;

http::Response said(int status, std::string body = "{}") {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.headers.add("ETag", "\"AA==\"");
    response.headers.add("Set-Cookie", "no");
    response.body = std::move(body);
    return response;
}

struct Ready : Rig {
    Ready() {
        ready();
        create_hub();
    }
    http::Response const& answer(std::uint64_t id) { return answers[id]; }
};

constexpr char const* device = "/tandem/v1/hubs/hub/data/devices/d1?api-version=2021-04-12";

TEST(DataPlane, AsksTheServingRegionUnderTheHubsName) {
    Ready rig;
    http::Headers headers;
    headers.add("If-Match", "\"x\"");
    headers.add("X-Forwarded-Host", "evil.test");
    headers.add("Cookie", "secret");
    auto const id = rig.send("PUT", device, "{\"deviceId\":\"d1\"}", headers);
    ASSERT_EQ(rig.fetched.size(), 1U);
    Fetch const& fetch = rig.fetched[0];
    EXPECT_EQ(fetch.method, "PUT");
    EXPECT_EQ(fetch.url, "https://hub.tandem.test/devices/d1?api-version=2021-04-12");
    EXPECT_EQ(fetch.address, "127.0.0.2");
    EXPECT_EQ(fetch.port, 443);
    EXPECT_EQ(fetch.body, "{\"deviceId\":\"d1\"}");
    EXPECT_EQ(*fetch.headers.find("If-Match"), "\"x\"");
    EXPECT_EQ(fetch.headers.find("Cookie"), nullptr);
    EXPECT_EQ(fetch.headers.find("X-Forwarded-Host"), nullptr);
    rig.give(said(200, "{\"a\":1}"));
    EXPECT_EQ(rig.answer(id).status, 200);
    EXPECT_EQ(rig.answer(id).body, "{\"a\":1}");
    EXPECT_EQ(*rig.answer(id).headers.find("ETag"), "\"AA==\"");
    EXPECT_EQ(rig.answer(id).headers.find("Set-Cookie"), nullptr);
}

/// The hub's settings as a region was told them last.
record::HubSettings settings_of(Rig const& rig) {
    record::HubSettings settings;
    for (auto const& [region, message] : rig.sent) {
        if (message.has_define_hub())
            settings = message.define_hub().definition().initial_settings();
        if (message.has_configure_hub()) settings = message.configure_hub().settings();
    }
    return settings;
}
/// What the last request said of who asks, as the hub's region finds it; empty: it lets nobody in.
json::object shown(Rig& rig) {
    auto const settings = settings_of(rig);
    std::vector<identity::JwtKey> keys;
    for (auto const& key : settings.token_keys()) keys.push_back({key.id(), key.public_key()});
    std::string const sent = *rig.fetched.back().headers.find("Authorization");
    if (!sent.starts_with("Bearer ")) return {};
    auto const claims = identity::verify_jwt(sent.substr(7), keys,
                                             {.type = identity::access_token_type,
                                              .issuer = settings.token_issuer(),
                                              .audience = identity::data_audience},
                                             rig.now.wall);
    return claims.ok() ? *claims : json::object{};
}

TEST(DataPlane, SignsWithATokenOfItsOwnThatIsShortAndForOneRight) {
    Ready rig;
    auto const right = [&] { return identity::claim_number(shown(rig), "rights"); };
    rig.send("GET", device);
    EXPECT_EQ(right(), bits(hub::Right::registry_read));
    EXPECT_EQ(identity::claim_text(shown(rig), "oid"), identity::control_principal);
    EXPECT_LE(identity::claim_number(shown(rig), "exp"),
              static_cast<std::uint64_t>(to_seconds(rig.now.wall + 10min)));
    rig.send("DELETE", device);
    EXPECT_EQ(right(), bits(hub::Right::registry_write));
    rig.send("PATCH", "/tandem/v1/hubs/hub/data/twins/d1", "{}");
    EXPECT_EQ(right(), bits(hub::Right::service_connect));
}

TEST(DataPlane, HubsGrantControlItsRights) {
    Ready rig;
    rig.send("GET", device);
    auto const claims = shown(rig);
    auto const settings = settings_of(rig);
    bool granted = false;
    for (auto const& grant : settings.grants())
        granted = granted || (grant.principal() == identity::claim_text(claims, "oid") &&
                              grant.generation() == identity::claim_number(claims, "gen") &&
                              hub::includes(grant.rights(), hub::Right::registry_write) &&
                              hub::includes(grant.rights(), hub::Right::twin_write));
    EXPECT_TRUE(granted);
}

TEST(DataPlane, FollowsAHubThatMoves) {
    Ready rig;
    auto const id = rig.send("PUT", device, "{}");
    rig.give(said(503));
    EXPECT_FALSE(rig.answers.contains(id));
    rig.move("hub", "westcentralus", "", record::FAILOVER_NONE);
    rig.pass(400ms);
    ASSERT_EQ(rig.fetched.size(), 2U);
    EXPECT_EQ(rig.fetched[1].address, "127.0.0.3");
    rig.give(said(200));
    EXPECT_EQ(rig.answer(id).status, 200);
}

TEST(DataPlane, DoesNotSendTwiceWhatMayHaveBeenDone) {
    Ready rig;
    auto const write = rig.send("PUT", device, "{}");
    rig.give(Error{Errc::timeout, "gone"});
    EXPECT_EQ(rig.answer(write).status, 504);
    auto const read = rig.send("GET", device);
    rig.give(Error{Errc::timeout, "gone"});
    rig.pass(400ms);
    rig.give(said(200));
    EXPECT_EQ(rig.answer(read).status, 200);
    auto const unsent = rig.send("PUT", device, "{}");
    rig.give(Error{Errc::unavailable, "no connection"});
    rig.pass(400ms);
    rig.give(said(200));
    EXPECT_EQ(rig.answer(unsent).status, 200);
}

TEST(DataPlane, GivesUpAfterItsWait) {
    Ready rig;
    rig.link("westus2", false);
    rig.link("westcentralus", false);
    auto const id = rig.send("GET", device);
    rig.pass(4s);
    EXPECT_EQ(rig.answer(id).status, 503);
    EXPECT_TRUE(rig.fetched.empty());
}

TEST(DataPlane, BadInput35NoPathLeadsOutOfTheHubsApi) {
    Ready rig;
    for (char const* path : {"devices/../metrics", "devices/%252e%252e/x", "devices/..",
                             "devices/a\\b", "devices/a%00"})
        EXPECT_EQ(rig.ask("GET", std::string{"/tandem/v1/hubs/hub/data/"} + path).status, 400)
            << path;
    EXPECT_EQ(rig.ask("GET", "/tandem/v1/hubs/hub/data/tandem/v1/status").status, 404);
    EXPECT_EQ(rig.ask("GET", "/tandem/v1/hubs/hub/data").status, 404);
    EXPECT_EQ(rig.ask("GET", "/tandem/v1/hubs/other/data/devices/d").status, 404);
    EXPECT_EQ(rig.ask("TRACE", device).status, 405);
    rig.token = "nobody";
    EXPECT_EQ(rig.ask("GET", device).status, 401);
    EXPECT_TRUE(rig.fetched.empty());
}

TEST(DataPlane, ACallersTokenIsNotBlamedForOurs) {
    Ready rig;
    auto const id = rig.send("GET", device);
    rig.give(said(401));
    EXPECT_EQ(rig.answer(id).status, 502);
}

TEST(LiveEvents, CursorsAndTimesBack) {
    WallTime const now = wall_from_micros(1'700'000'000'000'000);
    EXPECT_EQ(*read_event_start("a.0.ffffffffffffffff", 3, now)->after,
              (std::vector<std::uint64_t>{10, 0, 0xFFFFFFFFFFFFFFFF}));
    EXPECT_EQ(*read_event_start("-3600s", 3, now)->from, now - 1h);
    EXPECT_FALSE(read_event_start("", 3, now)->after);
    for (char const* bad : {"1.2", "1.2.3.4", "1..3", "1.2.", "x.1.2", "-1", "--1s", "-s", "1s",
                            "-9999999s", "-1.5s", "1.2.10000000000000000", "@latest"})
        EXPECT_FALSE(read_event_start(bad, 3, now).ok()) << bad;
}

TEST(LiveEvents, OwnersAnswerIsShownInOrderOfTime) {
    Ready rig;
    auto const id = rig.send("GET", "/tandem/v1/hubs/hub/events?after=1.2.3.4&top=2");
    ASSERT_TRUE(rig.sent.back().second.has_event_query());
    auto const query = rig.sent.back().second.event_query();
    EXPECT_EQ(query.after(3), 4U);
    EXPECT_EQ(query.count_max(), 2U);
    peer::Envelope message;
    auto& answer = *message.mutable_event_answer();
    answer.set_query_id(query.query_id());
    rig.control->on_message({"westcentralus"}, message, rig.now);   // not the owner
    rig.settle();
    EXPECT_FALSE(rig.answers.contains(id));
    answer.set_owner(true);
    for (std::uint64_t position : {10, 2, 3, 4}) answer.add_after(position);
    for (auto const& [body, at] : {std::pair{"\xFF", 2'000'000}, std::pair{"text", 1'000'000}}) {
        auto& event = *answer.add_events();
        event.set_position(10);
        event.set_enqueued_us(at);
        event.mutable_message()->set_device_id("d1");
        event.mutable_message()->set_body(body);
    }
    rig.control->on_message({"westus2"}, message, rig.now);
    rig.settle();
    auto const shown = Rig::object(rig.answer(id));
    EXPECT_EQ(find_string(shown, "cursor"), "a.2.3.4");
    auto const& values = shown.at("value").as_array();
    EXPECT_EQ(values.at(0).as_object().at("body"), "text");
    EXPECT_EQ(values.at(0).as_object().at("bodyEncoding"), "text");
    EXPECT_EQ(values.at(1).as_object().at("body"), "/w==");
    EXPECT_EQ(values.at(1).as_object().at("bodyEncoding"), "base64");
    EXPECT_EQ(values.at(1).as_object().at("deviceId"), "d1");
}

TEST(LiveEvents, AsksAgainUntilARegionServes) {
    Ready rig;
    auto const id = rig.send("GET", "/tandem/v1/hubs/hub/events");
    auto const asked = rig.sent.size();
    rig.pass(1s);
    EXPECT_GT(rig.sent.size(), asked);
    rig.pass(3s);
    EXPECT_EQ(rig.answer(id).status, 503);
}

}  // namespace
}  // namespace tandem::control
