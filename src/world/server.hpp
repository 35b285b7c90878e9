// world/server.hpp -- the client connections of one event loop: accepts, encrypts, and drives a
// gateway::Session each.
//
// Reads go to on_bytes, requests to the owner's handler, output to the socket. One answer may be
// larger than limits::output_bytes_max; who is given more while that much waits, or reads nothing
// for write_stall_max, is closed. Handshakes are bounded by limits::handshake_wait_max.
// What a trusted proxy passes on says first for whom (codec/proxy_header.hpp).
// A session that pauses is not read from; one that got something is drained once, at flush().
#pragma once

#include "base/result.hpp"
#include "codec/ip_range.hpp"
#include "gateway/session.hpp"
#include "ports/random.hpp"
#include "world/acceptor.hpp"
#include "world/event_loop.hpp"
#include "world/tls.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace tandem::world {

inline constexpr Duration close_linger_max = 2s;  ///< for the client to read our last bytes
inline constexpr Duration write_stall_max = 60s;  ///< a client that reads nothing at all

class Connection;

/// Makes the session of a connection whose handshake is done.
using SessionFactory =
    std::function<std::unique_ptr<gateway::Session>(gateway::ConnectionInfo, ConnectionId)>;

class Server {
public:
    struct Handlers {
        std::function<void(ConnectionId, gateway::Request)> on_request;
        std::function<void(ConnectionId)> on_closed;
    };
    struct Counters {
        std::uint64_t accepted = 0, closed = 0, handshake_failures = 0;
        std::uint64_t slow_readers = 0;  ///< closed for not reading
        std::uint64_t turned_away = 0;   ///< more than connections_max
        std::uint64_t bad_proxy_headers = 0;
        std::uint64_t bytes_in = 0, bytes_out = 0;
    };

    Server(EventLoop& loop, ports::Random& random, Handlers handlers, std::size_t connections_max);
    ~Server();

    /// `tls` (outlives the server) nullptr: plain TCP. Returns the port.
    /// Errors: unavailable (address in use, not ours, or not allowed).
    Result<std::uint16_t> listen(ListenAt const& at, TlsContext const* tls, SessionFactory factory);

    /// From these addresses connections are passed on for others: they begin with a PROXY header
    /// that says for whom, or are closed. From everywhere else such a header is nothing but noise.
    void trust(std::vector<IpRange> proxies) { proxies_ = std::move(proxies); }

    void reply(ConnectionId connection, gateway::Token token, Result<hub::Reply> reply);
    void notify(ConnectionId connection, hub::Event const& event);
    void give_turn(ConnectionId connection);             ///< on_timer, though nothing is due
    void drop(ConnectionId connection);                  ///< closed at once, unsaid
    gateway::Session* session(ConnectionId connection);  ///< nullptr: gone. Then touch().
    void touch(ConnectionId connection);                 ///< to be drained at flush()
    /// Drains what was touched since the last call. True when requests or closes came of it.
    bool flush();

    std::size_t connection_count() const { return connections_.size(); }
    Counters const& counters() const { return counters_; }
    void stop_listening();

private:
    friend class Connection;
    struct Listener {
        TlsContext const* tls;
        SessionFactory factory;
        std::unique_ptr<Acceptor> acceptor;
    };

    void accepted(int fd, Listener& listener);
    void remove(Connection& connection);
    Connection* find(ConnectionId connection);
    bool passes_on(int fd) const;   ///< is it one of the proxies that connected?

    EventLoop& loop_;
    ports::Random& random_;
    Handlers handlers_;
    std::size_t connections_max_;
    Counters counters_;
    std::uint64_t last_id_ = 0;
    std::vector<char> read_buffer_;  ///< shared by all connections
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::unordered_map<ConnectionId, std::unique_ptr<Connection>> connections_;
    std::vector<ConnectionId> touched_;
    std::vector<IpRange> proxies_;
    bool produced_requests_ = false;
    std::shared_ptr<bool> alive_;
};

}  // namespace tandem::world
