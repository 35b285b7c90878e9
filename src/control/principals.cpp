#include "control/principals.hpp"

#include "codec/utf8.hpp"
#include "identity/secret.hpp"

#include <utility>

namespace tandem::control {

namespace {
constexpr std::size_t generation_bytes = 6;   // fits every JSON reader's numbers
}

std::vector<std::string> Principals::take_configuration(Now now) {
    std::vector<std::string> added;
    for (Client const& client : context_.options.clients) {
        record::Principal wanted;
        wanted.set_id(client.id);
        wanted.set_name(client.id);
        configure(wanted, client.secret_hash, now, added);
    }
    for (User const& configured : context_.options.users) {
        record::Principal wanted;
        wanted.set_user(true);
        wanted.set_name(configured.name);
        for (auto const& [key, known] : context_.model().all<record::Principal>())
            if (known.user() && !known.configured_hash().empty() &&
                equal_ci(known.name(), configured.name))
                wanted.set_id(known.id());
        if (wanted.id().empty()) wanted.set_id(random_guid(context_.random));
        configure(wanted, configured.password_hash, now, added);
    }
    return added;
}

std::uint64_t Principals::new_generation() const {
    std::uint64_t generation = 0;
    for (char c : random_bytes(context_.random, generation_bytes))
        generation = generation << 8 | static_cast<unsigned char>(c);
    return generation;
}

void Principals::configure(record::Principal wanted, std::string const& hash, Now now,
                           std::vector<std::string>& added) {
    if (!is_name(wanted.id()) || !is_name(wanted.name()) || hash.empty()) return;
    auto const* known = context_.model().find<record::Principal>(lower(wanted.id()));
    if (known != nullptr && known->configured_hash() == hash) return;
    if (known != nullptr) wanted = *known;
    if (known == nullptr || known->deleted()) added.push_back(wanted.id());
    if (known == nullptr) wanted.set_created_us(to_micros(now.wall));
    wanted.set_deleted(false);
    wanted.set_secret_hash(hash);
    wanted.set_configured_hash(hash);
    wanted.set_generation(new_generation());
    context_.ledger.put(wanted);
}

record::Principal const* Principals::find(std::string_view id) const {
    auto const* found = context_.model().find<record::Principal>(lower(id));
    return found == nullptr || found->deleted() ? nullptr : found;
}

record::Principal const* Principals::user(std::string_view name) const {
    record::Principal const* found = nullptr;
    for (auto const& [key, principal] : context_.model().all<record::Principal>()) {
        if (!principal.user() || principal.deleted() || !equal_ci(principal.name(), name)) continue;
        if (found == nullptr || principal.created_us() < found->created_us()) found = &principal;
    }
    return found;
}

record::Principal const* Principals::service(std::string_view id) const {
    auto const* found = find(id);
    return found == nullptr || found->user() ? nullptr : found;
}

void Principals::set_secret(record::Principal principal, std::string_view secret) {
    int const rounds =
        principal.user() ? context_.options.password_rounds : identity::machine_rounds;
    principal.set_secret_hash(
        identity::hash_secret(secret, random_bytes(context_.random, salt_bytes), rounds));
    principal.set_generation(new_generation());
    principal.set_deleted(false);
    context_.ledger.put(principal);
}

void Principals::remove(record::Principal principal) {
    if (principal.configured_hash().empty()) {
        context_.ledger.remove<record::Principal>(lower(principal.id()));
        return;
    }
    principal.set_deleted(true);
    principal.clear_secret_hash();
    principal.set_generation(new_generation());
    context_.ledger.put(principal);
}

bool Principals::is_name(std::string_view text) {
    return !text.empty() && text.size() <= principal_name_bytes_max && utf8_valid(text) &&
           utf8_bytes_without_controls(text) == text.size();
}

}  // namespace tandem::control
