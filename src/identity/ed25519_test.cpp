#include "identity/ed25519.hpp"

#include "codec/hex.hpp"

#include <gtest/gtest.h>

namespace tandem::identity {
namespace {

// RFC 8032 7.1, tests 1 and 3.
constexpr char const* seed_1 = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
constexpr char const* key_1 = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
constexpr char const* signature_1 =
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b4"
    "6bd25bf5f0595bbe24655141438e7a100b";
constexpr char const* seed_3 = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7";
constexpr char const* key_3 = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
constexpr char const* signature_3 =
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6"
    "594a7c15e9716ed28dc027beceea1ec40a";

Bytes raw(char const* hex) { return hex_decode(hex).value(); }

TEST(Ed25519, SignsAsTheRfcDoes) {
    EXPECT_EQ(hex_encode(ed25519_public_key(raw(seed_1))), key_1);
    EXPECT_EQ(hex_encode(ed25519_sign(raw(seed_1), "")), signature_1);
    EXPECT_EQ(hex_encode(ed25519_public_key(raw(seed_3))), key_3);
    EXPECT_EQ(hex_encode(ed25519_sign(raw(seed_3), "\xaf\x82")), signature_3);
    EXPECT_TRUE(ed25519_verify(raw(key_3), "\xaf\x82", raw(signature_3)));
}

TEST(Ed25519, RefusesAnyOtherMessageKeyOrSignature) {
    Bytes const signature = ed25519_sign(raw(seed_1), "message");
    ASSERT_TRUE(ed25519_verify(raw(key_1), "message", signature));
    EXPECT_FALSE(ed25519_verify(raw(key_1), "messagf", signature));
    EXPECT_FALSE(ed25519_verify(raw(key_3), "message", signature));
    for (std::size_t i = 0; i < signature.size(); ++i) {
        Bytes forged = signature;
        forged[i] = static_cast<char>(forged[i] ^ 1);
        EXPECT_FALSE(ed25519_verify(raw(key_1), "message", forged)) << i;
    }
}

TEST(Ed25519, RefusesWhatIsNoKeyOrNoSignature) {
    Bytes const signature = ed25519_sign(raw(seed_1), "message");
    EXPECT_FALSE(ed25519_verify("", "message", signature));
    EXPECT_FALSE(ed25519_verify(raw(key_1) + "x", "message", signature));
    EXPECT_FALSE(ed25519_verify(Bytes(32, '\xff'), "message", signature));
    EXPECT_FALSE(ed25519_verify(raw(key_1), "message", ""));
    EXPECT_FALSE(ed25519_verify(raw(key_1), "message", signature.substr(1)));
    EXPECT_FALSE(ed25519_verify(raw(key_1), "message", signature + "x"));
}

}  // namespace
}  // namespace tandem::identity
