#include "control/sign_in.hpp"

#include "control/test_rig.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using test::Rig;

constexpr char const* subscriptions = "/subscriptions?api-version=2019-11-01";

int status_with(Rig& rig, std::string const& authorization) {
    http::Headers headers;
    headers.add("Authorization", authorization);
    rig.token.clear();
    return rig.ask("GET", subscriptions, {}, headers).status;
}

TEST(SignIn, RightSecretGetsATokenThatWorksUntilItExpires) {
    Rig rig;
    std::string const token = rig.sign_in();
    ASSERT_FALSE(token.empty());
    EXPECT_EQ(status_with(rig, "Bearer " + token), 200);
    EXPECT_EQ(status_with(rig, "bearer " + token), 200);
    rig.now.wall += 1h;
    EXPECT_EQ(status_with(rig, "Bearer " + token), 401);
}

TEST(SignIn, WrongSecretIsInvalidClient) {
    Rig rig;
    auto const refused = rig.ask("POST", "/adfs/oauth2/token/",
                                 "grant_type=client_credentials&client_id=client&client_secret=x");
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(find_string(Rig::object(refused), "error"), "invalid_client");
    EXPECT_EQ(refused.headers.find("Retry-After"), nullptr);
}

// bad-inputs 37: an unknown client and a wrong secret are the same refusal
TEST(SignIn, UnknownClientLooksLikeAWrongSecret) {
    Rig rig;
    auto const unknown = rig.ask("POST", "/adfs/oauth2/token/",
                                 "grant_type=client_credentials&client_id=x&client_secret=secret");
    auto const wrong = rig.ask("POST", "/adfs/oauth2/token/",
                               "grant_type=client_credentials&client_id=client&client_secret=x");
    EXPECT_EQ(unknown.status, wrong.status);
    EXPECT_EQ(unknown.body, wrong.body);
}

// bad-inputs 36: what is almost a token is none
TEST(SignIn, NothingButTheWholeTokenCounts) {
    Rig rig;
    std::string const token = rig.sign_in();
    std::vector<std::string> const almost =
         {std::string{}, std::string{"Bearer"}, std::string{"Bearer "}, std::string{"Bearer  "},
          token, "Basic " + token, "Bearer " + token.substr(1), "Bearer " + token + "=",
          "Bearer " + token + " ", "Bearer  " + token, "Bearer " + token + token,
          "SharedAccessSignature " + token, "Bearer null", "Bearer " + std::string(10'000, 'a')};
    for (std::string const& text : almost)
        EXPECT_EQ(status_with(rig, text), 401) << text;
}

TEST(SignIn, TwoAuthorizationHeadersAreNone) {
    Rig rig;
    std::string const good = "Bearer " + rig.sign_in();
    for (auto const& [first, second] :
         {std::pair{good, std::string{"Bearer x"}}, {std::string{"Bearer x"}, good}, {good, good}}) {
        http::Headers headers;
        headers.add("Authorization", first);
        headers.add("authorization", second);
        rig.token.clear();
        EXPECT_EQ(rig.ask("GET", subscriptions, {}, headers).status, 400);
    }
}

TEST(SignIn, EveryRouteButThePublicOnesAsksForAToken) {
    Rig rig;
    for (char const* target :
         {"/subscriptions?api-version=2019-11-01", "/SUBSCRIPTIONS?api-version=2019-11-01",
          "//subscriptions//sub", "/tenants", "/providers/Microsoft.Devices", "/tandem/v1/status",
          "/Tandem/v1/nothing", "/subscriptions/sub/nothing/at/all"}) {
        auto const refused = rig.ask("GET", target);
        EXPECT_EQ(refused.status, 401) << target;
        EXPECT_NE(refused.headers.find("WWW-Authenticate"), nullptr) << target;
    }
    for (char const* target : {"/metadata/endpoints?api-version=2015-01-01",
                               "/adfs/.well-known/openid-configuration",
                               "/some-tenant/v2.0/.well-known/openid-configuration",
                               "/common/discovery/instance?api-version=1.1"})
        EXPECT_EQ(rig.ask("GET", target).status, 200) << target;
    EXPECT_EQ(rig.ask("GET", "/health").status, 503) << "public, and there is no hub to name";
}

// bad-inputs 40: no clients, or damaged ones, let nobody in
TEST(SignIn, ConfigurationFailsClosed) {
    for (std::vector<Client> const& clients :
         {std::vector<Client>{}, {{"", ""}}, {{"client", ""}}, {{"client", "secret"}},
          {{"client", "pbkdf2-sha256$20000$00$"}}}) {
        auto made = test::options();
        made.clients = clients;
        Rig rig{made};
        EXPECT_TRUE(rig.sign_in().empty());
        EXPECT_TRUE(rig.sign_in("").empty());
        auto const nameless = rig.ask("POST", "/adfs/oauth2/token/",
                                      "grant_type=client_credentials&client_id=&client_secret=");
        EXPECT_EQ(nameless.status, 401);
    }
}

TEST(SignIn, TokenSurvivesARestart) {
    Rig rig;
    std::string const token = rig.sign_in();
    rig.restart();
    EXPECT_EQ(status_with(rig, "Bearer " + token), 200);
}

TEST(SignIn, OtherGrantsAreRefused) {
    Rig rig;
    for (char const* body : {"", "grant_type=password&username=a&password=b", "grant_type=",
                             "%zz=1&grant_type=client_credential"})
        EXPECT_EQ(rig.ask("POST", "/adfs/oauth2/token", body).status, 400) << body;
}

}  // namespace
}  // namespace tandem::control
