// Tokens as clients see them: who gets which, how long they count, what ends them.
#include "codec/base64.hpp"
#include "control/sign_in.hpp"
#include "control/test_rig.hpp"
#include "identity/ed25519.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using test::Rig;

constexpr char const* password_form =
    "grant_type=password&client_id=tandem-portal&username=admin&password=a+good+password";

std::string text_of(http::Response const& response, char const* name) {
    return find_string(Rig::object(response), name).value_or("");
}
http::Response refresh(Rig& rig, std::string const& token,
                       std::string const& client = "tandem-portal") {
    return rig.ask_token("grant_type=refresh_token&client_id=" + client +
                         "&refresh_token=" + token);
}
int status_with(Rig& rig, std::string const& token) {
    rig.token = token;
    return rig.ask("GET", "/tandem/v1/me").status;
}
json::object claims_of(std::string const& token) {
    std::size_t const first = token.find('.');
    return stored_object(
        base64url_decode(token.substr(first + 1, token.rfind('.') - first - 1)).value());
}
std::vector<identity::JwtKey> published_keys(Rig& rig) {
    std::vector<identity::JwtKey> keys;
    auto const published = Rig::object(rig.ask("GET", "/adfs/discovery/keys"));
    for (auto const& key : published.at("keys").as_array())
        keys.push_back({find_string(key.as_object(), "kid").value(),
                        base64url_decode(find_string(key.as_object(), "x").value()).value()});
    return keys;
}

TEST(Tokens, PasswordGetsAccessRefreshAndIdToken) {
    Rig rig;
    auto const answer = rig.ask_token(password_form);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(*answer.headers.find("Cache-Control"), "no-store");
    rig.token = text_of(answer, "access_token");
    auto const me = Rig::object(rig.ask("GET", "/tandem/v1/me"));
    EXPECT_EQ(find_string(me, "name"), "admin");
    EXPECT_EQ(find_string(me, "kind"), "user");
    auto const id = claims_of(text_of(answer, "id_token"));
    EXPECT_EQ(find_string(id, "sub"), find_string(me, "id"));
    EXPECT_EQ(find_string(id, "upn"), "admin");
    EXPECT_EQ(find_string(id, "aud"), "tandem-portal");
    EXPECT_FALSE(text_of(answer, "refresh_token").empty());
}

TEST(Tokens, WrongPasswordAndUnknownUserAreOneRefusal) {
    Rig rig;
    std::string const start = "grant_type=password&client_id=tandem-portal&username=";
    auto const wrong = rig.ask_token(start + "admin&password=wrong");
    auto const unknown = rig.ask_token(start + "nobody&password=a+good+password");
    auto const client = rig.ask_token(start + "client&password=secret");
    auto const empty = rig.ask_token(start + "admin&password=");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_EQ(text_of(wrong, "error"), "invalid_grant");
    for (auto const& other : {unknown, client, empty}) {
        EXPECT_EQ(other.status, wrong.status);
        EXPECT_EQ(other.body, wrong.body);
    }
}

TEST(Tokens, UserIsNoServicePrincipal) {
    Rig rig;
    rig.token = text_of(rig.ask_token(password_form), "access_token");
    std::string const id = find_string(Rig::object(rig.ask("GET", "/tandem/v1/me")), "id").value();
    EXPECT_EQ(rig.ask_token("grant_type=client_credentials&client_id=" + id +
                            "&client_secret=a+good+password").status, 401);
}

TEST(Tokens, ClaimsSayWhoForWhatAndHowLong) {
    Rig rig;
    auto const claims = claims_of(rig.sign_in());
    EXPECT_EQ(find_string(claims, "oid"), "client");
    EXPECT_EQ(find_string(claims, "sub"), "client");
    EXPECT_EQ(find_string(claims, "appid"), "client");
    EXPECT_EQ(find_string(claims, "tid"), test::options().tenant);
    EXPECT_EQ(find_string(claims, "aud"), management_audience);
    EXPECT_EQ(find_string(claims, "iss"), "urn:tandem:" + test::options().tenant);
    EXPECT_EQ(find_integer(claims, "exp"), to_seconds(rig.now.wall) + 3600);
    EXPECT_NE(find_string(claims, "jti"), find_string(claims_of(rig.sign_in()), "jti"));
}

