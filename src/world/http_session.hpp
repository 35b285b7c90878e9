// world/http_session.hpp -- an HTTP connection that is not a hub's: control's REST API, /metrics.
//
// Requests go to a handler one at a time; the answer comes back through respond(), at once or
// later. Commands and events of hubs do not concern it.
#pragma once

#include "codec/http/connection.hpp"
#include "gateway/session.hpp"

#include <functional>

namespace tandem::world {

class HttpSession final : public gateway::Session {
public:
    using Handler = std::function<void(http::Request)>;
    /// `gone` is called when the client left while a request was unanswered; may be empty.
    HttpSession(Handler handler, std::function<void()> gone);

    /// Requires: the request that the handler got last has not been answered yet.
    void respond(http::Response const& response, Now now);

    void on_bytes(ByteView bytes, Now now) override;
    void on_reply(gateway::Token, Result<hub::Reply>, Now) override {}
    void on_event(hub::Event const&, Now) override {}
    void on_timer(Now now) override;
    void on_peer_closed(Now now) override;
    std::optional<Time> next_deadline() const override { return connection_.next_deadline(); }
    gateway::Output& output() override;

private:
    void next_requests();

    http::Connection connection_;
    gateway::Output output_;
    Handler handler_;
    std::function<void()> gone_;
    bool answering_ = false;
    bool handing_out_ = false;
};

}  // namespace tandem::world
