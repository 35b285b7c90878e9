// identity/access_token.hpp -- what control's access tokens and those who check them agree on.
//
// Shape   a JWT (identity/jwt.hpp) of type access_token_type; claims iss, aud, exp, nbf, iat, jti,
//         oid (who), gen (the principal's generation: another one's tokens do not count).
#pragma once

namespace tandem::identity {

inline constexpr char const* access_token_type = "at+jwt";
inline constexpr char const* management_audience = "https://management.azure.com/";
inline constexpr char const* data_audience = "https://iothubs.azure.net";

}  // namespace tandem::identity
