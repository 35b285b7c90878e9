// control/sign_in.hpp -- principals prove who they are: by a secret, a password, a refresh token.
//
// Shape   a refresh token is "<grant>.<secret>", both hex; the secret's SHA-256 is kept, and a key
//         that makes the next secret of it (HMAC-SHA256). The one before counts for a minute more
//         and gets the same next one, so that neither a lost answer nor two requests at once end a
//         sign-in; an older one is stolen or copied, and ends the whole grant.
// Invariant  nobody configured, a damaged secret hash, an empty secret: nobody gets in. Unknown,
//            wrong and too often are the same refusal; the first two take the same time.
#pragma once

#include "control/attempts.hpp"
#include "control/tokens.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::control {

inline constexpr Attempts::Allowance name_from_source_allowance{.at_once = 10, .one_more = 30s};
inline constexpr Attempts::Allowance source_allowance{.at_once = 50, .one_more = 6s};
inline constexpr Attempts::Allowance name_allowance{.at_once = 100, .one_more = 30s};
inline constexpr Attempts::Allowance device_allowance{.at_once = 20, .one_more = 30s};
/// Passwords that are compared at a time: in all, and for one address.
inline constexpr std::size_t compared_max = 64;
inline constexpr std::size_t compared_per_source_max = 10;
inline constexpr std::size_t refresh_grants_max = 10'000;
inline constexpr std::size_t refresh_grants_per_principal_max = 50;
inline constexpr Duration refresh_replay_allowed = 60s;

class SignIn {
public:
    SignIn(Context context, Principals& principals, Tokens& tokens)
        : context_(context), principals_(principals), tokens_(tokens) {}

    /// Who that is, or nullptr. `source`: network address.
    record::Principal const* by_secret(std::string_view id, std::string_view secret,
                                       std::string const& source, Now now);
    /// The same for a password, in two steps: nullopt when it is to be compared first
    /// (SecretCheck); asked again after on_checked.
    std::optional<record::Principal const*> by_password(RequestId request, std::string_view name,
                                                        std::string_view password,
                                                        std::string const& source, Now now);
    bool compares(RequestId request) const { return compared_.contains(request); }
    /// `wanted`: by_password will be asked again.
    void on_checked(RequestId request, SecretVerdict const& verdict, bool wanted, Now now);

    /// A refresh token for a sign-in just made with the program `client`.
    std::string open_grant(record::Principal const& principal, std::string const& client, Now now);
    struct Refreshed {
        record::Principal const* principal;
        std::string token;                   ///< the next one
    };
    std::optional<Refreshed> refresh(std::string_view token, std::string const& client,
                                     std::string const& source, Now now);

    /// Whether somebody may ask for another code for a device.
    bool may_begin(std::string const& source, Now now);
    /// Whether a user may try another code, and that one was wrong.
    bool may_approve(std::string const& principal, Now now);
    void wrong_code(std::string const& principal, Now now);

    /// Who the token in this Authorization header belongs to, or nullptr.
    record::Principal const* bearer(std::string const* authorization, Now now) const;
    void sweep(Now now);

private:
    struct Compared {
        std::string name;
        std::string source;
        std::uint64_t generation = 0;   ///< of the principal then; 0: nobody was found
        std::optional<SecretVerdict> verdict;
    };
    bool may_compare(std::string const& source) const;
    bool allowed(std::string const& name, std::string const& source, Now now);
    void failed(std::string const& name, std::string const& source, Now now);
    void make_room(std::string const& principal, Now now);

    Context context_;
    Principals& principals_;
    Tokens& tokens_;
    Attempts by_name_and_source_{name_from_source_allowance};
    Attempts by_source_{source_allowance};
    Attempts by_name_{name_allowance};
    Attempts begun_by_source_{device_allowance};
    Attempts codes_by_principal_{device_allowance};
    std::map<RequestId, Compared> compared_;
};

}  // namespace tandem::control
