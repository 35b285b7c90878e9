#include "identity/jwt.hpp"

#include "codec/base64.hpp"
#include "identity/ed25519.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace tandem::identity {
namespace {

constexpr WallTime now = wall_from_micros(1'700'000'000'000'000);
std::string const seed(32, 's');
std::string const other_seed(32, 't');
JwtExpected const expected{.type = "at+jwt", .issuer = "urn:us", .audience = "https://hubs"};

std::vector<JwtKey> keys() { return {{"k1", ed25519_public_key(seed)}}; }

json::object good_claims() {
    return parse_json_object(R"({"iss":"urn:us","aud":"https://hubs","sub":"me",)"
                             R"("iat":1700000000,"nbf":1700000000,"exp":1700003600,"gen":7})")
        .value();
}
json::object with(char const* name, json::value value) {
    json::object claims = good_claims();
    claims[name] = std::move(value);
    return claims;
}
json::object without(char const* name) {
    json::object claims = good_claims();
    claims.erase(name);
    return claims;
}
std::string signed_with(json::object const& claims) {
    return sign_jwt(claims, "at+jwt", "k1", seed);
}

std::string why(std::string_view token, WallTime at = now) {
    auto const claims = verify_jwt(token, keys(), expected, at);
    return claims.ok() ? "good" : claims.error().detail;
}

/// A token with any header and claims, signed by the right key all the same.
std::string crafted(std::string const& header, std::string const& claims) {
    std::string const text = base64url_encode(header) + "." + base64url_encode(claims);
    return text + "." + base64url_encode(ed25519_sign(seed, text));
}
std::string crafted_header(std::string const& header) {
    return crafted(header, render_json(good_claims()));
}

TEST(Jwt, WhatWasSignedIsBelieved) {
    auto const claims = verify_jwt(signed_with(good_claims()), keys(), expected, now);
    ASSERT_TRUE(claims.ok()) << claims.error().detail;
    EXPECT_EQ(claim_text(*claims, "sub"), "me");
    EXPECT_EQ(claim_number(*claims, "gen"), 7U);
    EXPECT_EQ(claim_text(*claims, "gen"), "");
    EXPECT_EQ(why(crafted_header(R"({"alg":"EdDSA","kid":"k1","typ":"at+jwt"})")), "good");
}

TEST(Jwt, SameClaimsGiveTheSameToken) {
    EXPECT_EQ(signed_with(good_claims()), signed_with(good_claims()));
}

// RFC 8725 2.1, 3.1: the algorithm is ours to choose, never the token's
TEST(Jwt, AlgorithmNoneIsRefused) {
    for (char const* name : {"none", "None", "NONE", "nOnE", ""}) {
        std::string const header =
            std::string{R"({"alg":")"} + name + R"(","kid":"k1","typ":"at+jwt"})";
        std::string const unsigned_text =
            base64url_encode(header) + "." + base64url_encode(render_json(good_claims())) + ".";
        EXPECT_EQ(why(unsigned_text), "algorithm") << name;
        EXPECT_EQ(why(crafted_header(header)), "algorithm") << name;
    }
    EXPECT_EQ(why(crafted_header(R"({"kid":"k1","typ":"at+jwt"})")), "algorithm");
    EXPECT_EQ(why(crafted_header(R"({"alg":["EdDSA"],"kid":"k1","typ":"at+jwt"})")), "algorithm");
    EXPECT_EQ(why(crafted_header(R"({"alg":"eddsa","kid":"k1","typ":"at+jwt"})")), "algorithm");
}

// RFC 8725 2.1: the public key used as an HMAC secret
TEST(Jwt, PublicKeyAsSharedSecretProvesNothing) {
    std::string const text =
        base64url_encode(R"({"alg":"HS256","kid":"k1","typ":"at+jwt"})") + "." +
        base64url_encode(render_json(good_claims()));
    std::string const secret = ed25519_public_key(seed);
    unsigned char mac[32];
    unsigned int length = 32;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<unsigned char const*>(text.data()), text.size(), mac, &length);
    std::string const token =
        text + "." + base64url_encode({reinterpret_cast<char const*>(mac), length});
    EXPECT_EQ(why(token), "algorithm");
}

// RFC 8725 2.10, 3.10: kid is compared, never used as a path or a query
TEST(Jwt, KeyIdOnlyNamesAKeyWeHave) {
    for (char const* id : {"k2", "K1", "../k1", "../../../../dev/null", "k1' OR '1'='1", "k1 ",
                           "k1\\u0000", "", "/proc/self/environ", "k"})
        EXPECT_EQ(why(crafted_header(std::string{R"({"alg":"EdDSA","typ":"at+jwt","kid":")"} + id +
                                     "\"}")),
                  "kid")
            << id;
    EXPECT_EQ(why(crafted_header(R"({"alg":"EdDSA","typ":"at+jwt"})")), "kid");
    EXPECT_EQ(why(crafted_header(R"({"alg":"EdDSA","typ":"at+jwt","kid":1})")), "kid");
    EXPECT_EQ(why(sign_jwt(good_claims(), "at+jwt", std::string(65, 'k'), seed)), "kid");
}

// RFC 8725 3.10, RFC 7515 4.1: a token does not bring its own key
TEST(Jwt, KeysInTheHeaderAreIgnored) {
    std::string const own = base64url_encode(ed25519_public_key(other_seed));
    std::string const header = R"({"alg":"EdDSA","kid":"k1","typ":"at+jwt","jwk":{"kty":"OKP",)"
                               R"("crv":"Ed25519","x":")" + own + R"("},"jku":"https://evil/keys",)"
                               R"("x5u":"https://evil/cert","x5c":["MIIB"]})";
    EXPECT_EQ(why(crafted_header(header)), "good");
    // the same header over a signature by the key it brings
    std::string const forged = sign_jwt(good_claims(), "at+jwt", "k1", other_seed);
    std::string const tail = forged.substr(forged.find('.'));
    EXPECT_EQ(why(base64url_encode(header) + tail), "signature");
}

TEST(Jwt, AnotherKeysSignatureIsRefused) {
    EXPECT_EQ(why(sign_jwt(good_claims(), "at+jwt", "k1", other_seed)), "signature");
    auto const both = std::vector<JwtKey>{{"k1", ed25519_public_key(seed)},
                                          {"k2", ed25519_public_key(other_seed)}};
    std::string const token = sign_jwt(good_claims(), "at+jwt", "k2", seed);
    EXPECT_FALSE(verify_jwt(token, both, expected, now).ok());
    EXPECT_FALSE(verify_jwt(signed_with(good_claims()), {}, expected, now).ok());
    EXPECT_FALSE(verify_jwt(signed_with(good_claims()), {{"k1", ""}}, expected, now).ok());
}

TEST(Jwt, EveryChangedByteIsNoticed) {
    std::string const token = signed_with(good_claims());
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_NE(why(changed), "good") << i;
    }
}

// RFC 8725 3.9: a token for somebody else
TEST(Jwt, WrongAudienceIsRefused) {
    for (char const* audience : {"https://hubs/", "https://HUBS", "https://hub", "https://hubs.ev",
                                 "", "*"})
        EXPECT_EQ(why(signed_with(with("aud", audience))), "audience") << audience;
    EXPECT_EQ(why(signed_with(without("aud"))), "audience");
    EXPECT_EQ(why(signed_with(with("aud", nullptr))), "audience");
    EXPECT_EQ(why(signed_with(with("aud", json::array{"a", 1}))), "audience");
    EXPECT_EQ(why(signed_with(with("aud", json::array{"a", "https://hubs"}))), "good");
}

// RFC 8725 3.8
TEST(Jwt, WrongIssuerIsRefused) {
    EXPECT_EQ(why(signed_with(with("iss", "urn:them"))), "issuer");
    EXPECT_EQ(why(signed_with(without("iss"))), "issuer");
}

// RFC 8725 3.11, 3.12: a token of one use is none of another
TEST(Jwt, AnotherTypeIsRefused) {
    EXPECT_EQ(why(sign_jwt(good_claims(), "JWT", "k1", seed)), "type");
    EXPECT_EQ(why(crafted_header(R"({"alg":"EdDSA","kid":"k1"})")), "type");
}

TEST(Jwt, TokenWithoutExpiryIsRefused) {
    EXPECT_EQ(why(signed_with(without("exp"))), "no expiry");
    for (json::value const& odd :
         {json::value("1700003600"), json::value(1.7e9), json::value(true), json::value(nullptr)})
        EXPECT_EQ(why(signed_with(with("exp", odd))), "time");
    EXPECT_EQ(why(signed_with(with("exp", 18446744073709551615ULL))), "time");
}

TEST(Jwt, ExpiryHasNoGrace) {
    EXPECT_EQ(why(signed_with(good_claims()), now + 3599s), "good");
    EXPECT_EQ(why(signed_with(good_claims()), now + 3600s), "expired");
    EXPECT_EQ(why(signed_with(with("exp", -1))), "expired");
}

TEST(Jwt, TokenOfTheFutureIsRefused) {
    EXPECT_EQ(why(signed_with(with("nbf", 1700000061))), "not yet");
    EXPECT_EQ(why(signed_with(with("iat", 1700000061))), "not yet");
    EXPECT_EQ(why(signed_with(with("nbf", 1700000060))), "good");
    EXPECT_EQ(why(signed_with(with("nbf", "soon"))), "time");
}

// RFC 7515 4.1.11: what is critical must be understood
TEST(Jwt, UnknownCriticalHeaderIsRefused) {
    for (char const* crit : {R"(["exp"])", R"(["b64"])", "[]", "null", "\"x\""})
        EXPECT_EQ(why(crafted_header(std::string{R"({"alg":"EdDSA","kid":"k1","typ":"at+jwt",)"} +
                                     R"("b64":false,"crit":)" + crit + "}")),
                  "crit")
            << crit;
}

TEST(Jwt, OnlyThreePartsAreAToken) {
    std::string const token = signed_with(good_claims());
    for (std::string const& text :
         {std::string{}, std::string{"."}, std::string{".."}, std::string{"..."}, token + ".",
          token + ".x", "." + token, token.substr(0, token.rfind('.')),
          token.substr(0, token.rfind('.') + 1), token + "=", token + "==", token + " ",
          " " + token, token + "\n", token + token, token + std::string(1, '\0'),
          std::string(jwt_bytes_max + 1, 'a')})
        EXPECT_NE(why(text), "good") << text;
}

// RFC 8725 2.4: encrypted tokens have five parts, and are not ours
TEST(Jwt, EncryptedTokenIsRefused) { EXPECT_EQ(why("eyJhbGciOiJkaXIifQ....tag"), "parts"); }

TEST(Jwt, DuplicateMembersAreRefused) {
    EXPECT_EQ(why(crafted_header(R"({"alg":"none","alg":"EdDSA","kid":"k1","typ":"at+jwt"})")),
              "json");
    EXPECT_EQ(why(crafted(R"({"alg":"EdDSA","kid":"k1","typ":"at+jwt"})",
                          R"({"iss":"urn:us","aud":"x","aud":"https://hubs","exp":1700003600})")),
              "json");
}

TEST(Jwt, ClaimsThatAreNoObjectAreRefused) {
    std::string const header = R"({"alg":"EdDSA","kid":"k1","typ":"at+jwt"})";
    for (char const* claims : {"", "[]", "null", "1", "\"x\"", "{", "{}x", "\xff"})
        EXPECT_EQ(why(crafted(header, claims)), "json") << claims;
    std::string deep;
    for (int i = 0; i < 300; ++i) deep += "{\"a\":";
    EXPECT_EQ(why(crafted(header, deep)), "json");
}

}  // namespace
}  // namespace tandem::identity
