// world/stream.hpp -- a connected, non-blocking TCP socket, with TLS or without: reads and writes
// until it would have to wait, and says for what.
//
// OpenSSL works on the socket itself; no copy of ours lies between. Owns the descriptor.
#pragma once

#include "base/bytes.hpp"
#include "world/tls.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace tandem::world {

class Stream {
public:
    enum class Status : std::uint8_t { done, want_read, want_write, end, failed };
    struct Moved {
        Status status;  ///< done: `bytes` were moved
        std::size_t bytes = 0;
    };
    enum class Side : std::uint8_t { server, client };

    Stream() = default;
    /// `context` nullptr: no TLS.
    Stream(int fd, TlsContext const* context, Side side);
    ~Stream() { close(); }
    Stream(Stream&& other) noexcept;
    Stream& operator=(Stream&& other) noexcept;

    int fd() const { return fd_; }
    bool open() const { return fd_ >= 0; }
    bool encrypted() const { return ssl_ != nullptr; }
    SSL* ssl() const { return ssl_; }

    Status handshake();
    Moved read(char* into, std::size_t size);
    Moved write(ByteView bytes);
    /// Bytes that came already and that the socket will not announce again.
    bool has_pending() const;
    /// Says goodbye; the other end may still be sending.
    void shut_down();
    void close();

    std::string server_name() const;  ///< of the client's hello, lower case; empty: none
    unsigned tls_version() const;     ///< 12: TLS 1.2; 0: not encrypted

private:
    Status status_of(int returned);

    int fd_ = -1;
    SSL* ssl_ = nullptr;
};

/// "192.0.2.1:1234" of the other end.
std::string peer_address_of(int fd);

}  // namespace tandem::world
