// control/principals.hpp -- who can sign in: users by name and password, service principals by id
// and secret.
//
// The installation's configuration gives the first ones; it is taken over when it changes, so that
// a secret renewed there works, and neither a secret changed nor a principal deleted through the
// API comes back by a restart.
//
// Invariant  of a secret only its hash is kept; a changed secret or a deletion ends every token
//            (Principal.generation).
#pragma once

#include "control/context.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::control {

inline constexpr std::size_t principals_max = 10'000;
inline constexpr std::size_t principal_name_bytes_max = 128;
inline constexpr std::size_t secret_bytes_max = 256;
inline constexpr std::size_t password_bytes_min = 12;

class Principals {
public:
    static constexpr std::size_t salt_bytes = 16;

    explicit Principals(Context context) : context_(context) {}

    /// Takes the configuration over; returns the ids of those who are new.
    std::vector<std::string> take_configuration(Now now);

    /// By id, or nullptr; the deleted are not found.
    record::Principal const* find(std::string_view id) const;
    /// Of several of one name the one made first.
    record::Principal const* user(std::string_view name) const;
    record::Principal const* service(std::string_view id) const;
    std::size_t count() const { return context_.model().all<record::Principal>().size(); }

    /// Records a principal whose secret is new; every token it has is worth nothing from now on.
    void set_secret(record::Principal principal, std::string_view secret);
    void remove(record::Principal principal);

    /// True for text that may be a name or an id: not empty, bounded, no control characters.
    static bool is_name(std::string_view text);

private:
    /// Another one than any before, also than those of an earlier principal of the same id.
    std::uint64_t new_generation() const;
    void configure(record::Principal wanted, std::string const& hash, Now now,
                   std::vector<std::string>& added);

    Context context_;
};

}  // namespace tandem::control
