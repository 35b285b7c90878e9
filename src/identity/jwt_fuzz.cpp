// Any text: read without harm, never believed. A token made from parts of the input is believed
// with exactly its claims, until a byte of it changes or its time has passed.

#include "base/assert.hpp"
#include "identity/ed25519.hpp"
#include "identity/jwt.hpp"

#include <cstdint>
#include <string>

using namespace tandem;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    static std::string const seed = "a seed that no input knows about";
    static std::vector<identity::JwtKey> const keys{{"k1", identity::ed25519_public_key(seed)}};
    identity::JwtExpected const expected{"at+jwt", "urn:us", "https://hubs"};
    WallTime const now = wall_from_micros(1'700'000'000'000'000);

    TANDEM_ASSERT(!identity::verify_jwt(text, keys, expected, now).ok(), "a forged token");

    if (size < 2 || size > 500) return 0;
    json::object claims;
    if (auto parsed = parse_json_object(text.substr(2)); parsed.ok()) claims = std::move(*parsed);
    for (char const* name : {"nbf", "iat"}) claims.erase(name);
    claims["iss"] = expected.issuer;
    claims["aud"] = expected.audience;
    claims["exp"] = 1'700'000'000 + std::int64_t{data[0]};
    std::string token = identity::sign_jwt(claims, expected.type, "k1", seed);
    auto const believed = identity::verify_jwt(token, keys, expected, now);
    TANDEM_ASSERT(believed.ok() == (data[0] > 0 && token.size() <= identity::jwt_bytes_max),
                  "a token of ours is not believed, or an old one is");
    if (!believed.ok()) return 0;
    TANDEM_ASSERT(render_json(*believed) == render_json(claims), "claims changed on their way");
    token[data[1] % token.size()] ^= 1;
    TANDEM_ASSERT(!identity::verify_jwt(token, keys, expected, now).ok(), "a change unnoticed");
    return 0;
}
