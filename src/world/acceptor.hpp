// world/acceptor.hpp -- takes the connections of one listening socket.
//
// When descriptors or memory run out, it rests for accept_rest instead of being told of the same
// waiting client again and again (bad-inputs 47); clients wait in the kernel's queue meanwhile.
#pragma once

#include "base/result.hpp"
#include "world/event_loop.hpp"
#include "world/sockets.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace tandem::world {

inline constexpr Duration accept_rest = 100ms;

class Acceptor final : Watcher, Timed {
public:
    /// Gets a non-blocking descriptor, and owns it.
    using Handler = std::function<void(int fd)>;

    static Result<std::unique_ptr<Acceptor>> listen(EventLoop& loop, ListenAt const& at,
                                                    Handler handler);
    ~Acceptor();

    std::uint16_t port() const { return port_; }
    std::uint64_t rests() const { return rests_; }

private:
    Acceptor(EventLoop& loop, ListeningSocket socket, Handler handler);
    void on_ready(std::uint32_t events) override;
    void on_deadline() override;

    EventLoop& loop_;
    int fd_;
    std::uint16_t port_;
    Handler handler_;
    std::uint64_t rests_ = 0;
};

}  // namespace tandem::world
