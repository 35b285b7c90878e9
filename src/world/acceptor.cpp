#include "world/acceptor.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <utility>

namespace tandem::world {
namespace {

constexpr int accepts_a_turn = 64;  // then others have their turn

}  // namespace

Result<std::unique_ptr<Acceptor>> Acceptor::listen(EventLoop& loop, ListenAt const& at,
                                                   Handler handler) {
    TANDEM_TRY(auto const socket, open_listener(at));
    return std::unique_ptr<Acceptor>{new Acceptor(loop, socket, std::move(handler))};
}

Acceptor::Acceptor(EventLoop& loop, ListeningSocket socket, Handler handler)
    : loop_(loop), fd_(socket.fd), port_(socket.port), handler_(std::move(handler)) {
    loop_.watch(fd_, *this, EPOLLIN);
}

Acceptor::~Acceptor() {
    loop_.timers().cancel(*this);
    loop_.unwatch(fd_);
    close(fd_);
}

void Acceptor::on_ready(std::uint32_t) {
    for (int i = 0; i < accepts_a_turn; ++i) {
        int const fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            handler_(fd);
            continue;
        }
        switch (errno) {
            case EMFILE:
            case ENFILE:
            case ENOBUFS:
            case ENOMEM:
                ++rests_;
                loop_.change(fd_, 0);
                loop_.timers().set(*this, loop_.now().mono + accept_rest);
                return;
            case EINTR:
            case ECONNABORTED:
                break;  // that client is gone; the next one may be there
            default:
                return;
        }
    }
}

void Acceptor::on_deadline() {
    loop_.change(fd_, EPOLLIN);
}

}  // namespace tandem::world
