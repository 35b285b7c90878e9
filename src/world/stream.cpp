#include "world/stream.hpp"

#include "base/assert.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <utility>

namespace tandem::world {

Stream::Stream(int fd, TlsContext const* context, Side side) : fd_(fd) {
    int const on = 1;
    // Without it a TLS 1.3 resumption waits 40 ms for a delayed acknowledgement.
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (context == nullptr) return;
    ssl_ = SSL_new(context->get());
    if (ssl_ == nullptr || SSL_set_fd(ssl_, fd_) != 1) panic("no memory for a TLS connection");
    if (side == Side::server) {
        SSL_set_accept_state(ssl_);
    } else {
        SSL_set_connect_state(ssl_);
    }
}

Stream::Stream(Stream&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), ssl_(std::exchange(other.ssl_, nullptr)) {}

Stream& Stream::operator=(Stream&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(ssl_, other.ssl_);
    return *this;
}

void Stream::close() {
    if (ssl_ != nullptr) SSL_free(std::exchange(ssl_, nullptr));
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Stream::Status Stream::status_of(int returned) {
    switch (SSL_get_error(ssl_, returned)) {
        case SSL_ERROR_WANT_READ:
            return Status::want_read;
        case SSL_ERROR_WANT_WRITE:
            return Status::want_write;
        case SSL_ERROR_ZERO_RETURN:
            return Status::end;
        default:
            return Status::failed;
    }
}

Stream::Status Stream::handshake() {
    if (ssl_ == nullptr) return Status::done;
    ERR_clear_error();
    int const returned = SSL_do_handshake(ssl_);
    return returned == 1 ? Status::done : status_of(returned);
}

Stream::Moved Stream::read(char* into, std::size_t size) {
    if (ssl_ != nullptr) {
        ERR_clear_error();
        std::size_t bytes = 0;
        int const returned = SSL_read_ex(ssl_, into, size, &bytes);
        if (returned == 1) return {Status::done, bytes};
        return {status_of(returned)};
    }
    for (;;) {
        ssize_t const bytes = recv(fd_, into, size, 0);
        if (bytes > 0) return {Status::done, static_cast<std::size_t>(bytes)};
        if (bytes == 0) return {Status::end};
        if (errno == EINTR) continue;
        bool const wait = errno == EAGAIN || errno == EWOULDBLOCK;
        return {wait ? Status::want_read : Status::failed};
    }
}

Stream::Moved Stream::write(ByteView bytes) {
    if (bytes.empty()) return {Status::done};
    if (ssl_ != nullptr) {
        ERR_clear_error();
        std::size_t written = 0;
        int const returned = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &written);
        if (returned == 1) return {Status::done, written};
        return {status_of(returned)};
    }
    for (;;) {
        ssize_t const written = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (written >= 0) return {Status::done, static_cast<std::size_t>(written)};
        if (errno == EINTR) continue;
        bool const wait = errno == EAGAIN || errno == EWOULDBLOCK;
        return {wait ? Status::want_write : Status::failed};
    }
}

bool Stream::has_pending() const {
    return ssl_ != nullptr && SSL_has_pending(ssl_) == 1;
}

void Stream::shut_down() {
    if (ssl_ != nullptr) {
        ERR_clear_error();
        SSL_shutdown(ssl_);  // best effort: close_notify, if it fits into the socket's buffer
    }
    if (fd_ >= 0) shutdown(fd_, SHUT_WR);
}

std::string Stream::server_name() const {
    return ssl_ == nullptr ? std::string{} : asked_name(ssl_);
}

unsigned Stream::tls_version() const {
    // 0x0303 on the wire is TLS 1.2.
    return ssl_ == nullptr ? 0U : static_cast<unsigned>(SSL_version(ssl_)) - 0x0303U + 12U;
}

std::string peer_address_of(int fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "?";
    char text[INET6_ADDRSTRLEN] = "?";
    if (address.ss_family == AF_INET) {
        auto const& v4 = reinterpret_cast<sockaddr_in const&>(address);
        inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
        return std::string{text} + ":" + std::to_string(ntohs(v4.sin_port));
    }
    auto const& v6 = reinterpret_cast<sockaddr_in6 const&>(address);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return "[" + std::string{text} + "]:" + std::to_string(ntohs(v6.sin6_port));
}

}  // namespace tandem::world
