// world/tls.hpp -- who we are and whom we believe on an encrypted connection.
//
// TLS 1.2 and 1.3; no compression, no renegotiation, no early data. Buffers are given back while
// a connection is idle (SSL_MODE_RELEASE_BUFFERS).
#pragma once

#include "base/result.hpp"

#include <openssl/ssl.h>
#include <filesystem>
#include <memory>
#include <string>

namespace tandem::world {

struct TlsFiles {
    std::filesystem::path certificate;  ///< PEM, leaf first
    std::filesystem::path key;          ///< PEM
    std::filesystem::path authority;    ///< PEM; peers: who may have signed the other end
};

class TlsContext {
public:
    enum class Role : std::uint8_t {
        service,  ///< back ends: no client certificate is asked for
        device,   ///< a client certificate is asked for, not demanded, and not yet believed
        peer,     ///< both ends show a certificate of the authority (either direction)
    };
    /// Errors: unavailable (a file is missing), malformed (not what it should be, or key and
    /// certificate do not belong together).
    static Result<std::unique_ptr<TlsContext>> make(Role role, TlsFiles const& files);
    /// For programs of ours that are clients of the hub: believes what `authority` has signed, and
    /// shows no certificate. The name is the connection's business (SSL_set1_host).
    static Result<std::unique_ptr<TlsContext>> make_client(std::filesystem::path const& authority);

    SSL_CTX* get() const { return context_.get(); }

private:
    struct Free {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };
    explicit TlsContext(SSL_CTX* context) : context_(context) {}
    std::unique_ptr<SSL_CTX, Free> context_;
};

/// The subject's common name of the certificate that the other end showed; empty: none.
std::string peer_common_name(SSL* ssl);
/// The host name of the client's hello, lower case; empty: none.
std::string asked_name(SSL* ssl);
/// OpenSSL's oldest queued error as text; empties the queue.
std::string tls_error_text();

}  // namespace tandem::world