TEST(Tokens, SecretMayComeInHttpBasic) {
    Rig rig;
    http::Headers basic;
    basic.add("Authorization", "Basic " + base64_encode("client:secret"));
    EXPECT_EQ(rig.ask_token("grant_type=client_credentials", basic).status, 200);
    http::Headers wrong;
    wrong.add("Authorization", "Basic " + base64_encode("client:secres"));
    EXPECT_EQ(rig.ask_token("grant_type=client_credentials", wrong).status, 401);
}

TEST(Tokens, PublishedKeysVerifyThem) {
    Rig rig;
    auto const claims = identity::verify_jwt(
        rig.sign_in(), published_keys(rig),
        {"at+jwt", "urn:tandem:" + test::options().tenant, management_audience}, rig.now.wall);
    EXPECT_TRUE(claims.ok());
}

// bad-inputs 38: an id token, a token for the hubs, a token of another installation
TEST(Tokens, OnlyAccessTokensForManagementLetIn) {
    Rig rig;
    auto const answer = rig.ask_token(password_form);
    EXPECT_EQ(status_with(rig, text_of(answer, "id_token")), 401);
    EXPECT_EQ(status_with(rig, text_of(answer, "refresh_token")), 401);
    for (char const* scope :
         {"https://iothubs.azure.net/.default", "https://eventhubs.azure.net//.default"}) {
        auto const data = rig.ask_token(
            std::string{"grant_type=client_credentials&client_id=client&client_secret=secret&"
                        "scope="} + scope);
        ASSERT_EQ(data.status, 200) << scope;
        EXPECT_EQ(find_string(claims_of(text_of(data, "access_token")), "aud"), data_audience);
        EXPECT_EQ(status_with(rig, text_of(data, "access_token")), 401);
    }
    std::string const own = rig.sign_in();
    rig.store.meta.clear();
    rig.restart();
    EXPECT_EQ(status_with(rig, own), 401);
}

TEST(Tokens, ScopeOfSomebodyElseIsRefused) {
    Rig rig;
    std::string const start =
        "grant_type=client_credentials&client_id=client&client_secret=secret&scope=";
    for (char const* scope :
         {"https://management.azure.com//.default", "https://management.azure.com/.default",
          "https://host:8443/.default", "openid+profile+offline_access", ""})
        EXPECT_EQ(rig.ask_token(start + scope).status, 200) << scope;
    for (char const* scope :
         {"https://graph.microsoft.com/.default", "https://evil.example/.default",
          "https://management.azure.com.evil.example/.default",
          "https://management.azure.com/.default+https://iothubs.azure.net/.default"})
        EXPECT_EQ(text_of(rig.ask_token(start + scope), "error"), "invalid_scope") << scope;
}

TEST(Tokens, RefreshTokenChangesWithEveryUse) {
    Rig rig;
    std::string const first = text_of(rig.ask_token(password_form), "refresh_token");
    auto const second = refresh(rig, first);
    ASSERT_EQ(second.status, 200);
    EXPECT_EQ(status_with(rig, text_of(second, "access_token")), 200);
    EXPECT_NE(text_of(second, "refresh_token"), first);
    auto const third = refresh(rig, text_of(second, "refresh_token"));
    EXPECT_EQ(third.status, 200);
}

