#include "world/server.hpp"

#include "world/connection.hpp"

#include <unistd.h>
#include <algorithm>
#include <utility>

namespace tandem::world {
namespace {

constexpr std::size_t read_buffer_bytes = std::size_t{64} * 1024;

}  // namespace

Server::Server(EventLoop& loop, ports::Random& random, Handlers handlers,
               std::size_t connections_max)
    : loop_(loop),
      random_(random),
      handlers_(std::move(handlers)),
      connections_max_(connections_max),
      read_buffer_(read_buffer_bytes),
      alive_(std::make_shared<bool>(true)) {}

Server::~Server() {
    *alive_ = false;
    connections_.clear();
}

Result<std::uint16_t> Server::listen(ListenAt const& at, TlsContext const* tls,
                                     SessionFactory factory) {
    auto listener = std::make_unique<Listener>();
    listener->tls = tls;
    listener->factory = std::move(factory);
    auto& place = *listener;
    TANDEM_TRY(listener->acceptor,
               Acceptor::listen(loop_, at, [this, &place](int fd) { accepted(fd, place); }));
    listeners_.push_back(std::move(listener));
    return place.acceptor->port();
}

void Server::accepted(int fd, Listener& listener) {
    ++counters_.accepted;
    if (connections_.size() >= connections_max_) {
        ++counters_.turned_away;
        close(fd);
        return;
    }
    ConnectionId const id{++last_id_};
    auto connection = std::make_unique<Connection>(*this, id, fd, listener.tls, listener.factory);
    auto& place = *connection;
    connections_.emplace(id, std::move(connection));
    place.begin();
}

bool Server::passes_on(int fd) const {
    if (proxies_.empty()) return false;
    auto const ends = ends_of(fd);
    return ends && std::any_of(proxies_.begin(), proxies_.end(), [&](IpRange const& range) {
        return range.contains(ends->peer.address);
    });
}

void Server::remove(Connection& connection) {
    auto const found = connections_.find(connection.id());
    TANDEM_ASSERT(found != connections_.end(), "a connection is removed twice");
    ++counters_.closed;
    loop_.dispose(std::move(found->second));
    connections_.erase(found);
}

Connection* Server::find(ConnectionId id) {
    auto const found = connections_.find(id);
    return found == connections_.end() ? nullptr : found->second.get();
}

gateway::Session* Server::session(ConnectionId id) {
    Connection* const connection = find(id);
    return connection == nullptr ? nullptr : connection->session();
}

void Server::reply(ConnectionId id, gateway::Token token, Result<hub::Reply> reply) {
    auto* const held = session(id);
    if (held == nullptr) return;
    held->on_reply(token, std::move(reply), loop_.now());
    touch(id);
}

void Server::notify(ConnectionId id, hub::Event const& event) {
    auto* const held = session(id);
    if (held == nullptr) return;
    held->on_event(event, loop_.now());
    touch(id);
}

void Server::give_turn(ConnectionId id) {
    auto* const held = session(id);
    if (held == nullptr) return;
    held->on_timer(loop_.now());
    touch(id);
}

void Server::drop(ConnectionId id) {
    if (Connection* const connection = find(id)) connection->drop();
}

void Server::touch(ConnectionId id) {
    Connection* const connection = find(id);
    if (connection == nullptr || std::exchange(connection->touched, true)) return;
    touched_.push_back(id);
}

bool Server::flush() {
    auto touched = std::exchange(touched_, {});
    for (ConnectionId const id : touched) {
        Connection* const connection = find(id);
        if (connection == nullptr) continue;
        connection->touched = false;
        connection->settle();
    }
    if (touched_.empty()) {
        touched.clear();
        touched_.swap(touched);  // keeps its capacity
    }
    return std::exchange(produced_requests_, false);
}

void Server::stop_listening() {
    for (auto& listener : listeners_) listener->acceptor.reset();
}

}  // namespace tandem::world
