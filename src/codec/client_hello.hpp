// codec/client_hello.hpp -- the host name in the first message of a TLS connection.
//
// Source  RFC 8446 4.1.2 and 5.1, RFC 6066 3 (server_name); RFC 5246 for what TLS 1.2 clients send.
// Shape   records (u8 22, u16 version, u16 length <= 2^14), whose payloads, joined, begin with a
//         handshake message (u8 1, u24 length): version 2, random 32, session id <= 32, cipher
//         suites, compression methods, extensions; extension 0 holds a list of names.
// Invariant  the answer does not depend on how the bytes are cut into pieces.
// Purity  allocates the joined message and the name; looks at client_hello_bytes_max bytes at most.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace tandem::tls {

inline constexpr std::size_t client_hello_bytes_max = 16 * 1024;  ///< ours; real ones have < 2 KB

struct ClientHello {
    std::string server_name;  ///< lower case, without a dot at the end; empty: none was sent
};

/// Reads the hello at the front of `input`, which may go on beyond it.
///
/// nullopt: `input` is a proper prefix of a hello; call again with more bytes.
/// Errors:  malformed -- not TLS, not a ClientHello, lengths that do not fit, two server_name
///          extensions, a name that is no host name; or longer than client_hello_bytes_max.
Result<std::optional<ClientHello>> decode_client_hello(ByteView input);

}  // namespace tandem::tls
