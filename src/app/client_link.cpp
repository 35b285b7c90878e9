#include "app/client_link.hpp"

#include "world/sockets.hpp"

#include <array>
#include <cstring>
#include <sys/epoll.h>

namespace tandem::app {

namespace {

constexpr int reads_a_turn = 8;
constexpr std::size_t output_kept_bytes_max = 4096;

}  // namespace

Result<void> ClientLink::open() {
    close();
    TANDEM_TRY(int const fd, world::begin_connect(target_.address, target_.port));
    ++opened_;
    stream_ = world::Stream{fd, target_.tls, world::Stream::Side::client};
    if (stream_.encrypted()) {
        SSL_set_tlsext_host_name(stream_.ssl(), target_.host.c_str());
        SSL_set1_host(stream_.ssl(), target_.host.c_str());
    }
    state_ = State::connecting;
    wanted_ = EPOLLOUT;
    loop_.watch(fd, *this, wanted_);
    return {};
}

void ClientLink::close() {
    if (state_ == State::closed) return;
    state_ = State::closed;
    loop_.unwatch(stream_.fd());
    stream_.close();
    output_.clear();
}

void ClientLink::on_ready(std::uint32_t events) {
    switch (state_) {
        case State::closed: return;
        case State::connecting:
            if (int const code = world::connect_error(stream_.fd()); code != 0) {
                return lose(std::strerror(code));
            }
            state_ = State::handshaking;
            return handshake();
        case State::handshaking: return handshake();
        case State::live:
            if ((events & EPOLLOUT) != 0) flush();
            if (state_ == State::live && (events & ~std::uint32_t{EPOLLOUT}) != 0) read();
            return;
    }
}

void ClientLink::handshake() {
    switch (stream_.handshake()) {
        case world::Stream::Status::want_read: return want(EPOLLIN);
        case world::Stream::Status::want_write: return want(EPOLLOUT);
        case world::Stream::Status::end:
        case world::Stream::Status::failed:
            return lose("no TLS with " + target_.host + ": " + world::tls_error_text());
        case world::Stream::Status::done: break;
    }
    state_ = State::live;
    want(EPOLLIN);
    std::uint32_t const connection = opened_;
    handler_.on_open();
    if (state_ != State::live || opened_ != connection) return;
    flush();
    if (state_ == State::live && stream_.has_pending()) read();
}

void ClientLink::read() {
    static thread_local std::array<char, 64 * 1024> buffer;
    std::uint32_t const connection = opened_;
    for (int i = 0; i < reads_a_turn || stream_.has_pending(); ++i) {
        auto const moved = stream_.read(buffer.data(), buffer.size());
        switch (moved.status) {
            case world::Stream::Status::done: break;
            case world::Stream::Status::want_read: return flush();
            case world::Stream::Status::want_write: return want(EPOLLIN | EPOLLOUT);
            case world::Stream::Status::end: return lose("closed by the other end");
            case world::Stream::Status::failed: return lose("the connection broke");
        }
        handler_.on_bytes({buffer.data(), moved.bytes});
        if (state_ != State::live || opened_ != connection) return;
        if (!stream_.encrypted() && moved.bytes < buffer.size()) break;
    }
    flush();
}

void ClientLink::flush() {
    if (state_ != State::live) return;
    std::size_t sent = 0;
    while (sent < output_.size()) {
        auto const moved = stream_.write(ByteView{output_}.substr(sent));
        if (moved.status == world::Stream::Status::done) {
            sent += moved.bytes;
            continue;
        }
        // What a broken connection still has to say comes with the next read.
        output_.erase(0, sent);
        return want(EPOLLIN | EPOLLOUT);
    }
    output_.clear();
    if (output_.capacity() > output_kept_bytes_max) output_.shrink_to_fit();
    want(EPOLLIN);
}

void ClientLink::lose(std::string why) {
    close();
    handler_.on_lost(why);
}

void ClientLink::want(std::uint32_t events) {
    if (events == wanted_) return;
    wanted_ = events;
    loop_.change(stream_.fd(), events);
}

}  // namespace tandem::app
