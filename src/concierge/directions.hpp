// concierge/directions.hpp -- the concierge's answer: which region serves a hub now, where, and how
// long that may be relied on; and the signature that makes it believable.
//
// Source  docs/operating/concierge.md. The signature is a JSON Web Signature with detached content
//         (RFC 7515 appendix F, RFC 8037 EdDSA): "header..signature", over header "." base64url of
//         the body as sent. Keys: a JSON Web Key Set (RFC 7517), ids are thumbprints (RFC 7638).
// Purity  total functions; the reading ones over any bytes.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::concierge {

inline constexpr std::size_t directions_bytes_max = 16 * 1024;
inline constexpr std::size_t endpoints_max = 16;
inline constexpr std::size_t key_set_bytes_max = 64 * 1024;
inline constexpr std::size_t keys_max = 16;

struct Endpoint {
    std::string protocol;              ///< "mqtt", "amqp", "https"
    std::string address;
    std::uint16_t port = 0;
    bool operator==(Endpoint const&) const = default;
};

struct Directions {
    std::string host;                  ///< as asked for, lower case
    std::string region;
    std::string display_name;
    std::uint32_t epoch = 0;           ///< rises with every change of owner
    std::vector<Endpoint> endpoints;
    std::chrono::seconds valid_for{};  ///< from `issued_at`
    WallTime issued_at{};

    Endpoint const* endpoint(std::string_view protocol) const;   ///< nullptr: none
};

Bytes render_directions(Directions const& directions);
/// Errors: malformed. Unknown members are passed over.
Result<Directions> read_directions(ByteView body);

/// The value of the header Concierge-Signature.
std::string sign_body(ByteView seed, ByteView body);
/// Whether one of `public_keys` made this signature of this body.
bool signed_by(std::vector<Bytes> const& public_keys, ByteView body, std::string_view signature);

/// The key set of these seeds' public keys; oldest first, as given.
Bytes render_key_set(std::vector<Bytes> const& seeds);
/// The Ed25519 keys of a key set; others are passed over. Errors: malformed.
Result<std::vector<Bytes>> read_key_set(ByteView text);

}  // namespace tandem::concierge
