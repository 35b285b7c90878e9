// control/sign_in.hpp -- clients, and the bearer tokens they get for their secrets.
//
// Shape   a token is 32 random bytes as hex: opaque, worth nothing once expired. Its SHA-256
//         is kept, so that a restart signs nobody out and the disk shows no token.
// Invariant  no clients configured, a damaged secret hash, an empty token: nobody gets in.
#pragma once

#include "control/context.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::control {

class SignIn {
public:
    explicit SignIn(Context context) : context_(context) {}

    /// A new token, or nullopt: unknown client and wrong secret are not told apart, in time either.
    std::optional<std::string> grant(std::string_view client, std::string_view secret, Now now);
    /// The client whose token this Authorization header carries.
    std::optional<std::string> bearer(std::string const* authorization, Now now) const;
    void sweep(Now now);

private:
    Context context_;
};

}  // namespace tandem::control