TEST(Tokens, RefreshTokenUsedTwiceEndsTheSignIn) {
    Rig rig;
    std::string const first = text_of(rig.ask_token(password_form), "refresh_token");
    std::string const second = text_of(refresh(rig, first), "refresh_token");
    std::string const third = text_of(refresh(rig, second), "refresh_token");
    auto const replayed = refresh(rig, first);
    EXPECT_EQ(replayed.status, 400);
    EXPECT_EQ(text_of(replayed, "error"), "invalid_grant");
    EXPECT_EQ(refresh(rig, third).status, 400);
}

TEST(Tokens, LostAnswerMayBeAskedForAgain) {
    Rig rig;
    std::string const first = text_of(rig.ask_token(password_form), "refresh_token");
    EXPECT_EQ(refresh(rig, first).status, 200);
    rig.now.wall += 59s;
    auto const again = refresh(rig, first);
    EXPECT_EQ(again.status, 200);
    rig.now.wall += 2s;
    EXPECT_EQ(refresh(rig, first).status, 400);
}

// a browser's tabs, or a program's threads, that find the access token expired at the same time
TEST(Tokens, TwoRefreshesAtOnceBothGoOn) {
    Rig rig;
    std::string const first = text_of(rig.ask_token(password_form), "refresh_token");
    auto const one = refresh(rig, first);
    rig.now.wall += 5s;
    auto const other = refresh(rig, first);
    ASSERT_EQ(one.status, 200);
    ASSERT_EQ(other.status, 200);
    rig.now.wall += 1h;
    auto const next = refresh(rig, text_of(one, "refresh_token"));
    ASSERT_EQ(next.status, 200);
    rig.now.wall += 5s;
    EXPECT_EQ(refresh(rig, text_of(other, "refresh_token")).status, 200);
    EXPECT_EQ(refresh(rig, text_of(next, "refresh_token")).status, 200);
    EXPECT_EQ(refresh(rig, first).status, 400) << "long ago: somebody has a copy";
}

TEST(Tokens, RefreshTokenIsBoundToItsProgramAndItsTime) {
    Rig rig;
    std::string const first = text_of(rig.ask_token(password_form), "refresh_token");
    EXPECT_EQ(refresh(rig, first, "another").status, 400);
    std::string const second = text_of(rig.ask_token(password_form), "refresh_token");
    rig.now.wall += test::options().refresh_life;
    EXPECT_EQ(refresh(rig, second).status, 400);
    for (char const* text : {"", ".", "x", "x.y", "0123456789abcdef0123456789abcdef."})
        EXPECT_EQ(refresh(rig, text).status, 400) << text;
}

TEST(Tokens, SignInsKeptAreBounded) {
    Rig rig;
    std::string const first = text_of(rig.ask_token(password_form), "refresh_token");
    for (std::size_t i = 0; i < refresh_grants_per_principal_max; ++i) {
        rig.now.wall += 1s;
        rig.ask_token(password_form);
    }
    std::size_t kept = 0;
    for (auto const& [key, value] : rig.store.meta) kept += key.starts_with("m/refresh/");
    EXPECT_EQ(kept, refresh_grants_per_principal_max);
    EXPECT_EQ(refresh(rig, first).status, 400);
}

// bad-inputs 41: neither secrets nor tokens stand on the disk
TEST(Tokens, DiskShowsNoSecretAndNoToken) {
    Rig rig;
    std::string const access = rig.sign_in();
    std::string const refresh_token = text_of(rig.ask_token(password_form), "refresh_token");
    std::string const refresh_secret = refresh_token.substr(refresh_token.find('.') + 1);
    ASSERT_FALSE(rig.store.meta.empty());
    for (auto const& [key, value] : rig.store.meta)
        for (std::string const& text :
             {access, refresh_secret, std::string{"a good password"}}) {
            EXPECT_EQ(key.find(text), std::string::npos);
            EXPECT_EQ(value.find(text), std::string::npos) << key;
        }
}

