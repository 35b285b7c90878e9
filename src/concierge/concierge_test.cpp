#include "concierge/concierge.hpp"

#include "codec/base64.hpp"
#include "codec/json.hpp"
#include "identity/ed25519.hpp"

#include <gtest/gtest.h>

namespace tandem::concierge {
namespace {

constexpr char const* host = "demo.example.net";

class ConciergeTest : public testing::Test {
protected:
    ConciergeTest() { concierge.set_keys({seed}); }

    static peer::NodeStatus word(std::string const& region, char const* role, std::uint32_t epoch,
                                 Duration lease = 3s) {
        peer::NodeStatus status;
        status.set_site(region);
        status.set_display_name("Display of " + region);
        auto& endpoint = *status.add_endpoints();
        endpoint.set_protocol("mqtt");
        endpoint.set_address("address of " + region);
        endpoint.set_port(8883);
        auto& hub = *status.add_hubs();
        hub.set_hub("demo");
        hub.add_host_names(host);
        hub.set_role(role);
        hub.set_epoch(epoch);
        hub.set_lease_us(lease.count());
        return status;
    }
    void tell(peer::NodeStatus const& status) {
        concierge.on_status(SiteName{status.site()}, status, now);
    }
    http::Response ask(std::vector<std::string> path, std::string query_host = {}) {
        http::Request request;
        request.method = "GET";
        request.path = std::move(path);
        if (!query_host.empty()) request.query = {{"host", query_host}};
        return concierge.answer(request, now).value();
    }
    http::Response ask_hub(std::string const& name = host) {
        return ask({"concierge", "v1", "hubs", name});
    }
    Directions directions() {
        http::Response const response = ask_hub();
        EXPECT_EQ(response.status, 200) << response.body;
        auto const* const signature = response.headers.find("Concierge-Signature");
        EXPECT_TRUE(signature != nullptr &&
                    signed_by({identity::ed25519_public_key(seed)}, response.body, *signature));
        return read_directions(response.body).value();
    }
    void pass(Duration time) {
        now.mono += time;
        now.wall += time;
    }

