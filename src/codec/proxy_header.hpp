// codec/proxy_header.hpp -- who is behind a connection that somebody passed on: the header that
// comes before its first byte.
//
// Source     the PROXY protocol, version 2, as HAProxy documents it.
// Shape      12 bytes signature; version and command; family; length of the rest (big endian); two
//            addresses and ports; extensions, which are not read. At most header_bytes_max.
// Invariant  a header that names no TCP client is refused, unless it says that it speaks for itself
//            (LOCAL: a load balancer's own probe).
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/ip_range.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace tandem::proxy {

inline constexpr std::size_t first_bytes = 16;
inline constexpr std::size_t header_bytes_max = 1024;   ///< ours

struct End {
    IpAddress address;
    std::uint16_t port = 0;
    bool operator==(End const&) const = default;
};
struct Header {
    std::optional<End> client;   ///< nullopt: whoever connected speaks for itself
    End server;                  ///< where the client connected to; only with `client`
};

/// How many bytes the header has as far as can be told: first_bytes until these are there.
/// Errors: malformed -- whatever follows, it is none.
Result<std::size_t> header_size(ByteView so_far);
/// Errors: malformed. Requires: bytes.size() == *header_size(bytes).
Result<Header> decode_header(ByteView bytes);

/// Requires: both addresses are of one kind.
Bytes encode_header(End const& client, End const& server);

}  // namespace tandem::proxy
