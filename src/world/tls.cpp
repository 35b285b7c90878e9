#include "world/tls.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <cstring>

namespace tandem::world {
namespace {

// Which certificate a device shows is compared with its identity later; here nothing is believed.
int accept_any(int, X509_STORE_CTX*) {
    return 1;
}

// Lasts for the process: several listeners share it.
constexpr unsigned char session_context[] = "tandem";

Error tls_error(Errc code, std::string const& what) {
    return {code, what + ": " + tls_error_text()};
}

}  // namespace

std::string tls_error_text() {
    unsigned long const code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) return "no reason given";
    char text[256];
    ERR_error_string_n(code, text, sizeof text);
    return text;
}

std::string peer_common_name(SSL* ssl) {
    X509* const certificate = SSL_get0_peer_certificate(ssl);
    if (certificate == nullptr) return {};
    X509_NAME* const subject = X509_get_subject_name(certificate);
    // A subject with two common names, or with a NUL in one, is nobody (bad-inputs 39).
    int const at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0) return {};
    ASN1_STRING* const data = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
    unsigned char* utf8 = nullptr;
    int const size = ASN1_STRING_to_UTF8(&utf8, data);
    if (size < 0) return {};
    std::string name{reinterpret_cast<char const*>(utf8), static_cast<std::size_t>(size)};
    OPENSSL_free(utf8);
    return name.find('\0') == std::string::npos ? name : std::string{};
}

std::string asked_name(SSL* ssl) {
    char const* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return {};
    std::string lower{name};
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return lower;
}

Result<std::unique_ptr<TlsContext>> TlsContext::make(Role role, TlsFiles const& files) {
    ERR_clear_error();
    SSL_CTX* const raw = SSL_CTX_new(role == Role::peer ? TLS_method() : TLS_server_method());
    if (raw == nullptr) return tls_error(Errc::unavailable, "no TLS context");
    std::unique_ptr<TlsContext> context{new TlsContext(raw)};

    SSL_CTX_set_min_proto_version(raw, role == Role::peer ? TLS1_3_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(raw, 1);                           // one read a record instead of two
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);  // tickets keep no memory here
    SSL_CTX_set_session_id_context(raw, session_context, sizeof session_context - 1);
    SSL_CTX_set_num_tickets(raw, role == Role::peer ? 0 : 1);
    if (role == Role::peer) SSL_CTX_set_options(raw, SSL_OP_NO_TICKET);

    if (SSL_CTX_use_certificate_chain_file(raw, files.certificate.c_str()) != 1) {
        return tls_error(Errc::malformed, "certificate " + files.certificate.string());
    }
    if (SSL_CTX_use_PrivateKey_file(raw, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(raw) != 1) {
        return tls_error(Errc::malformed, "key " + files.key.string());
    }
    switch (role) {
        case Role::service:
            SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nullptr);
            break;
        case Role::device:
            SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, accept_any);
            break;
        case Role::peer:
            if (SSL_CTX_load_verify_file(raw, files.authority.c_str()) != 1) {
                return tls_error(Errc::malformed, "authority " + files.authority.string());
            }
            SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
            SSL_CTX_set_verify_depth(raw, 2);
            break;
    }
    return context;
}

Result<std::unique_ptr<TlsContext>> TlsContext::make_client(
    std::filesystem::path const& authority) {
    ERR_clear_error();
    SSL_CTX* const raw = SSL_CTX_new(TLS_client_method());
    if (raw == nullptr) return tls_error(Errc::unavailable, "no TLS context");
    std::unique_ptr<TlsContext> context{new TlsContext(raw)};
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(raw, 1);
    if (SSL_CTX_load_verify_file(raw, authority.c_str()) != 1) {
        return tls_error(Errc::malformed, "authority " + authority.string());
    }
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
    return context;
}

}  // namespace tandem::world
