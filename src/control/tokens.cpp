#include "control/tokens.hpp"

#include "codec/hex.hpp"
#include "identity/ed25519.hpp"

#include <utility>

namespace tandem::control {

namespace {

constexpr char const* id_type = "JWT";

json::object who(record::Principal const& principal, std::string const& tenant) {
    json::object claims{{"oid", principal.id()}, {"sub", principal.id()}, {"tid", tenant}};
    if (principal.user()) {
        claims["upn"] = principal.name();
        claims["unique_name"] = principal.name();
    }
    return claims;
}

void add_times(json::object& claims, Duration life, Now now) {
    std::int64_t const seconds = to_seconds(now.wall);
    claims["iat"] = seconds;
    claims["nbf"] = seconds;
    claims["exp"] = seconds + std::chrono::duration_cast<std::chrono::seconds>(life).count();
}

}  // namespace

std::vector<record::SigningKey const*> Tokens::keys() const {
    std::vector<record::SigningKey const*> all;
    for (auto const& [id, key] : context_.model().all<record::SigningKey>()) all.push_back(&key);
    return all;
}

/// The newest that everybody has had time to learn; if there is none, the oldest.
record::SigningKey const* Tokens::signer(Now now) const {
    std::int64_t const settled = to_micros(now.wall - signing_key_settle);
    record::SigningKey const* best = nullptr;
    for (auto const* key : keys()) {
        if (key->retired_us() != 0) continue;
        bool const ready = key->created_us() <= settled;
        bool const best_ready = best != nullptr && best->created_us() <= settled;
        if (best == nullptr || (ready && !best_ready) ||
            (ready == best_ready && (key->created_us() > best->created_us()) == ready))
            best = key;
    }
    return best;
}

void Tokens::tend_keys(Now now) {
    std::int64_t const wall = to_micros(now.wall);
    std::int64_t newest = 0;
    for (auto const* key : keys())
        if (key->retired_us() == 0) newest = std::max(newest, key->created_us());
    if (newest == 0 || wall - newest >= context_.options.key_life.count()) {
        record::SigningKey key;
        key.set_id(hex_encode(random_bytes(context_.random, 8)));
        key.set_seed(random_bytes(context_.random, identity::ed25519_seed_bytes));
        key.set_created_us(wall);
        context_.ledger.put(key);
    }
    auto const* signing = signer(now);
    std::vector<record::SigningKey> retired;
    std::vector<std::string> expired;
    for (auto const* key : keys()) {
        if (key->retired_us() != 0) {
            if (key->retired_us() + context_.options.token_life.count() < wall)
                expired.push_back(key->id());
        } else if (key->created_us() < signing->created_us()) {
            retired.push_back(*key);
        }
    }
    for (auto& key : retired) {
        key.set_retired_us(wall);
        context_.ledger.put(key);
    }
    for (auto const& id : expired) context_.ledger.remove<record::SigningKey>(id);
}

std::vector<identity::JwtKey> Tokens::public_keys() const {
    std::vector<identity::JwtKey> all;
    for (auto const* key : keys()) {
        if (key->seed().size() != identity::ed25519_seed_bytes) continue;
        all.push_back({key->id(), identity::ed25519_public_key(key->seed())});
    }
    return all;
}

std::string Tokens::sign(json::object const& claims, char const* type, Now now) const {
    auto const* key = signer(now);
    TANDEM_ASSERT(key != nullptr, "no key to sign with");
    return identity::sign_jwt(claims, type, key->id(), key->seed());
}

std::string Tokens::access_token(record::Principal const& principal, std::string const& audience,
                                 std::string const& client, Now now) const {
    json::object claims = who(principal, context_.options.tenant);
    claims["iss"] = issuer();
    claims["aud"] = audience;
    claims["appid"] = client;
    claims["jti"] = hex_encode(random_bytes(context_.random, 16));
    claims["gen"] = static_cast<std::int64_t>(principal.generation());
    add_times(claims, context_.options.token_life, now);
    return sign(claims, identity::access_token_type, now);
}

std::string Tokens::id_token(record::Principal const& principal, std::string const& issuer,
                             std::string const& client, Now now) const {
    json::object claims = who(principal, context_.options.tenant);
    claims["iss"] = issuer;
    claims["aud"] = client;
    claims["name"] = principal.name();
    claims["preferred_username"] = principal.name();
    add_times(claims, context_.options.token_life, now);
    return sign(claims, id_type, now);
}

record::Principal const* Tokens::bearer(std::string_view token, Now now) const {
    auto const claims = identity::verify_jwt(
        token, public_keys(),
        {.type = identity::access_token_type, .issuer = issuer(), .audience = management_audience},
        now.wall);
    if (!claims.ok()) return nullptr;
    auto const* principal = principals_.find(identity::claim_text(*claims, "oid"));
    if (principal == nullptr || identity::claim_number(*claims, "gen") != principal->generation())
        return nullptr;
    return principal;
}

}  // namespace tandem::control
