// hub/bearer.cpp -- back ends that come with a token of control's instead of a key's signature.

#include "hub/handlers.hpp"
#include "identity/access_token.hpp"
#include "identity/control_principal.hpp"
#include "identity/jwt.hpp"

namespace tandem::hub {

namespace {

constexpr std::string_view scheme = "Bearer ";

std::uint32_t with_implied(std::uint32_t rights) {
    if ((rights & bits(Right::registry_write)) != 0) rights |= bits(Right::registry_read);
    if ((rights & bits(Right::service_connect)) != 0) rights |= bits(Right::twin_write);
    if ((rights & bits(Right::twin_write)) != 0) rights |= bits(Right::twin_read);
    return rights;
}

bool same_scheme(std::string_view text) {
    if (text.size() < scheme.size()) return false;
    for (std::size_t i = 0; i < scheme.size(); ++i)
        if ((text[i] | 0x20) != (scheme[i] | 0x20)) return false;
    return true;
}

std::vector<identity::JwtKey> keys_of(record::HubSettings const& settings) {
    std::vector<identity::JwtKey> keys;
    for (auto const& key : settings.token_keys()) keys.push_back({key.id(), key.public_key()});
    return keys;
}

record::DataGrant const* grant_of(record::HubSettings const& settings, std::string const& who,
                                  std::uint64_t generation) {
    for (auto const& grant : settings.grants())
        if (grant.principal() == who && grant.generation() == generation) return &grant;
    return nullptr;
}

}  // namespace

bool includes(std::uint32_t rights, Right right) {
    return (with_implied(rights) & bits(right)) == bits(right);
}

bool is_bearer(std::string_view authorization) {
    // Over AMQP the token stands alone: three parts, and no blank as after a scheme.
    return same_scheme(authorization) || (authorization.find(' ') == authorization.npos &&
                                          authorization.find('.') != authorization.npos);
}

Result<Decision> authorize_bearer(Authorize const& command, Context const& context) {
    std::string_view text = command.sas;
    if (same_scheme(text)) text.remove_prefix(scheme.size());
    auto const claims = identity::verify_jwt(text, keys_of(context.settings),
                                             {.type = identity::access_token_type,
                                              .issuer = context.settings.token_issuer(),
                                              .audience = identity::data_audience},
                                             context.now.wall);
    if (!claims.ok()) return Error{Errc::unauthorized, "Unauthorized"};
    std::string const who = identity::claim_text(*claims, "oid");
    auto const* grant =
        who.empty() ? nullptr
                    : grant_of(context.settings, who, identity::claim_number(*claims, "gen"));
    auto const limit = identity::claim_number(*claims, identity::rights_claim);
    bool const limited =
        limit != 0 && !includes(static_cast<std::uint32_t>(limit), command.right);
    if (grant == nullptr || limited || !includes(grant->rights(), command.right))
        return Error{Errc::forbidden, "no role gives this right"};
    auto const expires = static_cast<std::int64_t>(identity::claim_number(*claims, "exp"));
    return Decision{.facts = {},
                    .reply = Authorized{.policy = {},
                                        .expires_at = wall_from_micros(expires * 1'000'000),
                                        .proof = Proof::other,
                                        .hub = context.definition.name()}};
}

}  // namespace tandem::hub
