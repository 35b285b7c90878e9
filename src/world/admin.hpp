// world/admin.hpp -- a process's own little HTTP endpoint: /metrics, /health/live, /health/ready
// and the like, GET only.
//
// Plain HTTP and no sign-in: meant for a loopback address, which `start` insists on.
#pragma once

#include "base/result.hpp"
#include "codec/http/message.hpp"
#include "world/server.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tandem::world {

class Admin {
public:
    struct Page {
        std::string content_type;
        std::function<std::string()> text;
        std::function<bool()> good{};   ///< false: the page comes with a 503; empty: always good
    };
    using Pages = std::map<std::string, Page>;
    /// What stands in the way of serving; empty: nothing.
    using Reasons = std::function<std::vector<std::string>()>;

    Admin(EventLoop& loop, ports::Random& random, Pages pages);

    /// What Prometheus reads.
    static Page metrics_page(std::function<std::string()> text);
    /// Adds what process supervisors ask: /health/live answers as long as the loop turns;
    /// /health/ready is a 503 with the reasons while there are any.
    static Pages with_health(Pages pages, Reasons const& reasons);

    /// Errors: argument_invalid -- not a loopback address; else as Server::listen.
    Result<std::uint16_t> start(ListenAt const& at);
    void flush() { server_.flush(); }  ///< once a batch

private:
    http::Response answer(http::Request const& request) const;

    EventLoop& loop_;
    Pages pages_;  ///< by path
    Server server_;
};

}  // namespace tandem::world
