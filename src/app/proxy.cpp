// `tandem proxy`: redirect mode. A loopback CONNECT proxy that leads management.azure.com and
// login.microsoftonline.com to this installation's control, and nothing anywhere else. For
// programs that have those names built in; our certificate bears them too.

#include "app/control_places.hpp"
#include "app/verbs.hpp"
#include "world/sockets.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>

namespace tandem::app {

namespace {

constexpr int connections_max = 64;
constexpr std::size_t request_bytes_max = 8 * 1024;
constexpr int idle_wait_max_ms = 300'000;
constexpr time_t request_wait_max_s = 10;
constexpr std::array<std::string_view, 2> redirected{"management.azure.com:443",
                                                     "login.microsoftonline.com:443"};

struct Descriptor {
    int fd = -1;
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
};

bool send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        auto const sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

/// The authority of "CONNECT authority HTTP/1.1" and its headers; empty: anything else came.
std::string read_connect(int fd) {
    std::string request;
    char buffer[1024];
    while (request.find("\r\n\r\n") == std::string::npos) {
        auto const got = ::recv(fd, buffer, sizeof buffer, 0);
        if (got <= 0 || request.size() > request_bytes_max) return {};
        request.append(buffer, static_cast<std::size_t>(got));
    }
    constexpr std::string_view method = "CONNECT ";
    auto const end = request.find(' ', method.size());
    if (!request.starts_with(method) || end == std::string::npos) return {};
    return request.substr(method.size(), end - method.size());
}

/// Passes bytes both ways until both ends have stopped, or nothing moves for long.
void pump(int client, int server) {
    pollfd ends[2]{{client, POLLIN, 0}, {server, POLLIN, 0}};
    char buffer[16 * 1024];
    while (ends[0].events != 0 || ends[1].events != 0) {
        if (::poll(ends, 2, idle_wait_max_ms) <= 0) return;
        for (int from : {0, 1}) {
            if ((ends[from].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
            auto const got = ::recv(ends[from].fd, buffer, sizeof buffer, 0);
            if (got < 0) return;
            if (got == 0) {
                ::shutdown(ends[1 - from].fd, SHUT_WR);
                ends[from].events = 0;
                ends[from].fd = -1;
                continue;
            }
            if (!send_all(ends[1 - from].fd, {buffer, static_cast<std::size_t>(got)})) return;
        }
    }
}

int connect_blocking(std::string const& address, std::uint16_t port) {
    auto const fd = world::begin_connect(address, port);
    if (!fd.ok()) return -1;
    pollfd ready{*fd, POLLOUT, 0};
    if (::poll(&ready, 1, 3000) != 1 || world::connect_error(*fd) != 0) return ::close(*fd), -1;
    return *fd;
}

void make_blocking(int fd) {
    int const flags = ::fcntl(fd, F_GETFL);
    ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
    timeval const wait{.tv_sec = request_wait_max_s, .tv_usec = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
}

void serve(int fd, Installation const& it) {
    Descriptor const client{fd};
    make_blocking(fd);
    timeval const wait{.tv_sec = request_wait_max_s, .tv_usec = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    std::string const authority = read_connect(fd);
    if (std::find(redirected.begin(), redirected.end(), authority) == redirected.end()) {
        send_all(fd, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
    }
    auto const place = find_control(it);
    Descriptor const server{place.ok() ? connect_blocking(place->address, place->port) : -1};
    if (server.fd < 0) {
        send_all(fd, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
    }
    make_blocking(server.fd);
    if (send_all(fd, "HTTP/1.1 200 Connection established\r\n\r\n")) pump(fd, server.fd);
}

}  // namespace

int run_proxy(fs::path const& data_dir) {
    auto const it = load_installation(data_dir);
    if (!it.ok()) return fail("proxy", it.error().detail);
    auto const listener = world::open_listener({"127.0.0.1", it->proxy_port});
    if (!listener.ok()) return fail("proxy", listener.error().detail);
    std::atomic<int> connections = 0;
    pollfd waiting{listener->fd, POLLIN, 0};
    while (::poll(&waiting, 1, -1) >= 0 || errno == EINTR) {
        int const fd = ::accept4(listener->fd, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) continue;
        if (connections >= connections_max) {
            ::close(fd);
            continue;
        }
        ++connections;
        std::thread{[fd, &it, &connections] {
            serve(fd, *it);
            --connections;
        }}.detach();
    }
    return 1;
}

}  // namespace tandem::app
