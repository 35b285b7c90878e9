#include "app/https_client.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <memory>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace tandem::app {

namespace {

struct Socket {
    int fd = -1;
    ~Socket() {
        if (fd >= 0) ::close(fd);
    }
};
using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Tls = std::unique_ptr<SSL, decltype(&SSL_free)>;

Error unavailable(std::string why) { return Error{Errc::unavailable, std::move(why)}; }

Result<void> connect_to(Socket& socket, std::string const& address, std::uint16_t port,
                        Duration wait) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    if (::inet_pton(AF_INET, address.c_str(), &to.sin_addr) != 1)
        return Error{Errc::argument_invalid, address + " is no IPv4 address"};
    socket.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket.fd < 0) return unavailable(std::strerror(errno));
    timeval limit{};
    limit.tv_sec = wait / 1s;
    limit.tv_usec = (wait % 1s).count();
    ::setsockopt(socket.fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket.fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (::connect(socket.fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
        return unavailable(address + ":" + std::to_string(port) + ": " + std::strerror(errno));
    return {};
}

}  // namespace

Result<http::Response> HttpsClient::send(http::ClientRequest request) const {
    Socket socket;
    TANDEM_CHECK(connect_to(socket, options_.address, options_.port, options_.wait_max));
    Context context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    if (SSL_CTX_load_verify_locations(context.get(), options_.ca_file.c_str(), nullptr) != 1)
        return unavailable(options_.ca_file.string() + " is no certificate");
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    Tls tls{SSL_new(context.get()), SSL_free};
    SSL_set_tlsext_host_name(tls.get(), options_.host.c_str());
    SSL_set1_host(tls.get(), options_.host.c_str());
    SSL_set_fd(tls.get(), socket.fd);
    if (SSL_connect(tls.get()) != 1) {
        ERR_clear_error();
        return unavailable("no TLS with " + options_.host + " at " + options_.address);
    }

    request.host = options_.host;
    request.headers.add("Connection", "close");
    Bytes const bytes = http::encode_request(request);
    if (SSL_write(tls.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0)
        return unavailable(options_.host + " closed the connection");
    http::ResponseReader reader;
    reader.expect(request.method);
    char buffer[16 * 1024];
    while (true) {
        TANDEM_TRY(auto response, reader.next());
        if (response) return std::move(*response);
        int const n = SSL_read(tls.get(), buffer, sizeof buffer);
        if (n > 0)
            reader.on_bytes({buffer, static_cast<std::size_t>(n)});
        else if (SSL_get_error(tls.get(), n) == SSL_ERROR_ZERO_RETURN)
            reader.on_end();
        else
            return unavailable("no answer from " + options_.host);
    }
}

}  // namespace tandem::app
