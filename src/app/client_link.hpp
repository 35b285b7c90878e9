// app/client_link.hpp -- a client's connection on an event loop: TCP, with TLS or without, opened
// again as often as its owner likes.
//
//   closed --open--> connecting --connected--> handshaking --done--> live
//      ^--------------- close, or lost (on_lost is called) ---------'
#pragma once

#include "base/result.hpp"
#include "world/event_loop.hpp"
#include "world/stream.hpp"

#include <string>

namespace tandem::app {

class ClientLink final : world::Watcher {
public:
    /// Called by the loop, never from within a call to the link. May call anything of it.
    class Handler {
    public:
        virtual void on_open() = 0;
        virtual void on_bytes(ByteView bytes) = 0;
        virtual void on_lost(std::string const& why) = 0;

    protected:
        ~Handler() = default;
    };
    struct Target {
        std::string address;                        ///< IPv4 or IPv6 literal
        std::uint16_t port = 0;
        std::string host;                           ///< SNI, and the name in the certificate
        world::TlsContext const* tls = nullptr;     ///< nullptr: plain
    };

    /// `target` and `handler` outlive it.
    ClientLink(world::EventLoop& loop, Target const& target, Handler& handler)
        : loop_(loop), target_(target), handler_(handler) {}
    ~ClientLink() { close(); }
    ClientLink(ClientLink const&) = delete;
    ClientLink& operator=(ClientLink const&) = delete;

    /// Errors: unavailable; then on_lost is not called.
    Result<void> open();
    bool live() const { return state_ == State::live; }
    /// Append here while live; `flush` sends it, as does the end of every on_bytes and on_open.
    Bytes& output() { return output_; }
    void flush();
    void close();

private:
    enum class State : std::uint8_t { closed, connecting, handshaking, live };

    void on_ready(std::uint32_t events) override;
    void handshake();
    void read();
    void lose(std::string why);
    void want(std::uint32_t events);

    world::EventLoop& loop_;
    Target const& target_;
    Handler& handler_;
    world::Stream stream_;
    Bytes output_;
    std::uint32_t wanted_ = 0;
    std::uint32_t opened_ = 0;         ///< how often; tells one connection from the next
    State state_ = State::closed;
};

}  // namespace tandem::app
