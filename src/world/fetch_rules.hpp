// world/fetch_rules.hpp -- which addresses a request for somebody else's server may go to.
//
// A caller names the server (a blob container, a webhook); what the name resolves to is only known
// when the socket is opened, so that is where these rules are asked: after resolution, for every
// connection, with no redirect followed. Public unicast addresses only; never one of our own.
//
// Source  IANA special-purpose address registries (IPv4: RFC 6890; IPv6: everything outside
//         2000::/3 and what embeds an IPv4 address in it); 168.63.129.16, Azure's host agent.
// Purity  functions of their arguments.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace tandem::world {

/// 4 or 16 bytes, network order. Everything else is not public.
bool is_public_address(std::span<std::uint8_t const> address);

struct FetchRules {
    std::set<std::string> allowed;        ///< "host:port", lower case: as the url says it
    std::set<std::string> own;            ///< addresses of our own nodes, as texts

    /// The operator lets requests go to this server, wherever it is, without TLS too.
    bool allows_server(std::string_view host, std::uint16_t port) const;
    bool allows_address(std::span<std::uint8_t const> address) const;
};

}  // namespace tandem::world