TEST(Tokens, SecretRenewedInTheConfigurationEndsOldTokens) {
    Rig rig;
    std::string const old = rig.sign_in();
    rig.wanted().clients = {{"client", identity::hash_secret("new", "0123456789abcdef")}};
    rig.restart();
    EXPECT_EQ(status_with(rig, old), 401);
    EXPECT_TRUE(rig.sign_in().empty());
    EXPECT_EQ(status_with(rig, rig.sign_in("new")), 200);
}

TEST(Tokens, KeysAreRotatedAndOldTokensVerifyUntilTheyExpire) {
    Rig rig;
    rig.link("westus2", true);
    auto const before = published_keys(rig);
    ASSERT_EQ(before.size(), 1U);
    rig.now.wall += test::options().key_life;
    rig.pass(61s);
    EXPECT_EQ(published_keys(rig).size(), 2U);
    // the new one is published, and does not sign yet
    std::string const old = rig.sign_in();
    auto const signed_by = [&](std::string const& token, identity::JwtKey const& key) {
        return identity::verify_jwt(token, {key},
                                    {"at+jwt", "urn:tandem:" + test::options().tenant,
                                     management_audience}, rig.now.wall).ok();
    };
    EXPECT_TRUE(signed_by(old, before[0]));
    rig.now.wall += signing_key_settle;
    rig.pass(61s);
    std::string const young = rig.sign_in();
    EXPECT_FALSE(signed_by(young, before[0]));
    EXPECT_EQ(status_with(rig, old), 200);
    EXPECT_EQ(status_with(rig, young), 200);
    rig.now.wall += test::options().token_life + 1s;
    rig.pass(61s);
    EXPECT_EQ(published_keys(rig).size(), 1U);
    EXPECT_NE(published_keys(rig)[0].id, before[0].id);
}

// bad-inputs 37, 40: guessing is slowed down, the same for names that exist and names that do not
TEST(Tokens, GuessingIsLimitedByNameAndSource) {
    Rig rig;
    auto const attempt = [&](std::string const& name, std::string const& secret) {
        return rig.ask_token("grant_type=client_credentials&client_id=" + name +
                             "&client_secret=" + secret);
    };
    http::Response last;
    for (int i = 0; i < 10; ++i) last = attempt("client", "wrong");
    auto const locked = attempt("client", "secret");
    EXPECT_EQ(locked.status, 401);
    EXPECT_EQ(locked.body, last.body);
    rig.source = "192.0.2.2";   // the owner, elsewhere, is not locked out by the guesser
    EXPECT_EQ(attempt("client", "secret").status, 200);
    rig.source = "192.0.2.1";
    rig.pass(name_from_source_allowance.one_more + 1s);
    EXPECT_EQ(attempt("client", "secret").status, 200);
}

TEST(Tokens, GuessingManyNamesIsLimitedBySource) {
    Rig rig;
    for (int i = 0; i < 50; ++i)
        rig.ask_token("grant_type=password&client_id=p&username=u" + std::to_string(i) +
                      "&password=x");
    EXPECT_TRUE(rig.sign_in().empty());
    rig.source = "192.0.2.2";
    EXPECT_FALSE(rig.sign_in().empty());
}

TEST(Tokens, RightSecretsAreNeverLimited) {
    Rig rig;
    for (int i = 0; i < 60; ++i) ASSERT_FALSE(rig.sign_in().empty()) << i;
}

TEST(Tokens, MalformedFormsAreRefused) {
    Rig rig;
    for (char const* form :
         {"grant_type=client_credentials&client_id=client&client_secret=secret&client_id=client",
          "grant_type=client_credentials&client_id=client&client_secret=secret&x=%zz",
          "grant_type=password&username=admin&password=a+good+password",
          "grant_type=password&client_id=a%0ab&username=admin&password=a+good+password"})
        EXPECT_EQ(text_of(rig.ask_token(form), "error"), "invalid_request") << form;
    EXPECT_EQ(rig.ask_token(std::string(100'000, 'a')).status, 400);
}

}  // namespace
}  // namespace tandem::control
