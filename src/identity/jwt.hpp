// identity/jwt.hpp -- signed tokens: made, and believed only if everything about them is right.
//
// Source  RFC 7515 (JWS compact), RFC 7519 (JWT), RFC 8037 (EdDSA), RFC 8725 (what goes wrong).
// Shape   base64url(header).base64url(claims).base64url(signature); Ed25519; header alg, kid, typ.
//         Header members that name keys (jwk, jku, x5c, x5u) are never looked at: a key is one of
//         those given, found by kid.
// Purity  no clock, no randomness: time and seeds are given.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "codec/json.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::identity {

inline constexpr std::size_t jwt_bytes_max = 4096;
inline constexpr std::size_t jwt_key_id_bytes_max = 64;
/// By so much a signer's clock may be ahead of ours. Expiry gets no such allowance.
inline constexpr Duration jwt_clock_skew_max = 60s;

/// `claims` signed with an Ed25519 seed (identity/ed25519.hpp). `type`: the header's
/// typ, which tells one use of tokens from another.
std::string sign_jwt(json::object const& claims, std::string_view type, std::string_view key_id,
                     ByteView seed);

struct JwtKey {
    std::string id;
    Bytes public_key;
};
struct JwtExpected {
    std::string type;
    std::string issuer;
    std::string audience;
};

/// The claims of a token that one of `keys` signed, that has come from `issuer`, is meant for
/// `audience`, and is in force now. Errors: unauthorized, with one word why, for tests only.
Result<json::object> verify_jwt(std::string_view text, std::vector<JwtKey> const& keys,
                                JwtExpected const& expected, WallTime now);

/// A string claim, or nothing.
std::string claim_text(json::object const& claims, std::string_view name);
/// An integer claim that is not negative, or 0.
std::uint64_t claim_number(json::object const& claims, std::string_view name);

}  // namespace tandem::identity