    Bytes const seed = Bytes(32, 's');
    Concierge concierge{SiteName{"west"}};
    Now now{Time{1000s}, WallTime{1'700'000'000s}};
};

TEST_F(ConciergeTest, NamesTheRegionThatServesAndSigns) {
    tell(word("west", "following", 7, 0s));
    tell(word("east", "serving", 7));
    Directions const answer = directions();
    EXPECT_EQ(answer.host, host);
    EXPECT_EQ(answer.region, "east");
    EXPECT_EQ(answer.display_name, "Display of east");
    EXPECT_EQ(answer.epoch, 7u);
    ASSERT_NE(answer.endpoint("mqtt"), nullptr);
    EXPECT_EQ(answer.endpoint("mqtt")->address, "address of east");
    EXPECT_EQ(answer.endpoint("mqtt")->port, 8883);
    EXPECT_EQ(answer.valid_for, trust_settled);
    EXPECT_EQ(answer.issued_at, now.wall);
}

TEST_F(ConciergeTest, TakesNamesInAnyCaseWithAPortOrALastDot) {
    tell(word("east", "serving", 7));
    for (char const* name : {"DEMO.Example.net", "demo.example.net:443", "demo.example.net."})
        EXPECT_EQ(ask_hub(name).body, ask_hub().body) << name;
}

TEST_F(ConciergeTest, NamesNobodyOnceTheLeaseItWasToldOfHasRunOut) {
    tell(word("east", "serving", 7, 1s));
    EXPECT_EQ(ask_hub().status, 200);
    pass(1s);
    EXPECT_EQ(ask_hub().status, 503);
}

TEST_F(ConciergeTest, NamesNobodyOnAnOldWordOrOnThatOfASiteThatIsGone) {
    tell(word("east", "serving", 7, 60s));
    pass(word_life + 1us);
    EXPECT_EQ(ask_hub().status, 503);
    tell(word("east", "serving", 7, 60s));
    EXPECT_EQ(ask_hub().status, 200);
    concierge.on_down(SiteName{"east"});
    EXPECT_EQ(ask_hub().status, 503);
    EXPECT_EQ(ask_hub().headers.find("Retry-After"), nullptr);
}

TEST_F(ConciergeTest, NamesNobodyWhoIsFencedOrOnlyWantsToServe) {
    for (char const* role : {"following", "campaigning", "fenced"}) {
        tell(word("east", role, 7));
        EXPECT_EQ(ask_hub().status, 503) << role;
    }
}

TEST_F(ConciergeTest, BelievesTheHigherEpochOfTwo) {
    tell(word("west", "serving", 9));
    tell(word("east", "serving", 8));
    EXPECT_EQ(directions().region, "west");
    tell(word("east", "serving", 10));
    EXPECT_EQ(directions().region, "east");
}

TEST_F(ConciergeTest, AsksNotToBeTrustedForLongWhileAFailoverRuns) {
    tell(word("east", "draining", 7));
    EXPECT_EQ(directions().valid_for, trust_unsettled);
    tell(word("east", "serving", 7));
    EXPECT_EQ(directions().valid_for, trust_settled);
    tell(word("west", "campaigning", 8));
    EXPECT_EQ(directions().valid_for, trust_unsettled);
}

TEST_F(ConciergeTest, AsksNotToBeTrustedForLongWhenTheLeaseIsNearItsEnd) {
    tell(word("east", "serving", 7, lease_ample + 1s));
    EXPECT_EQ(directions().valid_for, trust_settled);
    pass(1s + 1us);
    EXPECT_EQ(directions().valid_for, trust_unsettled);
}

TEST_F(ConciergeTest, TellsNothingOfAnUnknownHubAndNothingOfDevices) {
    tell(word("east", "serving", 7));
    http::Response const unknown = ask_hub("other.example.net");
    EXPECT_EQ(unknown.status, 404);
    EXPECT_EQ(unknown.body.find("demo"), std::string::npos);
    EXPECT_EQ(ask_hub("").status, 404);
    EXPECT_EQ(ask_hub(std::string(host_bytes_max + 1, 'x')).status, 404);
    EXPECT_EQ(ask({"concierge", "v1", "hubs", host, "devices", "anything"}).body, ask_hub().body);
}

TEST_F(ConciergeTest, MakesAnAnswerOnceInAWhileHoweverOftenItIsAsked) {
    tell(word("east", "serving", 7));
    http::Response const first = ask_hub();
    pass(answer_reuse - 1us);
    EXPECT_EQ(ask_hub().body, first.body);
    pass(1us);
    EXPECT_NE(ask_hub().body, first.body);
    tell(word("east", "serving", 8));
    EXPECT_EQ(directions().epoch, 8u);
}

TEST_F(ConciergeTest, IsHealthyOnlyWhileItCanNameSomebody) {
    EXPECT_EQ(ask({"health"}).status, 503);
    tell(word("east", "serving", 7, 1s));
    EXPECT_EQ(ask({"health"}).status, 200);
    EXPECT_EQ(ask({"health"}, host).status, 200);
    EXPECT_EQ(ask({"health"}, "other.example.net").status, 503);
    pass(1s);
    EXPECT_EQ(ask({"health"}).status, 503);
    EXPECT_EQ(ask({"health"}, host).status, 503);
}

TEST_F(ConciergeTest, SaysThatASiteServesOnlyOfItsOwn) {
    std::vector<std::string> const path{"concierge", "v1", "serving", host};
    tell(word("east", "serving", 7));
    EXPECT_EQ(ask(path).status, 503);
    EXPECT_EQ(ask({"concierge", "v1", "serving", "other.example.net"}).status, 404);
    tell(word("west", "serving", 8));
    EXPECT_EQ(ask(path).status, 200);
}

TEST_F(ConciergeTest, AnswersNothingWithoutAKey) {
    concierge.set_keys({});
    tell(word("east", "serving", 7));
    EXPECT_EQ(ask_hub().status, 503);
    EXPECT_EQ(ask({"health"}).status, 503);
    EXPECT_EQ(ask({"concierge", "v1", "keys"}).status, 503);
}

TEST_F(ConciergeTest, ShowsItsPublicKeysAlone) {
    concierge.set_keys({Bytes(32, 'o'), seed});
    http::Response const response = ask({"concierge", "v1", "keys"});
    auto const keys = read_key_set(response.body).value();
    ASSERT_EQ(keys.size(), 2u);
    EXPECT_EQ(keys[1], identity::ed25519_public_key(seed));
    EXPECT_EQ(response.body.find(base64url_encode(seed)), std::string::npos);
}

TEST_F(ConciergeTest, LeavesOtherRequestsToOthers) {
    http::Request request;
    request.method = "GET";
    for (std::vector<std::string> const& path :
         std::vector<std::vector<std::string>>{{}, {"devices"}, {"health", "x"}, {"twins", "d"}}) {
        request.path = path;
        EXPECT_FALSE(concierge.answer(request, now));
    }
    EXPECT_EQ(ask({"concierge"}).status, 404);
    EXPECT_EQ(ask({"concierge", "v2", "hubs", host}).status, 404);
    request.path = {"concierge", "v1", "keys"};
    request.method = "POST";
    EXPECT_EQ(concierge.answer(request, now)->status, 405);
}

}  // namespace
}  // namespace tandem::concierge
