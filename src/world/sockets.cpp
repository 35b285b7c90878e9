#include "world/sockets.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tandem::world {
namespace {

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

Result<Address> parse(std::string const& text, std::uint16_t port) {
    Address address;
    auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
    if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        address.size = sizeof v4;
        return address;
    }
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
    if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        address.size = sizeof v6;
        return address;
    }
    return Error{Errc::argument_invalid, "'" + text + "' is not an IP address"};
}

sockaddr const* raw(Address const& address) {
    return reinterpret_cast<sockaddr const*>(&address.storage);
}

Error system_error(std::string const& what, int code) {
    return {Errc::unavailable, what + ": " + strerror(code)};
}

proxy::End end_of(sockaddr_storage const& address) {
    char text[INET6_ADDRSTRLEN] = "";
    bool const v6 = address.ss_family == AF_INET6;
    auto const& in6 = reinterpret_cast<sockaddr_in6 const&>(address);
    auto const& in4 = reinterpret_cast<sockaddr_in const&>(address);
    if (v6) inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof text);
    else inet_ntop(AF_INET, &in4.sin_addr, text, sizeof text);
    return {parse_ip(text).value_or(IpAddress{}), ntohs(v6 ? in6.sin6_port : in4.sin_port)};
}

std::string at_text(ListenAt const& at) {
    return at.address + ":" + std::to_string(at.port);
}

}  // namespace

Result<ListeningSocket> open_listener(ListenAt const& at) {
    TANDEM_TRY(auto address, parse(at.address, at.port));
    int const fd = socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return system_error("no socket for " + at_text(at), errno);
    int const on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    socklen_t size = sizeof address.storage;
    if (bind(fd, raw(address), address.size) != 0 || listen(fd, SOMAXCONN) != 0 ||
        getsockname(fd, reinterpret_cast<sockaddr*>(&address.storage), &size) != 0) {
        int const code = errno;
        close(fd);
        return system_error("cannot listen on " + at_text(at), code);
    }
    bool const v4 = address.storage.ss_family == AF_INET;
    std::uint16_t const port =
        ntohs(v4 ? reinterpret_cast<sockaddr_in&>(address.storage).sin_port
                 : reinterpret_cast<sockaddr_in6&>(address.storage).sin6_port);
    return ListeningSocket{fd, port};
}

Result<int> begin_connect(std::string const& text, std::uint16_t port, std::string const& from) {
    TANDEM_TRY(auto const address, parse(text, port));
    int const fd = socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return system_error("no socket", errno);
    if (auto const source = parse(from, 0); source.ok()) {
        if (bind(fd, raw(*source), source->size) != 0) {
            int const code = errno;
            close(fd);
            return system_error("cannot connect from " + from, code);
        }
    }
    if (connect(fd, raw(address), address.size) != 0 && errno != EINPROGRESS) {
        int const code = errno;
        close(fd);
        return system_error("cannot connect to " + text + ":" + std::to_string(port), code);
    }
    return fd;
}

int connect_error(int fd) {
    int code = 0;
    socklen_t size = sizeof code;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) != 0) return errno;
    return code;
}

std::optional<SocketEnds> ends_of(int fd) {
    sockaddr_storage peer{}, own{};
    socklen_t size = sizeof peer, own_size = sizeof own;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0 ||
        getsockname(fd, reinterpret_cast<sockaddr*>(&own), &own_size) != 0)
        return std::nullopt;
    return SocketEnds{end_of(peer), end_of(own)};
}

bool is_address(std::string const& text) {
    return parse(text, 0).ok();
}

bool is_host_name(std::string const& text) {
    constexpr std::size_t text_bytes_max = 253, label_bytes_max = 63;
    if (text.empty() || text.size() > text_bytes_max || is_address(text)) return false;
    for (std::size_t from = 0; from <= text.size();) {
        std::size_t const dot = std::min(text.find('.', from), text.size());
        std::string const label = text.substr(from, dot - from);
        bool const plain = std::all_of(label.begin(), label.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '-';
        });
        if (!plain || label.empty() || label.size() > label_bytes_max || label.front() == '-' ||
            label.back() == '-')
            return false;
        from = dot + 1;
    }
    return true;
}

std::string resolve_blocking(std::string const& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0 || found == nullptr) return {};
    char text[NI_MAXHOST] = "";
    getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
    freeaddrinfo(found);
    return text;
}

void notice_cut_within(int fd, int milliseconds) {
    int const on = 1, count = 3;
    int const seconds = std::max(1, milliseconds / 1000 / count);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}

}  // namespace tandem::world
