#include "world/dns_update.hpp"

#include "codec/base64.hpp"
#include "world/sockets.hpp"

#include <ldns/ldns.h>

#include <charconv>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace tandem::world {
namespace {

constexpr time_t answer_wait_seconds = 2;
constexpr std::uint8_t tries = 2;

struct Free {
    void operator()(ldns_resolver* it) const { ldns_resolver_deep_free(it); }
    void operator()(ldns_pkt* it) const { ldns_pkt_free(it); }
    void operator()(ldns_rdf* it) const { ldns_rdf_deep_free(it); }
    void operator()(ldns_rr_list* it) const { ldns_rr_list_deep_free(it); }
    void operator()(char* it) const { std::free(it); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Error unavailable(std::string why) { return Error{Errc::unavailable, std::move(why)}; }

Owned<ldns_rdf> name_of(std::string const& text) {
    return Owned<ldns_rdf>{ldns_dname_new_frm_str(text.c_str())};
}

Result<Owned<ldns_resolver>> open(DnsServer const& server) {
    Owned<ldns_resolver> resolver{ldns_resolver_new()};
    bool const v6 = server.address.find(':') != std::string::npos;
    Owned<ldns_rdf> const address{ldns_rdf_new_frm_str(
        v6 ? LDNS_RDF_TYPE_AAAA : LDNS_RDF_TYPE_A, server.address.c_str())};
    if (!address || ldns_resolver_push_nameserver(resolver.get(), address.get()) != LDNS_STATUS_OK)
        return Error{Errc::argument_invalid, server.address + " is no address"};
    ldns_resolver_set_port(resolver.get(), server.port);
    ldns_resolver_set_recursive(resolver.get(), false);
    ldns_resolver_set_usevc(resolver.get(), true);
    ldns_resolver_set_retry(resolver.get(), tries);
    ldns_resolver_set_timeout(resolver.get(), timeval{answer_wait_seconds, 0});
    ldns_resolver_set_tsig_keyname(resolver.get(), (server.key_name + ".").c_str());
    ldns_resolver_set_tsig_algorithm(resolver.get(), (server.key_algorithm + ".").c_str());
    ldns_resolver_set_tsig_keydata(resolver.get(), server.key_secret.c_str());
    return resolver;
}

/// What an exchange came to, when it did not simply succeed. A server that does not know the key
/// cannot sign its refusal, so that is looked at before the signature.
Result<void> check(ldns_status status, Owned<ldns_pkt> const& answer) {
    auto const rcode = answer ? ldns_pkt_get_rcode(answer.get()) : LDNS_RCODE_NOERROR;
    if (answer && rcode == LDNS_RCODE_NOTAUTH)
        return Error{Errc::forbidden, "NOTAUTH: the server does not accept the key"};
    if (answer && rcode == LDNS_RCODE_REFUSED)
        return Error{Errc::forbidden, "REFUSED: the key may not do this"};
    if (status == LDNS_STATUS_CRYPTO_TSIG_BOGUS || status == LDNS_STATUS_CRYPTO_TSIG_ERR)
        return Error{Errc::forbidden,
                     "the server does not know the key: its answer is not signed with it"};
    if (status != LDNS_STATUS_OK || !answer)
        return unavailable(std::string{"the name server does not answer: "} +
                           ldns_get_errorstr_by_id(status));
    return {};
}

Error refused(Owned<ldns_pkt> const& answer) {
    Owned<char> const word{ldns_pkt_rcode2str(ldns_pkt_get_rcode(answer.get()))};
    return unavailable(word ? word.get() : "refused");
}

/// The records of one type at a name, as texts of their data.
Result<std::vector<std::string>> read(ldns_resolver* resolver, std::string const& host,
                                      ldns_rr_type type) {
    ldns_pkt* raw = nullptr;
    auto const status =
        ldns_resolver_send(&raw, resolver, name_of(host).get(), type, LDNS_RR_CLASS_IN, 0);
    Owned<ldns_pkt> const answer{raw};
    TANDEM_CHECK(check(status, answer));
    auto const rcode = ldns_pkt_get_rcode(answer.get());
    std::vector<std::string> found;
    if (rcode == LDNS_RCODE_NXDOMAIN) return found;
    if (rcode != LDNS_RCODE_NOERROR) return refused(answer);
    Owned<ldns_rr_list> const records{
        ldns_pkt_rr_list_by_type(answer.get(), type, LDNS_SECTION_ANSWER)};
    for (std::size_t i = 0; records && i < ldns_rr_list_rr_count(records.get()); ++i) {
        auto const* const record = ldns_rr_list_rr(records.get(), i);
        Owned<char> const text{ldns_rdf2str(ldns_rr_rdf(record, 0))};
        if (text) found.emplace_back(text.get());
    }
    return found;
}

/// The epoch in `"instance=one epoch=7"`, if it is this instance's.
std::optional<std::uint32_t> epoch_in(std::string_view text, std::string const& instance) {
    std::string const start = "\"instance=" + instance + " epoch=";
    if (!text.starts_with(start)) return std::nullopt;
    text.remove_prefix(start.size());
    std::uint32_t epoch = 0;
    auto const end = std::from_chars(text.data(), text.data() + text.size(), epoch);
    if (end.ec != std::errc{}) return std::nullopt;
    return epoch;
}

/// A record with its data; or without, for "the whole set of that type".
ldns_rr* record(std::string const& host, ldns_rr_type type, ldns_rr_class in, std::uint32_t ttl,
                std::string const& data) {
    ldns_rr* const made = ldns_rr_new();
    ldns_rr_set_owner(made, name_of(host).release());
    ldns_rr_set_type(made, type);
    ldns_rr_set_class(made, in);
    ldns_rr_set_ttl(made, ttl);
    if (data.empty()) return made;
    auto const kind = type == LDNS_RR_TYPE_A      ? LDNS_RDF_TYPE_A
                      : type == LDNS_RR_TYPE_AAAA ? LDNS_RDF_TYPE_AAAA
                                                  : LDNS_RDF_TYPE_STR;
    ldns_rr_push_rdf(made, ldns_rdf_new_frm_str(kind, data.c_str()));
    return made;
}

std::string unquoted(std::string const& text) {
    return text.size() >= 2 && text.front() == '"' ? text.substr(1, text.size() - 2) : text;
}

Result<void> write(ldns_resolver* resolver, DnsServer const& server, DnsClaim const& claim,
                   std::vector<std::string> const& standing, std::string const& mark) {
    std::string const owner = "_tandem." + claim.host;
    bool const v6 = claim.address.find(':') != std::string::npos;
    auto const type = v6 ? LDNS_RR_TYPE_AAAA : LDNS_RR_TYPE_A;
    Owned<ldns_rr_list> const demands{ldns_rr_list_new()};
    auto demand = [&](ldns_rr* one) { ldns_rr_list_push_rr(demands.get(), one); };
    if (standing.empty()) demand(record(owner, LDNS_RR_TYPE_TXT, LDNS_RR_CLASS_NONE, 0, {}));
    for (auto const& text : standing)
        demand(record(owner, LDNS_RR_TYPE_TXT, LDNS_RR_CLASS_IN, 0, unquoted(text)));

    Owned<ldns_rr_list> const changes{ldns_rr_list_new()};
    auto change = [&](ldns_rr* one) { ldns_rr_list_push_rr(changes.get(), one); };
    for (auto const old : {LDNS_RR_TYPE_A, LDNS_RR_TYPE_AAAA})
        change(record(claim.host, old, LDNS_RR_CLASS_ANY, 0, {}));
    change(record(claim.host, type, LDNS_RR_CLASS_IN, server.ttl, claim.address));
    change(record(owner, LDNS_RR_TYPE_TXT, LDNS_RR_CLASS_ANY, 0, {}));
    change(record(owner, LDNS_RR_TYPE_TXT, LDNS_RR_CLASS_IN, server.ttl, mark));

    Owned<ldns_pkt> const update{ldns_update_pkt_new(name_of(server.zone).release(),
                                                     LDNS_RR_CLASS_IN, demands.get(),
                                                     changes.get(), nullptr)};
    if (!update) return unavailable("no update could be made");
    ldns_pkt_set_random_id(update.get());
    if (ldns_update_pkt_tsig_add(update.get(), resolver) != LDNS_STATUS_OK)
        return Error{Errc::forbidden, "the key cannot sign"};
    ldns_pkt* raw = nullptr;
    auto const status = ldns_resolver_send_pkt(&raw, resolver, update.get());
    Owned<ldns_pkt> const answer{raw};
    TANDEM_CHECK(check(status, answer));
    switch (ldns_pkt_get_rcode(answer.get())) {
        case LDNS_RCODE_NOERROR: return {};
        case LDNS_RCODE_YXRRSET:
        case LDNS_RCODE_NXRRSET:
        case LDNS_RCODE_NXDOMAIN:
        case LDNS_RCODE_YXDOMAIN: return unavailable("somebody else wrote meanwhile");
        default: return refused(answer);
    }
}

}  // namespace

Result<void> read_dns_key(std::string const& text, DnsServer& server) {
    auto const first = text.find(':');
    auto const second = first == std::string::npos ? first : text.find(':', first + 1);
    Error const wrong{Errc::argument_invalid,
                      "a DNS key is NAME:ALGORITHM:SECRET, the secret in base64"};
    if (second == std::string::npos) return wrong;
    server.key_name = text.substr(0, first);
    server.key_algorithm = text.substr(first + 1, second - first - 1);
    server.key_secret = text.substr(second + 1);
    while (!server.key_secret.empty() && server.key_secret.back() == '\n')
        server.key_secret.pop_back();
    auto const secret = base64_decode(server.key_secret);
    if (server.key_name.empty() || !secret || secret->empty()) return wrong;
    if (server.key_algorithm != "hmac-sha256" && server.key_algorithm != "hmac-sha512")
        return Error{Errc::argument_invalid, "a DNS key's algorithm is hmac-sha256 or hmac-sha512"};
    return {};
}

bool in_zone(std::string const& host, std::string const& zone) {
    return !zone.empty() && !is_address(host) && host.size() > zone.size() + 1 &&
           host.ends_with("." + zone);
}

Result<DnsOutcome> claim_name(DnsServer const& server, DnsClaim const& claim) {
    if (!in_zone(claim.host, server.zone) || !is_address(claim.address))
        return Error{Errc::argument_invalid, claim.host + " is not in the zone"};
    TANDEM_TRY(auto const resolver, open(server));
    TANDEM_TRY(auto const marks,
               read(resolver.get(), "_tandem." + claim.host, LDNS_RR_TYPE_TXT));
    for (auto const& mark : marks)
        if (auto const epoch = epoch_in(mark, claim.instance); epoch && *epoch > claim.epoch)
            return DnsOutcome::superseded;
    std::string const mark =
        "instance=" + claim.instance + " epoch=" + std::to_string(claim.epoch);
    bool const v6 = claim.address.find(':') != std::string::npos;
    TANDEM_TRY(auto const addresses,
               read(resolver.get(), claim.host, v6 ? LDNS_RR_TYPE_AAAA : LDNS_RR_TYPE_A));
    if (marks == std::vector{"\"" + mark + "\""} && addresses == std::vector{claim.address})
        return DnsOutcome::unchanged;
    TANDEM_CHECK(write(resolver.get(), server, claim, marks, mark));
    return DnsOutcome::written;
}

}  // namespace tandem::world
