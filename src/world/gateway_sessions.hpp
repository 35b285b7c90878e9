// world/gateway_sessions.hpp -- makes the gateway's sessions, and holds what they share.
#pragma once

#include "gateway/amqp/receiver_table.hpp"
#include "gateway/http/service_session.hpp"
#include "world/server.hpp"

#include <memory>
#include <unordered_map>

namespace tandem::world {

class GatewaySessions {
public:
    /// `server()` is asked for whenever a session must be given a turn. `amqp_port` is where
    /// clients come in, at the edge.
    GatewaySessions(EventLoop& loop, std::function<Server*()> server, std::uint16_t amqp_port);
    ~GatewaySessions();

    SessionFactory mqtt();
    SessionFactory amqp();
    SessionFactory https(gateway::SiteAnswers site);
    void on_closed(ConnectionId connection);

private:
    void wake(gateway::Session& session);

    EventLoop& loop_;
    std::function<Server*()> server_;
    std::uint16_t amqp_port_;
    gateway::ReceiverTable receivers_;
    std::unordered_map<gateway::Session const*, ConnectionId> amqp_;
    std::unordered_map<ConnectionId, gateway::Session const*> amqp_by_id_;
    std::shared_ptr<bool> alive_;
};

}  // namespace tandem::world
