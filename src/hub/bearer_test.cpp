#include "hub/hub_fixture.hpp"
#include "identity/access_token.hpp"
#include "identity/ed25519.hpp"
#include "identity/jwt.hpp"

namespace tandem::hub {
namespace {

class Bearer : public HubFixture {
protected:
    Bearer() {
        settings_.set_token_issuer("urn:tandem:t");
        auto& key = *settings_.add_token_keys();
        key.set_id("k1");
        key.set_public_key(identity::ed25519_public_key(seed));
        grant("app", 7, bits(Right::registry_read));
    }
    void grant(std::string const& who, std::uint64_t generation, std::uint32_t rights) {
        auto& grant = *settings_.add_grants();
        grant.set_principal(who);
        grant.set_generation(generation);
        grant.set_rights(rights);
    }
    std::string token(std::string const& who = "app", std::int64_t generation = 7,
                      char const* audience = identity::data_audience,
                      std::int64_t limit = 0) const {
        return identity::sign_jwt({{"iss", "urn:tandem:t"},
                                   {"aud", audience},
                                   {"oid", who},
                                   {"gen", generation},
                                   {"rights", limit},
                                   {"exp", to_seconds(now_) + 60}},
                                  identity::access_token_type, "k1", seed);
    }
    Errc code(std::string const& text, Right right = Right::registry_read) {
        return refusal(Authorize{text, right});
    }

    std::string const seed = std::string(32, 's');
};

TEST_F(Bearer, RoleGivesItsRightsUntilTheTokenExpires) {
    auto const reply = run(Authorize{"Bearer " + token(), Right::registry_read});
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(std::get<Authorized>(*reply).expires_at, now_ + 60s);
    EXPECT_TRUE(run(Authorize{"bearer " + token(), Right::registry_read}).ok());
    EXPECT_TRUE(run(Authorize{token(), Right::registry_read}).ok()) << "alone, as over AMQP";
    std::string const old = "Bearer " + token();
    now_ += 60s;
    EXPECT_EQ(code(old), Errc::unauthorized);
}

TEST_F(Bearer, RightsThatNoRoleGivesAreForbidden) {
    for (Right const right : {Right::registry_write, Right::service_connect, Right::twin_read,
                              Right::twin_write, Right::device_connect})
        EXPECT_EQ(code("Bearer " + token(), right), Errc::forbidden);
    EXPECT_EQ(code("Bearer " + token("nobody")), Errc::forbidden);
    EXPECT_EQ(code("Bearer " + token("")), Errc::forbidden);
}

TEST_F(Bearer, RightsImplyWhatTheyInclude) {
    grant("twins", 1, bits(Right::twin_write));
    grant("all", 1, bits(Right::service_connect) | bits(Right::registry_write));
    EXPECT_TRUE(run(Authorize{"Bearer " + token("twins", 1), Right::twin_read}).ok());
    EXPECT_EQ(code("Bearer " + token("twins", 1), Right::service_connect), Errc::forbidden);
    for (Right const right : {Right::registry_read, Right::twin_read, Right::twin_write})
        EXPECT_TRUE(run(Authorize{"Bearer " + token("all", 1), right}).ok());
}

TEST_F(Bearer, TokenLimitedToARightHasNoOther) {
    grant("all", 1, bits(Right::service_connect) | bits(Right::registry_write));
    auto const limited = [&](Right right) {
        return "Bearer " + token("all", 1, identity::data_audience, bits(right));
    };
    EXPECT_TRUE(run(Authorize{limited(Right::registry_read), Right::registry_read}).ok());
    EXPECT_TRUE(run(Authorize{limited(Right::service_connect), Right::twin_write}).ok());
    EXPECT_EQ(code(limited(Right::registry_read), Right::registry_write), Errc::forbidden);
    EXPECT_EQ(code(limited(Right::registry_write), Right::twin_read), Errc::forbidden);
    std::string const more =
        token("app", 7, identity::data_audience, bits(Right::registry_write));
    EXPECT_EQ(code("Bearer " + more, Right::registry_write), Errc::forbidden) << "no role gives it";
}

TEST_F(Bearer, TokensOfPrincipalsCountWhereLocalAuthDoesNot) {
    settings_.set_disable_local_auth(true);
    EXPECT_TRUE(run(Authorize{"Bearer " + token(), Right::registry_read}).ok());
}

TEST_F(Bearer, TokenOfAnEarlierGenerationCountsNoMore) {
    EXPECT_EQ(code("Bearer " + token("app", 6)), Errc::forbidden);
    EXPECT_EQ(code("Bearer " + token("app", 8)), Errc::forbidden);
}

TEST_F(Bearer, RoleTakenBackEndsTheRight) {
    settings_.clear_grants();
    EXPECT_EQ(code("Bearer " + token()), Errc::forbidden);
}

// bad-inputs 38
TEST_F(Bearer, TokenThatIsNotForThisProvesNothing) {
    EXPECT_EQ(code("Bearer " + token("app", 7, identity::management_audience)), Errc::unauthorized);
    EXPECT_EQ(code("Bearer " + token() + "x"), Errc::unauthorized);
    for (char const* text : {"Bearer ", "Bearer x", "Bearer a.b.c", "a.b.c", "Bearer  a.b.c", "."})
        EXPECT_EQ(code(text), Errc::unauthorized) << text;
    settings_.set_token_issuer("urn:tandem:other");
    EXPECT_EQ(code("Bearer " + token()), Errc::unauthorized);
    settings_.clear_token_keys();
    EXPECT_EQ(code("Bearer " + token()), Errc::unauthorized);
}

// bad-inputs 40: a hub that was told no keys and no issuer lets no token in
TEST_F(Bearer, HubWithoutKeysFailsClosed) {
    settings_.clear_token_keys();
    settings_.clear_token_issuer();
    settings_.clear_grants();
    EXPECT_EQ(code("Bearer " + token()), Errc::unauthorized);
}

}  // namespace
}  // namespace tandem::hub
