// world/sockets.hpp -- TCP sockets, made the way all of ours are: non-blocking, closed on exec.
#pragma once

#include "base/result.hpp"
#include "codec/proxy_header.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tandem::world {

/// Where to listen. An empty address: do not.
struct ListenAt {
    std::string address;     ///< IPv4 or IPv6 literal
    std::uint16_t port = 0;  ///< 0: any
};

struct ListeningSocket {
    int fd = -1;
    std::uint16_t port = 0;  ///< really taken
};
/// Errors: unavailable (taken, not ours, not allowed), argument_invalid (not an address).
Result<ListeningSocket> open_listener(ListenAt const& at);

/// Begins to connect; writable when it is done, then `connect_error`. `from`: our end's address, if
/// it is an IP literal; else the system chooses.
/// Errors: argument_invalid (not an IP literal), unavailable (refused at once).
Result<int> begin_connect(std::string const& address, std::uint16_t port,
                          std::string const& from = {});
/// How a connect ended; 0: well, else an errno.
int connect_error(int fd);

/// The two ends of a connected socket; nullopt: it is not connected any more.
struct SocketEnds {
    proxy::End peer;
    proxy::End own;
};
std::optional<SocketEnds> ends_of(int fd);

bool is_address(std::string const& text);  ///< an IPv4 or IPv6 literal
/// "hub.example": labels of ASCII letters, digits and inner '-', 63 bytes at most; no address.
bool is_host_name(std::string const& text);
/// The first address of a host name; waits for the name service. Empty: there is none.
std::string resolve_blocking(std::string const& host);

/// The kernel gives the connection up when the other end has been silent for about `wait`.
void notice_cut_within(int fd, int milliseconds);

}  // namespace tandem::world
