// control/tokens.hpp -- access tokens: signed, checked, and the keys they are signed with.
//
// Shape   JWT (identity/jwt.hpp). An access token says who (oid, sub, appid or upn), for what
//         (aud: the management API, or the hubs' own), from when until when, and the principal's
//         generation (gen): it counts only while the principal has that generation.
//         A key signs from settle time after it was made until the next one does, and verifies
//         until the last token it signed has expired.
#pragma once

#include "control/principals.hpp"
#include "identity/access_token.hpp"
#include "identity/jwt.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tandem::control {

using identity::data_audience;
using identity::management_audience;
/// Hubs' regions learn a new key before anything is signed with it.
inline constexpr Duration signing_key_settle = 5min;

class Tokens {
public:
    Tokens(Context context, Principals& principals) : context_(context), principals_(principals) {}

    /// Makes the first key; later the next one, retires the old one, forgets the expired one.
    void tend_keys(Now now);
    std::vector<record::SigningKey const*> keys() const;
    /// The public halves, which tokens are checked against.
    std::vector<identity::JwtKey> public_keys() const;

    /// `issuer` of access tokens: the same whatever name a client reached us by.
    std::string issuer() const { return "urn:tandem:" + context_.options.tenant; }
    std::string access_token(record::Principal const& principal, std::string const& audience,
                             std::string const& client, Now now) const;
    /// Says to the program `client` who signed in; worth nothing as an access token.
    std::string id_token(record::Principal const& principal, std::string const& issuer,
                         std::string const& client, Now now) const;

    /// Who the bearer of this management token is, or nullptr.
    record::Principal const* bearer(std::string_view token, Now now) const;

private:
    record::SigningKey const* signer(Now now) const;
    std::string sign(json::object const& claims, char const* type, Now now) const;

    Context context_;
    Principals& principals_;
};

}  // namespace tandem::control
