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
    std::string const bad = "Bearer x";
    for (auto const& [first, second] :
         {std::pair{good, bad}, std::pair{bad, good}, std::pair{good, good}}) {
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

constexpr char const* password_form =
    "grant_type=password&client_id=p&username=admin&password=a+good+password";

std::string kept_hash(Rig& rig) {
    for (auto const& [key, value] : rig.store.meta) {
        record::Principal principal;
        if (key.starts_with("m/principal/") && principal.ParseFromString(value) && principal.user())
            return principal.secret_hash();
    }
    return {};
}

// of an earlier version, with fewer rounds
TEST(Passwords, OldHashVerifiesAndIsRenewedAtTheNextSignIn) {
    Rig rig;
    rig.settle();
    ASSERT_EQ(identity::rounds_of(kept_hash(rig)), 1'000);
    auto const first = rig.ask_token(password_form);
    ASSERT_EQ(first.status, 200);
    EXPECT_EQ(identity::rounds_of(kept_hash(rig)), test::options().password_rounds);
    rig.token = find_string(Rig::object(first), "access_token").value();
    EXPECT_EQ(rig.ask("GET", "/tandem/v1/me").status, 200) << "its tokens are good as before";
    EXPECT_EQ(rig.ask_token(password_form).status, 200);
    rig.restart();
    EXPECT_EQ(rig.ask_token(password_form).status, 200);
    EXPECT_EQ(identity::rounds_of(kept_hash(rig)), test::options().password_rounds);
}

TEST(Passwords, PeoplesHaveAsManyRoundsAsOwaspAsks) {
    EXPECT_GE(Control::Options{}.password_rounds, 600'000);
    Rig rig;
    rig.token = rig.sign_in();
    rig.ask("PUT", "/tandem/v1/principals/eve",
            R"({"kind":"user","name":"eve","password":"a long enough password"})");
    record::Principal eve;
    eve.ParseFromString(rig.store.meta["m/principal/eve"]);
    EXPECT_EQ(identity::rounds_of(eve.secret_hash()), test::options().password_rounds);
}

// the comparison is slow on purpose: everything else goes on meanwhile, and there is a bound
TEST(Passwords, AreComparedElsewhere) {
    Rig rig;
    rig.checks.stall = true;
    std::vector<std::uint64_t> asked;
    for (std::size_t i = 0; i < compared_per_source_max; ++i)
        asked.push_back(rig.send("POST", "/adfs/oauth2/token", password_form));
    ASSERT_EQ(rig.checks.kept.size(), compared_per_source_max);
    EXPECT_EQ(rig.ask("POST", "/adfs/oauth2/token", password_form).status, 400);
    EXPECT_FALSE(rig.sign_in().empty()) << "a service principal does not wait for them";
    rig.control->on_request_abandoned(RequestId{asked[0]});
    rig.checks.give(rig.now);
    rig.settle();
    EXPECT_FALSE(rig.answers.contains(asked[0]));
    for (std::size_t i = 1; i < asked.size(); ++i) EXPECT_EQ(rig.answers[asked[i]].status, 200);
    EXPECT_EQ(rig.ask_token(password_form).status, 200);
}

TEST(Passwords, OneThatWasChangedMeanwhileIsWrong) {
    Rig rig;
    rig.token = rig.sign_in();
    auto const set = [&](std::string const& password) {
        rig.ask("PUT", "/tandem/v1/principals/eve",
                R"({"kind":"user","name":"eve","password":")" + password + "\"}");
    };
    set("a long enough password");
    rig.checks.stall = true;
    std::uint64_t const id = rig.send("POST", "/adfs/oauth2/token",
                                      "grant_type=password&client_id=p&username=eve"
                                      "&password=a+long+enough+password");
    set("quite another password");
    rig.checks.give(rig.now);
    rig.settle();
    EXPECT_EQ(rig.answers[id].status, 400);
}

}  // namespace
}  // namespace tandem::control
