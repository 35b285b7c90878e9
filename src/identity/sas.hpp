// identity/sas.hpp -- shared access signatures: reading a token, and whether it proves anything.
//
// Source  data-plane contract 1.3.
// Shape   SharedAccessSignature sr={sr}&sig={sig}&se={se}[&skn={policy}], fields in any order.
//         sig = base64(HMAC-SHA256(base64-decoded key, sr as it stands + "\n" + se)).
// Purity  no clock: expiry is compared with the `now` given.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tandem::identity {

struct SasToken {
    std::string raw_resource;       ///< sr as it stands in the token: this is what was signed
    std::string resource;           ///< sr, percent-decoded once
    std::string signature;          ///< raw bytes of the decoded signature
    std::string expiry_text;        ///< se as it stands
    WallTime expires_at{};          ///< clamped to the latest WallTime when se is larger
    std::string policy;             ///< skn; empty when absent or empty
};

/// Errors: unauthorized -- not a token, a field missing, twice or unreadable.
Result<SasToken> parse_sas(std::string_view text);

/// True when `key_base64` (empty: never) signed the token. Constant time in the signature.
/// IoT Hub's clients sign with the decoded bytes of a key, Event Hubs' with its text: both count.
bool signed_by(SasToken const& token, std::string_view key_base64);

/// A token as our own programs make them (connection strings, tests).
std::string make_sas(std::string_view resource, std::string_view key_base64, WallTime expires_at,
                     std::string_view policy = {});

/// True when `scope` (a decoded sr) covers `path` below the hub's name (any of its names,
/// case-insensitive): it is the hub itself, or begins the path with whole segments. Segments
/// compare exactly. "" is the hub itself.
bool covers_path(std::string_view scope, std::vector<std::string> const& host_names,
                 std::string_view path);
/// True when it covers the events of the hub: the hub itself, its messages/events, or `entity`.
/// Event Hubs clients may know the entity's host under a name of their own.
bool covers_events(std::string_view scope, std::vector<std::string> const& host_names,
                   std::string_view entity);
/// True when it covers that device: the hub itself is not enough here; segments compare exactly.
bool covers_device(std::string_view scope, std::vector<std::string> const& host_names,
                   std::string_view device_id);

}  // namespace tandem::identity
