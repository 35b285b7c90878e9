// app/concierge_client.hpp -- asks a list of concierges over HTTPS, and tells whenever directions
// are believed: a concierge::Follower with connections of its own.
//
//     ConciergeClient guide{loop, options, [&](auto const& to) { target = *to.endpoint("mqtt"); }};
//     guide.start();
//     ...when a connection to the target is lost: guide.on_trouble();
//
// The answers' own signatures are what is relied on; TLS is used, and checked, all the same.
#pragma once

#include "app/client_link.hpp"
#include "codec/http/client.hpp"
#include "concierge/follower.hpp"

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace tandem::app {

class ConciergeClient final : ClientLink::Handler {
public:
    struct Options {
        std::vector<std::string> urls;     ///< "https://name-or-address[:port]", at least one
        std::string host;                  ///< the hub's
        std::vector<Bytes> keys;           ///< pinned
        world::TlsContext const* tls = nullptr;
    };
    using OnDirections = std::function<void(concierge::Directions const&)>;

    /// Errors: argument_invalid -- a URL of another kind, or a name nobody knows (waits for the
    /// name service).
    static Result<std::unique_ptr<ConciergeClient>> make(world::EventLoop& loop, Options options,
                                                         OnDirections on_directions);

    void start();
    /// The address named last cannot be reached, or serves the hub no more.
    void on_trouble();
    std::uint64_t answers() const { return answers_; }       ///< that were believed
    std::uint64_t refusals() const { return refusals_; }     ///< not believed, or not given
    std::string const& last_fault() const { return last_fault_; }

private:
    ConciergeClient(world::EventLoop& loop, Options const& options,
                    std::vector<ClientLink::Target> targets, OnDirections on_directions);

    void on_open() override;
    void on_bytes(ByteView bytes) override;
    void on_lost(std::string const& why) override;
    void on_alarm();
    void ask();
    void give_up(std::string why);
    void on_response(http::Response const& response);

    world::EventLoop& loop_;
    std::vector<ClientLink::Target> targets_;
    ClientLink::Target target_;                    ///< of the one being asked
    OnDirections on_directions_;
    concierge::Follower follower_;
    ClientLink link_;
    world::Alarm alarm_;
    http::ResponseReader reader_;
    std::mt19937_64 random_;
    std::uint64_t answers_ = 0, refusals_ = 0;
    std::string last_fault_;
};

}  // namespace tandem::app
