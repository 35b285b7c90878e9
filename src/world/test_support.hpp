// world/test_support.hpp -- what the tests of this folder share: a scratch directory with
// certificates in it, a plain blocking client, a region's status. Not part of the product.
#pragma once

#include "record/peer.pb.h"
#include "world/certificates.hpp"
#include "world/event_loop.hpp"
#include "world/sockets.hpp"
#include "world/system.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

namespace tandem::world::test {

class ScratchDir {
public:
    ScratchDir() {
        std::string name = (std::filesystem::temp_directory_path() / "tandem-XXXXXX").string();
        path_ = mkdtemp(name.data());
    }
    ~ScratchDir() { std::filesystem::remove_all(path_); }
    std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

inline TlsFiles certificate(std::filesystem::path const& dir, CertificateRequest const& request) {
    WallTime const now = read_clocks().wall;
    auto const authority = ensure_authority(dir, "Test CA", now);
    EXPECT_TRUE(authority.ok());
    auto const files = ensure_certificate(dir, *authority, request, now);
    EXPECT_TRUE(files.ok());
    return *files;
}

inline TlsFiles server_certificate(std::filesystem::path const& dir) {
    CertificateRequest request;
    request.file_stem = "server";
    request.common_name = "localhost";
    request.dns_names = {"localhost"};
    request.addresses = {"127.0.0.1"};
    return certificate(dir, request);
}

/// Runs the loop until `done` says so; fails the test after 5 s.
inline void run_until(EventLoop& loop, std::function<bool()> const& done) {
    Time const end = loop.now().mono + 5s;
    while (!done()) {
        ASSERT_LT(loop.now().mono, end) << "the test waited in vain";
        loop.run_once(10ms);
    }
}

/// Runs `client` on a thread of its own, and the loop until it has ended.
template <class Function>
void run_client(EventLoop& loop, Function client) {
    std::atomic<bool> done = false;
    std::thread thread{[&] {
        client();
        done = true;
    }};
    run_until(loop, [&] { return done.load(); });
    thread.join();
}

/// A client whose calls wait, for a thread of its own. Receiving gives up after 5 s.
class Client {
public:
    explicit Client(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        timeval const wait{.tv_sec = 5, .tv_usec = 0};
        setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
        connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~Client() {
        if (ssl_ != nullptr) SSL_free(ssl_);
        if (context_ != nullptr) SSL_CTX_free(context_);
        close(fd_);
    }
    Client(Client const&) = delete;
    Client& operator=(Client const&) = delete;

    bool start_tls(std::filesystem::path const& authority, std::string const& host,
                   TlsFiles const* own = nullptr) {
        context_ = SSL_CTX_new(TLS_client_method());
        if (!authority.empty()) {
            SSL_CTX_load_verify_file(context_, authority.c_str());
            SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
        }
        if (own != nullptr) {
            SSL_CTX_use_certificate_chain_file(context_, own->certificate.c_str());
            SSL_CTX_use_PrivateKey_file(context_, own->key.c_str(), SSL_FILETYPE_PEM);
        }
        ssl_ = SSL_new(context_);
        SSL_set_fd(ssl_, fd_);
        SSL_set_tlsext_host_name(ssl_, host.c_str());
        SSL_set1_host(ssl_, host.c_str());
        return SSL_connect(ssl_) == 1;
    }
    bool send(std::string const& bytes) {
        if (ssl_ != nullptr)
            return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0;
        return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes.size());
    }
    /// The next bytes; empty: the other end closed, or 5 s went by.
    std::string receive() {
        char buffer[4096];
        auto const got = ssl_ != nullptr
                             ? static_cast<ssize_t>(SSL_read(ssl_, buffer, sizeof buffer))
                             : recv(fd_, buffer, sizeof buffer, 0);
        return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string{};
    }
    std::string receive(std::size_t bytes) {
        std::string all;
        while (all.size() < bytes) {
            auto const more = receive();
            if (more.empty()) break;
            all += more;
        }
        return all;
    }
    bool connected() const { return connected_; }
    int fd() const { return fd_; }

private:
    int fd_;
    bool connected_ = false;
    SSL_CTX* context_ = nullptr;
    SSL* ssl_ = nullptr;
};

/// What a region says that has the hub "demo", and takes MQTT at 127.0.0.1.
inline peer::NodeStatus node_status(std::string const& role, std::uint32_t epoch,
                                    std::uint32_t port = 1883) {
    peer::NodeStatus message;
    auto& hub = *message.add_hubs();
    hub.set_hub("demo");
    hub.set_role(role);
    hub.set_epoch(epoch);
    hub.add_host_names("demo.example");
    hub.add_host_names("localhost");
    auto& endpoint = *message.add_endpoints();
    endpoint.set_protocol("mqtt");
    endpoint.set_address("127.0.0.1");
    endpoint.set_port(port);
    return message;
}

}  // namespace tandem::world::test
