// world/admin.hpp -- a process's own little HTTP endpoint: /metrics and the like, GET only.
//
// Plain HTTP and no sign-in: meant for a loopback address, which `start` insists on.
#pragma once

#include "base/result.hpp"
#include "codec/http/message.hpp"
#include "world/server.hpp"

#include <functional>
#include <map>
#include <string>

namespace tandem::world {

class Admin {
public:
    struct Page {
        std::string content_type;
        std::function<std::string()> text;
    };

    Admin(EventLoop& loop, ports::Random& random, std::map<std::string, Page> pages);

    /// Errors: argument_invalid -- not a loopback address; else as Server::listen.
    Result<std::uint16_t> start(ListenAt const& at);
    void flush() { server_.flush(); }  ///< once a batch

private:
    http::Response answer(http::Request const& request) const;

    EventLoop& loop_;
    std::map<std::string, Page> pages_;  ///< by path
    Server server_;
};

}  // namespace tandem::world
