#include "control/own_token.hpp"

#include "codec/hex.hpp"
#include "identity/access_token.hpp"
#include "identity/control_principal.hpp"
#include "identity/jwt.hpp"

namespace tandem::control {

namespace {

constexpr std::uint64_t own_generation = 1;

/// The oldest that is not retired: of those in use the one that regions have known for longest.
record::SigningKey const* signer(Context const& context) {
    record::SigningKey const* oldest = nullptr;
    for (auto const& [id, key] : context.model().all<record::SigningKey>()) {
        if (key.retired_us() != 0) continue;
        if (oldest == nullptr || key.created_us() < oldest->created_us()) oldest = &key;
    }
    return oldest;
}

}  // namespace

void grant_own(record::HubSettings& settings) {
    auto& grant = *settings.add_grants();
    grant.set_principal(identity::control_principal);
    grant.set_generation(own_generation);
    grant.set_rights(bits(hub::Right::registry_write) | bits(hub::Right::service_connect));
}

Result<std::string> own_token(Context const& context, record::HubSettings const& settings,
                              hub::Right right, Now now) {
    auto const* key = signer(context);
    if (key == nullptr) return Error{Errc::unavailable, "there is no key to sign with yet"};
    std::int64_t const seconds = to_seconds(now.wall);
    std::int64_t const end = to_seconds(now.wall + own_token_life);
    json::object const claims{
        {"iss", settings.token_issuer()},
        {"aud", identity::data_audience},
        {"oid", identity::control_principal},
        {"gen", static_cast<std::int64_t>(own_generation)},
        {identity::rights_claim, static_cast<std::int64_t>(bits(right))},
        {"jti", hex_encode(random_bytes(context.random, 16))},
        {"iat", seconds},
        {"nbf", seconds},
        {"exp", end}};
    return identity::sign_jwt(claims, identity::access_token_type, key->id(), key->seed());
}

}  // namespace tandem::control
