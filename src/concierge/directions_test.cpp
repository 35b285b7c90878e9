#include "concierge/directions.hpp"

#include "codec/base64.hpp"
#include "identity/ed25519.hpp"

#include <gtest/gtest.h>

namespace tandem::concierge {
namespace {

Bytes const seed(32, 's');
std::vector<Bytes> pinned() { return {identity::ed25519_public_key(seed)}; }

Directions some() {
    return {.host = "demo.example.net",
            .region = "westus2",
            .display_name = "West US 2",
            .epoch = 7,
            .endpoints = {{"mqtt", "10.0.0.1", 8883}, {"https", "10.0.0.1", 443}},
            .valid_for = std::chrono::seconds{30},
            .issued_at = WallTime{1'700'000'000s}};
}

TEST(Directions, AreReadAsTheyWereWritten) {
    auto const read = read_directions(render_directions(some()));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->host, some().host);
    EXPECT_EQ(read->region, some().region);
    EXPECT_EQ(read->display_name, some().display_name);
    EXPECT_EQ(read->epoch, some().epoch);
    EXPECT_EQ(read->endpoints, some().endpoints);
    EXPECT_EQ(read->valid_for, some().valid_for);
    EXPECT_EQ(read->issued_at, some().issued_at);
    EXPECT_NE(render_directions(some()).find("\"expiresAt\":\"2023-11-14T22:13:50"),
              std::string::npos);
}

TEST(Directions, RefuseWhatIsMissingOrOutOfRange) {
    Bytes const good = render_directions(some());
    ASSERT_TRUE(read_directions(good).ok());
    for (auto const& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"\"host\"", "\"hast\""},
             {"\"region\"", "\"regiin\""},
             {"\"epoch\":7", "\"epoch\":-7"},
             {"\"epoch\":7", "\"epoch\":4294967296"},
             {"\"epoch\":7", "\"epoch\":\"7\""},
             {"\"validForSeconds\":30", "\"validForSeconds\":-1"},
             {"\"port\":443", "\"port\":0"},
             {"\"port\":443", "\"port\":65536"},
             {"\"issuedAt\":\"2023", "\"issuedAt\":\"202x"},
             {"\"endpoints\"", "\"endpaints\""}}) {
        Bytes bad = good;
        bad.replace(bad.find(from), from.size(), to);
        EXPECT_FALSE(read_directions(bad).ok()) << to;
    }
    EXPECT_FALSE(read_directions("[]").ok());
    EXPECT_FALSE(read_directions(good + Bytes(directions_bytes_max, ' ')).ok());
    Directions many = some();
    many.endpoints.assign(endpoints_max + 1, {"mqtt", "10.0.0.1", 8883});
    EXPECT_FALSE(read_directions(render_directions(many)).ok());
}

TEST(Signature, IsOfThisBodyByThisKey) {
    Bytes const body = render_directions(some());
    std::string const signature = sign_body(seed, body);
    EXPECT_TRUE(signed_by(pinned(), body, signature));
    EXPECT_TRUE(signed_by({identity::ed25519_public_key(Bytes(32, 'o')), pinned()[0]}, body,
                          signature));
    EXPECT_FALSE(signed_by(pinned(), body + " ", signature));
    EXPECT_FALSE(signed_by({identity::ed25519_public_key(Bytes(32, 'o'))}, body, signature));
    EXPECT_FALSE(signed_by({}, body, signature));
    for (std::size_t i = 0; i < signature.size(); ++i) {
        std::string forged = signature;
        forged[i] = forged[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(signed_by(pinned(), body, forged)) << i;
    }
}

// A signature is worth nothing because it says so itself: not "none", nothing critical unknown.
TEST(Signature, RefusesOtherAlgorithmsAndCriticalExtensions) {
    Bytes const body = render_directions(some());
    for (char const* text : {R"({"alg":"none"})", R"({"alg":"HS256"})", R"({})",
                             R"({"alg":"EdDSA","crit":["b64"],"b64":false})"}) {
        std::string const header = base64url_encode(text);
        Bytes const raw = identity::ed25519_sign(seed, header + "." + base64url_encode(body));
        EXPECT_FALSE(signed_by(pinned(), body, header + ".." + base64url_encode(raw))) << text;
        EXPECT_FALSE(signed_by(pinned(), body, header + "..")) << text;
    }
    EXPECT_FALSE(signed_by(pinned(), body, ""));
    EXPECT_FALSE(signed_by(pinned(), body, ".."));
}

TEST(KeySet, IsReadAsItWasWritten) {
    auto const keys = read_key_set(render_key_set({seed, Bytes(32, 'o')}));
    ASSERT_TRUE(keys.ok());
    ASSERT_EQ(keys->size(), 2u);
    EXPECT_EQ(keys->front(), pinned()[0]);
}

TEST(KeySet, PassesOverOtherKeysAndRefusesBrokenOnes) {
    EXPECT_EQ(read_key_set(R"({"keys":[{"kty":"RSA","n":"AQAB"}]})").value().size(), 0u);
    EXPECT_FALSE(read_key_set(R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]})").ok());
    EXPECT_FALSE(read_key_set(R"({"keys":7})").ok());
    EXPECT_FALSE(read_key_set("").ok());
    EXPECT_FALSE(read_key_set(render_key_set(std::vector<Bytes>(keys_max + 1, seed))).ok());
}

}  // namespace
}  // namespace tandem::concierge
