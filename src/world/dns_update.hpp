// world/dns_update.hpp -- one hub's name in DNS, made to lead to a region by dynamic update.
//
// Beside the name's address stands a TXT record `_tandem.{name}` with the epoch that wrote it.
// Every update demands that this record is as it was read (a prerequisite, checked by the server),
// and is not sent when a higher epoch stands there: an owner of old never overwrites its successor,
// however long it or its packets were held up.
//
// Source  RFC 2136 (update), RFC 8945 (TSIG), by way of ldns. Blocking: for a thread of its own.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>

namespace tandem::world {

struct DnsServer {
    std::string address;             ///< IP literal
    std::uint16_t port = 53;
    std::string zone;                ///< "iot.example.net"
    std::string key_name;
    std::string key_algorithm;       ///< "hmac-sha256"
    std::string key_secret;          ///< base64; secret
    std::uint32_t ttl = 5;           ///< seconds
};

/// "NAME:ALGORITHM:SECRET" into the server's key. Errors: argument_invalid.
Result<void> read_dns_key(std::string const& text, DnsServer& server);

struct DnsClaim {
    std::string host;                ///< within the zone
    std::string address;             ///< IP literal
    std::string instance;            ///< of the hub; an earlier hub of the name is overwritten
    std::uint32_t epoch = 0;
    bool operator==(DnsClaim const&) const = default;
};

enum class DnsOutcome : std::uint8_t {
    written,
    unchanged,                       ///< it stood there already
    superseded,                      ///< a higher epoch stands there; nothing was sent
};

bool in_zone(std::string const& host, std::string const& zone);

/// Errors: unavailable -- the server does not answer, refuses, or somebody else wrote meanwhile;
/// forbidden -- it does not accept our key, or its answer is not signed with it.
Result<DnsOutcome> claim_name(DnsServer const& server, DnsClaim const& claim);

}  // namespace tandem::world
