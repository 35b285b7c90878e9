#include "control/sign_in.hpp"
#include "codec/hex.hpp"

#include "identity/secret.hpp"

#include <vector>

namespace tandem::control {

namespace {

constexpr std::size_t tokens_max = 10'000;
constexpr std::size_t authorization_bytes_max = 4096;

}  // namespace

std::optional<std::string> SignIn::grant(std::string_view client, std::string_view secret,
                                         Now now) {
    Client const* found = nullptr;
    for (Client const& known : context_.options.clients)
        if (!known.id.empty() && equal_ci(known.id, client)) found = &known;
    // Without a client the comparison takes place all the same, against nothing.
    bool const right = identity::secret_matches(secret, found ? found->secret_hash : "");
    if (found == nullptr || !right) return std::nullopt;
    auto const& tokens = context_.model().all<record::AccessToken>();
    if (tokens.size() >= tokens_max) {
        sweep(now);
        if (tokens.size() >= tokens_max) {
            auto oldest = tokens.begin();
            for (auto it = oldest; it != tokens.end(); ++it)
                if (it->second.expires_us() < oldest->second.expires_us()) oldest = it;
            context_.ledger.remove<record::AccessToken>(Bytes{oldest->first});
        }
    }
    std::string const token = hex_encode(random_bytes(context_.random, 32));
    record::AccessToken kept;
    kept.set_hash(identity::digest(token));
    kept.set_client(found->id);
    kept.set_expires_us(to_micros(now.wall + context_.options.token_life));
    context_.ledger.put(kept);
    return token;
}

std::optional<std::string> SignIn::bearer(std::string const* authorization, Now now) const {
    if (authorization == nullptr || authorization->size() > authorization_bytes_max)
        return std::nullopt;
    std::string_view text = *authorization;
    constexpr std::string_view scheme = "Bearer ";
    if (text.size() <= scheme.size() || !equal_ci(text.substr(0, scheme.size()), scheme))
        return std::nullopt;
    text.remove_prefix(scheme.size());
    Bytes const hash = identity::digest(text);
    record::AccessToken const* token = context_.model().find<record::AccessToken>(hash);
    if (token == nullptr || !identity::equal_constant_time(token->hash(), hash))
        return std::nullopt;
    if (token->expires_us() <= to_micros(now.wall)) return std::nullopt;
    for (Client const& known : context_.options.clients)
        if (known.id == token->client()) return known.id;
    return std::nullopt;   // the client was taken out of the configuration
}

void SignIn::sweep(Now now) {
    std::vector<Bytes> gone;
    for (auto const& [hash, token] : context_.model().all<record::AccessToken>())
        if (token.expires_us() <= to_micros(now.wall)) gone.push_back(hash);
    for (auto const& hash : gone) context_.ledger.remove<record::AccessToken>(hash);
}

}  // namespace tandem::control
