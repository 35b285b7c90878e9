#include "world/connection.hpp"

#include "base/drop_used.hpp"
#include "base/limits.hpp"
#include "world/system.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <algorithm>
#include <cerrno>
#include <utility>

namespace tandem::world {
namespace {

constexpr int reads_a_turn = 4;                     // then others have their turn
constexpr std::size_t output_kept_bytes_max = 512;  // an idle connection keeps no big buffer

}  // namespace

Connection::Connection(Server& server, ConnectionId id, int fd, TlsContext const* tls,
                       SessionFactory const& factory)
    : server_(server),
      factory_(factory),
      id_(id),
      stream_(fd, tls, Stream::Side::server),
      since_(server.loop_.now().mono) {
    server_.loop_.watch(fd, *this, EPOLLIN);
    interest_ = EPOLLIN;
}

Connection::~Connection() {
    if (state_ == State::gone) return;  // the server may be gone too
    server_.loop_.timers().cancel(*this);
    server_.loop_.unwatch(stream_.fd());
}

void Connection::begin() {
    if (!server_.passes_on(stream_.fd())) return secure();
    state_ = State::greeting;
    update_deadline();
}

/// Not a byte more than the header: the rest is TLS's.
void Connection::read_greeting() {
    for (;;) {
        auto const wanted = proxy::header_size(output_);
        if (wanted.ok() && output_.size() == *wanted) break;
        char buffer[proxy::header_bytes_max];
        ssize_t const got =
            wanted.ok() ? recv(stream_.fd(), buffer, *wanted - output_.size(), 0) : 0;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
        if (got <= 0) {
            ++server_.counters_.bad_proxy_headers;
            return vanish();
        }
        output_.append(buffer, static_cast<std::size_t>(got));
    }
    auto const header = proxy::decode_header(output_);
    if (!header.ok()) {
        ++server_.counters_.bad_proxy_headers;
        return vanish();
    }
    output_.clear();
    if (header->client) client_ = std::make_unique<proxy::End>(*header->client);
    state_ = State::handshaking;
    secure();
}

void Connection::secure() {
    if (!stream_.encrypted()) {
        open_session();
    } else {
        update_deadline();
    }
}

void Connection::on_ready(std::uint32_t events) {
    switch (state_) {
        case State::greeting:
            return read_greeting();
        case State::handshaking:
            return continue_handshake();
        case State::open:
        case State::flushing:
            if ((events & EPOLLOUT) != 0) write_some();
            if ((events & EPOLLIN) != 0 && state_ == State::open) read_some();
            // Not reading, and yet told: the connection is broken.
            if ((events & (EPOLLERR | EPOLLHUP)) != 0 && (interest_ & EPOLLIN) == 0) peer_closed();
            if (state_ != State::gone) server_.touch(id_);
            return;
        case State::lingering:
            return discard_input();
        case State::gone:
            return;
    }
}

void Connection::continue_handshake() {
    switch (stream_.handshake()) {
        case Stream::Status::done:
            return open_session();
        case Stream::Status::want_read:
            return want(EPOLLIN);
        case Stream::Status::want_write:
            return want(EPOLLOUT);
        case Stream::Status::end:
        case Stream::Status::failed:
            ++server_.counters_.handshake_failures;
            return vanish();
    }
}

void Connection::open_session() {
    state_ = State::open;
    since_ = server_.loop_.now().mono;
    server_.loop_.timers().cancel(*this);
    gateway::ConnectionInfo info;
    info.server_name = stream_.server_name();
    info.peer_address = peer_address_of(stream_.fd());
    if (client_)
        info.peer_address = format_ip(client_->address) + ":" + std::to_string(client_->port);
    if (client_) info.client = client_->address;
    else if (auto const ends = ends_of(stream_.fd())) info.client = ends->peer.address;
    client_.reset();
    info.tls = stream_.tls_version();
    info.tracking_seed = random_hex(server_.random_, 8);
    session_ = factory_(std::move(info), id_);
    server_.touch(id_);
    if (stream_.encrypted())
        read_some();  // the first bytes may have come with the handshake's last
}

void Connection::read_some() {
    auto& buffer = server_.read_buffer_;
    for (int i = 0; i < reads_a_turn; ++i) {
        if (state_ != State::open || session_->paused()) return;
        auto const moved = stream_.read(buffer.data(), buffer.size());
        switch (moved.status) {
            case Stream::Status::done:
                break;
            case Stream::Status::want_read:
                return;
            case Stream::Status::want_write:
                return want(interest_ | EPOLLOUT);
            case Stream::Status::end:
            case Stream::Status::failed:
                return peer_closed();
        }
        server_.counters_.bytes_in += moved.bytes;
        session_->on_bytes(ByteView{buffer.data(), moved.bytes}, server_.loop_.now());
        take_output();
        if (!stream_.encrypted() && moved.bytes < buffer.size()) return;
    }
    if (stream_.has_pending()) read_soon();
}

void Connection::read_soon() {
    if (std::exchange(reading_soon_, true)) return;
    server_.loop_.soon([&server = server_, alive = server_.alive_, id = id_] {
        if (!*alive) return;
        Connection* const connection = server.find(id);
        if (connection == nullptr) return;
        connection->reading_soon_ = false;
        if (connection->state_ != State::open) return;
        connection->read_some();
        if (connection->state_ != State::gone) server.touch(id);
    });
}

void Connection::discard_input() {
    auto& buffer = server_.read_buffer_;
    for (int i = 0; i < reads_a_turn; ++i) {
        auto const moved = stream_.read(buffer.data(), buffer.size());
        if (moved.status == Stream::Status::done) continue;
        if (moved.status != Stream::Status::want_read) vanish();
        return;
    }
}

void Connection::take_output() {
    if (!session_) return;
    auto& out = session_->output();
    if (!out.requests.empty()) {
        auto requests = std::exchange(out.requests, {});
        server_.produced_requests_ = true;
        for (auto& request : requests) server_.handlers_.on_request(id_, std::move(request));
    }
    if (!out.bytes.empty()) {
        if (!output_waits()) since_ = server_.loop_.now().mono;
        output_.append(out.bytes);
        out.bytes.clear();
        grew_ = true;
        if (out.bytes.capacity() > output_kept_bytes_max) out.bytes.shrink_to_fit();
    }
    if (out.close && state_ == State::open) {
        state_ = State::flushing;
        since_ = server_.loop_.now().mono;
    }
}

void Connection::settle() {
    if (state_ == State::open) take_output();
    write_some();
    if (state_ == State::gone || state_ == State::lingering) return;
    if (too_slow()) {
        ++server_.counters_.slow_readers;
        return peer_closed();
    }
    if (state_ == State::open) {
        bool const was_paused = std::exchange(paused_, session_->paused());
        if (was_paused && !paused_ && stream_.has_pending()) read_soon();
    }
    update_interest();
    update_deadline();
}

/// One answer may be larger than the limit: whether its reader is slow, time tells. Who had that
/// much to read already, and is to get still more, does not read as fast as it asks.
bool Connection::too_slow() {
    bool const much = output_.size() - sent_ > limits::output_bytes_max;
    bool const grew = std::exchange(grew_, false);
    return std::exchange(behind_, much) && much && grew;
}

void Connection::write_some() {
    if (state_ != State::open && state_ != State::flushing) return;
    while (output_waits()) {
        auto const moved = stream_.write(ByteView{output_}.substr(sent_));
        if (moved.status == Stream::Status::done) {
            sent_ += moved.bytes;
            server_.counters_.bytes_out += moved.bytes;
            since_ = server_.loop_.now().mono;
            continue;
        }
        bool const waits =
            moved.status == Stream::Status::want_read || moved.status == Stream::Status::want_write;
        if (!waits) peer_closed();
        return drop_used(output_, sent_, output_kept_bytes_max);
    }
    drop_used(output_, sent_, output_kept_bytes_max);
    if (state_ == State::flushing) start_lingering();
}

void Connection::peer_closed() {
    if (state_ == State::open) {
        session_->on_peer_closed(server_.loop_.now());
        take_output();
    }
    vanish();
}

void Connection::release_session() {
    if (!session_) return;
    session_.reset();
    server_.produced_requests_ = true;  // so that what it leads to is looked at in this batch
    server_.handlers_.on_closed(id_);
}

void Connection::start_lingering() {
    release_session();
    stream_.shut_down();
    state_ = State::lingering;
    since_ = server_.loop_.now().mono;
    want(EPOLLIN);
    update_deadline();
}

void Connection::vanish() {
    if (state_ == State::gone) return;
    state_ = State::gone;
    release_session();
    server_.loop_.timers().cancel(*this);
    server_.loop_.unwatch(stream_.fd());
    stream_.close();
    server_.remove(*this);
}

void Connection::want(std::uint32_t events) {
    if (events == interest_) return;
    interest_ = events;
    server_.loop_.change(stream_.fd(), events);
}

void Connection::update_interest() {
    std::uint32_t events = 0;
    if (state_ == State::open && !paused_) events |= EPOLLIN;
    if (output_waits()) events |= EPOLLOUT;
    want(events);
}

std::optional<Time> Connection::next_deadline() const {
    switch (state_) {
        case State::greeting:
        case State::handshaking:
            return since_ + limits::handshake_wait_max;
        case State::open: {
            auto deadline = session_->next_deadline();
            if (!output_waits()) return deadline;
            Time const stalled = since_ + write_stall_max;
            return deadline ? std::min(*deadline, stalled) : stalled;
        }
        case State::flushing:
            return since_ + write_stall_max;
        case State::lingering:
            return since_ + close_linger_max;
        case State::gone:
            return std::nullopt;
    }
    return std::nullopt;
}

// The heap's entry may be too early: a deadline that moves on with every message is only looked at
// when the entry comes up.
void Connection::update_deadline() {
    auto const next = next_deadline();
    if (!next) return;
    auto const armed = server_.loop_.timers().deadline_of(*this);
    if (!armed || *next < *armed) server_.loop_.timers().set(*this, *next);
}

void Connection::on_deadline() {
    Now const now = server_.loop_.now();
    auto const due = next_deadline();
    if (!due || *due > now.mono) return update_deadline();
    if (state_ != State::open) {
        if (state_ == State::greeting) ++server_.counters_.bad_proxy_headers;
        if (state_ == State::handshaking) ++server_.counters_.handshake_failures;
        return vanish();
    }
    if (output_waits() && since_ + write_stall_max <= now.mono) {
        ++server_.counters_.slow_readers;
        return peer_closed();
    }
    session_->on_timer(now);
    server_.touch(id_);
}

}  // namespace tandem::world
