#include "control/sign_in.hpp"

#include "codec/hex.hpp"
#include "identity/secret.hpp"

#include <utility>
#include <vector>

namespace tandem::control {

namespace {

constexpr std::size_t authorization_bytes_max = identity::jwt_bytes_max + 16;
constexpr std::size_t grant_id_bytes = 16;
constexpr std::size_t grant_secret_bytes = 32;

/// Keeps what a stranger makes us remember small.
std::string attempt_key(std::string_view name) {
    return lower(name.substr(0, principal_name_bytes_max));
}

}  // namespace

SecretVerdict check_secret(SecretCheck const& check) {
    SecretVerdict verdict;
    verdict.right = identity::secret_matches(check.secret, check.hash, check.rounds);
    if (verdict.right && identity::rounds_of(check.hash) < check.rounds)
        verdict.renewed = identity::hash_secret(check.secret, check.salt, check.rounds);
    return verdict;
}

bool SignIn::allowed(std::string const& name, std::string const& source, Now now) {
    return by_source_.allowed(source, now) && by_name_.allowed(name, now) &&
           by_name_and_source_.allowed(name + "\n" + source, now);
}

void SignIn::failed(std::string const& name, std::string const& source, Now now) {
    by_source_.failed(source, now);
    by_name_.failed(name, now);
    by_name_and_source_.failed(name + "\n" + source, now);
}

record::Principal const* SignIn::by_secret(std::string_view id, std::string_view secret,
                                           std::string const& source, Now now) {
    std::string const key = attempt_key(id);
    if (secret.size() > secret_bytes_max || !allowed(key, source, now)) return nullptr;
    auto const* found = principals_.service(id);
    // With nobody found the comparison takes place all the same, against nothing.
    bool const right =
        identity::secret_matches(secret, found != nullptr ? found->secret_hash() : "");
    if (found != nullptr && right) return found;
    failed(key, source, now);
    return nullptr;
}

bool SignIn::may_compare(std::string const& source) const {
    std::size_t own = 0;
    for (auto const& [request, compared] : compared_) own += compared.source == source;
    return compared_.size() < compared_max && own < compared_per_source_max;
}

std::optional<record::Principal const*> SignIn::by_password(RequestId request,
                                                            std::string_view name,
                                                            std::string_view password,
                                                            std::string const& source, Now now) {
    std::string const key = attempt_key(name);
    auto const* found = principals_.user(name);
    std::uint64_t const generation = found != nullptr ? found->generation() : 0;
    auto const place = compared_.find(request);
    if (place == compared_.end()) {
        if (password.size() > secret_bytes_max || !allowed(key, source, now) ||
            !may_compare(source))
            return nullptr;
        compared_.emplace(request, Compared{key, source, generation, std::nullopt});
        SecretCheck check;
        check.request = request;
        check.secret = password;
        check.hash = found != nullptr ? found->secret_hash() : "";
        check.rounds = context_.options.password_rounds;
        check.salt = random_bytes(context_.random, Principals::salt_bytes);
        context_.ledger.emit_now(std::move(check));
        return std::nullopt;
    }
    Compared const compared = std::move(place->second);
    compared_.erase(place);
    TANDEM_ASSERT(compared.verdict.has_value(), "a request is asked again before its verdict");
    // Somebody who has a new password since proved nothing with the old one.
    if (found == nullptr || !compared.verdict->right ||
        compared.generation != generation) {
        failed(key, source, now);
        return nullptr;
    }
    bool const renews = identity::rounds_of(compared.verdict->renewed) >
                        identity::rounds_of(found->secret_hash());
    if (!renews) return found;
    record::Principal renewed = *found;
    renewed.set_secret_hash(compared.verdict->renewed);
    context_.ledger.put(renewed);
    return principals_.user(name);
}

void SignIn::on_checked(RequestId request, SecretVerdict const& verdict, bool wanted, Now now) {
    auto const found = compared_.find(request);
    if (found == compared_.end()) return;
    found->second.verdict = verdict;
    if (wanted) return;
    if (!verdict.right) failed(found->second.name, found->second.source, now);
    compared_.erase(found);
}

std::string SignIn::open_grant(record::Principal const& principal, std::string const& client,
                               Now now) {
    make_room(principal.id(), now);
    std::string const secret = hex_encode(random_bytes(context_.random, grant_secret_bytes));
    record::RefreshGrant grant;
    grant.set_id(hex_encode(random_bytes(context_.random, grant_id_bytes)));
    grant.set_principal(principal.id());
    grant.set_generation(principal.generation());
    grant.set_client(client);
    grant.set_current_hash(identity::digest(secret));
    grant.set_chain_key(random_bytes(context_.random, grant_secret_bytes));
    grant.set_rotated_us(to_micros(now.wall));
    grant.set_expires_us(to_micros(now.wall + context_.options.refresh_life));
    context_.ledger.put(grant);
    return grant.id() + "." + secret;
}

std::optional<SignIn::Refreshed> SignIn::refresh(std::string_view token, std::string const& client,
                                                 std::string const& source, Now now) {
    if (!by_source_.allowed(source, now)) return std::nullopt;
    std::size_t const dot = token.find('.');
    std::string const id{token.substr(0, dot)};
    Bytes const hash = identity::digest(dot == token.npos ? "" : token.substr(dot + 1));
    auto const* found = context_.model().find<record::RefreshGrant>(id);
    if (found == nullptr) {
        by_source_.failed(source, now);
        return std::nullopt;
    }
    record::RefreshGrant grant = *found;
    std::int64_t const wall = to_micros(now.wall);
    auto const* principal = principals_.find(grant.principal());
    bool const in_force = principal != nullptr && principal->generation() == grant.generation() &&
                          grant.expires_us() > wall && grant.client() == client;
    bool const current = identity::equal_constant_time(hash, grant.current_hash());
    bool const replayed = identity::equal_constant_time(hash, grant.previous_hash()) &&
                          wall - grant.rotated_us() <= refresh_replay_allowed.count();
    if (!in_force || (!current && !replayed)) {
        context_.ledger.remove<record::RefreshGrant>(id);
        by_source_.failed(source, now);
        return std::nullopt;
    }
    bool const chained = !grant.chain_key().empty();
    if (!chained)
        grant.set_chain_key(random_bytes(context_.random, grant_secret_bytes));
    std::string const secret =
        hex_encode(identity::keyed_digest(grant.chain_key(), token.substr(dot + 1)));
    if (replayed && chained) return Refreshed{principal, id + "." + secret};
    grant.set_previous_hash(hash);
    grant.set_current_hash(identity::digest(secret));
    grant.set_rotated_us(wall);
    grant.set_expires_us(to_micros(now.wall + context_.options.refresh_life));
    context_.ledger.put(grant);
    return Refreshed{principal, id + "." + secret};
}

bool SignIn::may_begin(std::string const& source, Now now) {
    if (!begun_by_source_.allowed(source, now)) return false;
    begun_by_source_.failed(source, now);   // each counts, there is nothing to get wrong
    return true;
}

bool SignIn::may_approve(std::string const& principal, Now now) {
    return codes_by_principal_.allowed(principal, now);
}

void SignIn::wrong_code(std::string const& principal, Now now) {
    codes_by_principal_.failed(principal, now);
}

record::Principal const* SignIn::bearer(std::string const* authorization, Now now) const {
    if (authorization == nullptr || authorization->size() > authorization_bytes_max) return nullptr;
    std::string_view text = *authorization;
    constexpr std::string_view scheme = "Bearer ";
    if (text.size() <= scheme.size() || !equal_ci(text.substr(0, scheme.size()), scheme))
        return nullptr;
    return tokens_.bearer(text.substr(scheme.size()), now);
}

void SignIn::make_room(std::string const& principal, Now now) {
    sweep(now);
    auto const& grants = context_.model().all<record::RefreshGrant>();
    record::RefreshGrant const* oldest = nullptr;
    record::RefreshGrant const* oldest_own = nullptr;
    std::size_t own = 0;
    auto const older = [](auto const& one, auto const* than) {
        return than == nullptr || one.rotated_us() < than->rotated_us();
    };
    for (auto const& [id, grant] : grants) {
        if (older(grant, oldest)) oldest = &grant;
        if (grant.principal() != principal) continue;
        ++own;
        if (older(grant, oldest_own)) oldest_own = &grant;
    }
    if (own >= refresh_grants_per_principal_max)
        context_.ledger.remove<record::RefreshGrant>(std::string{oldest_own->id()});
    else if (grants.size() >= refresh_grants_max)
        context_.ledger.remove<record::RefreshGrant>(std::string{oldest->id()});
}

void SignIn::sweep(Now now) {
    std::vector<std::string> gone;
    for (auto const& [id, grant] : context_.model().all<record::RefreshGrant>()) {
        auto const* principal = principals_.find(grant.principal());
        if (grant.expires_us() <= to_micros(now.wall) || principal == nullptr ||
            principal->generation() != grant.generation())
            gone.push_back(id);
    }
    for (auto const& id : gone) context_.ledger.remove<record::RefreshGrant>(id);
}

}  // namespace tandem::control
