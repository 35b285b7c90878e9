#include "world/splice.hpp"

#include "codec/client_hello.hpp"
#include "world/sockets.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <utility>

namespace tandem::world {
namespace {

constexpr int reads_a_turn = 4;
constexpr Duration stranger_wait_max = 1s;   // for a hub that is being made to be told of

// A fatal alert, unrecognized_name (RFC 6066, 3), as a record of its own.
constexpr char unrecognized_name[] = {0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x70};

bool would_block() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

void set_no_delay(int fd) {
    int const on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Splice::Splice(Edge& edge, int client_fd, std::string const& protocol)
    : edge_(edge), protocol_(protocol) {
    client_.fd = client_fd;
    set_no_delay(client_fd);
    want(client_, EPOLLIN);
    edge_.loop_.timers().set(*this, edge_.loop_.now().mono + edge_hello_wait_max);
}

Splice::~Splice() {
    if (state_ == State::gone) return;
    edge_.loop_.timers().cancel(*this);
    close(client_);
    close(region_);
}

void Splice::enter(State state) {
    if (state_ == State::waiting) edge_.waiting_.erase(this);
    if (state == State::waiting) edge_.waiting_.insert(this);
    state_ = state;
}

void Splice::on_ready(std::uint32_t events) {
    switch (state_) {
        case State::hello:
            return read_hello();
        case State::waiting:
            // Only a client that leaves is told here.
            if ((events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) != 0) vanish();
            return;
        case State::connecting:
            return finish_connect();
        case State::passing:
            return pass();
        case State::gone:
            return;
    }
}

void Splice::on_deadline() {
    switch (state_) {
        case State::hello:
            ++edge_.counters_.refused;
            return vanish();
        case State::waiting:
            if (edge_.loop_.now().mono < owner_deadline_ &&
                !edge_.routes_.knows_nobody(host_name_))
                return direct();
            ++edge_.counters_.waited_out;
            return turn_away();
        case State::connecting:
            close(region_);
            return wait_for_owner();
        case State::passing:
        case State::gone:
            return;
    }
}

// Everything read so far is kept: it goes to the region first.
void Splice::read_hello() {
    auto& buffer = edge_.buffer_;
    ssize_t const got = recv(client_.fd, buffer.data(), buffer.size(), 0);
    if (got < 0 && would_block()) return;
    if (got <= 0) return vanish();
    region_.pending.append(buffer.data(), static_cast<std::size_t>(got));
    auto const hello = tls::decode_client_hello(region_.pending);
    if (!hello.ok()) {
        ++edge_.counters_.refused;
        return vanish();
    }
    if (!*hello) return;
    host_name_ = (*hello)->server_name;
    owner_deadline_ = edge_.loop_.now().mono + edge_owner_wait_max;
    direct();
}

void Splice::direct() {
    auto const hub = edge_.routes_.hub_of(host_name_);
    auto const target =
        hub ? edge_.routes_.target(*hub, protocol_) : std::optional<EdgeRoutes::Target>{};
    if (!target) return wait_for_owner();
    auto const fd = begin_connect(target->address, target->port, edge_.options_.connect_from);
    if (!fd.ok()) return wait_for_owner();
    enter(State::connecting);
    route_ = target->route;
    region_.fd = *fd;
    set_no_delay(*fd);
    want(client_, 0);
    want(region_, EPOLLOUT);
    edge_.loop_.timers().set(*this, edge_.loop_.now().mono + edge_connect_wait_max);
}

void Splice::wait_for_owner() {
    bool const refused = state_ == State::connecting;
    enter(State::waiting);
    want(client_, EPOLLRDHUP);
    Time until = owner_deadline_;
    if (refused) until = std::min(until, edge_.loop_.now().mono + edge_retry_every);
    if (edge_.routes_.knows_nobody(host_name_))
        until = owner_deadline_ - edge_owner_wait_max + stranger_wait_max;
    edge_.loop_.timers().set(*this, until);
}

/// The client learns why: for want of a region's answer, in the edge's own words.
void Splice::turn_away() {
    if (edge_.routes_.knows_nobody(host_name_))
        send(client_.fd, unrecognized_name, sizeof unrecognized_name, MSG_NOSIGNAL);
    vanish();
}

void Splice::finish_connect() {
    if (connect_error(region_.fd) != 0) {
        close(region_);
        return wait_for_owner();
    }
    if (!introduce()) return vanish();
    enter(State::passing);
    edge_.loop_.timers().cancel(*this);
    ++edge_.counters_.directed;
    pass();
}

/// Whose connection this is goes first. False: the client is gone.
bool Splice::introduce() {
    if (edge_.options_.connect_from.empty()) return true;
    auto const ends = ends_of(client_.fd);
    if (!ends) return false;
    region_.pending.insert(0, proxy::encode_header(ends->peer, ends->own));
    return true;
}

void Splice::pass() {
    if (!pass(client_, region_) || !pass(region_, client_)) return vanish();
    if (client_.told && region_.told) return vanish();
    update_interest();
}

// False: the connection is broken.
bool Splice::pass(End& from, End& to) {
    auto& buffer = edge_.buffer_;
    for (int i = 0; i < reads_a_turn; ++i) {
        if (!write_pending(to)) return false;
        if (!to.pending.empty() || from.ended) break;
        ssize_t const got = recv(from.fd, buffer.data(), buffer.size(), 0);
        if (got < 0) {
            if (would_block()) break;
            return false;
        }
        from.ended = got == 0;
        auto const size = static_cast<std::size_t>(got);
        edge_.counters_.bytes += size;
        ssize_t const sent = size == 0 ? 0 : send(to.fd, buffer.data(), size, MSG_NOSIGNAL);
        if (sent < 0 && !would_block()) return false;
        auto const done = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
        to.pending.assign(buffer.data() + done, size - done);
        if (size < buffer.size() && done == size && !from.ended) break;  // the socket is empty
    }
    if (from.ended && to.pending.empty() && !std::exchange(to.told, true)) {
        shutdown(to.fd, SHUT_WR);
    }
    return true;
}

bool Splice::write_pending(End& end) {
    while (!end.pending.empty()) {
        ssize_t const sent = send(end.fd, end.pending.data(), end.pending.size(), MSG_NOSIGNAL);
        if (sent < 0) return would_block();
        end.pending.erase(0, static_cast<std::size_t>(sent));
    }
    if (end.pending.capacity() > sizeof(Bytes)) end.pending.shrink_to_fit();
    return true;
}

void Splice::update_interest() {
    auto const of = [](End const& end, End const& other) -> std::uint32_t {
        bool const read = !end.ended && other.pending.empty();
        return (read ? EPOLLIN : 0U) | (end.pending.empty() ? 0U : EPOLLOUT);
    };
    want(client_, of(client_, region_));
    want(region_, of(region_, client_));
}

// A socket of which nothing is wanted is not watched at all: its hang-up would be told for ever.
void Splice::want(End& end, std::uint32_t events) {
    if (events == end.interest) return;
    if (end.interest == 0) {
        edge_.loop_.watch(end.fd, end, events);
    } else if (events == 0) {
        edge_.loop_.unwatch(end.fd);
    } else {
        edge_.loop_.change(end.fd, events);
    }
    end.interest = events;
}

void Splice::close(End& end) {
    if (end.fd < 0) return;
    want(end, 0);
    ::close(std::exchange(end.fd, -1));
}

void Splice::on_routes_changed() {
    switch (state_) {
        case State::waiting:
            return direct();
        case State::connecting:
            if (edge_.routes_.current(*route_)) return;
            close(region_);
            return direct();
        case State::passing:
            if (edge_.routes_.current(*route_)) return;
            ++edge_.counters_.moved;
            return vanish();
        case State::hello:
        case State::gone:
            return;
    }
}

void Splice::vanish() {
    if (state_ == State::gone) return;
    enter(State::gone);
    edge_.loop_.timers().cancel(*this);
    close(client_);
    close(region_);
    edge_.remove(*this);
}

}  // namespace tandem::world
