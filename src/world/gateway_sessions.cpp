#include "world/gateway_sessions.hpp"

#include "gateway/amqp/amqp_session.hpp"
#include "gateway/mqtt/session.hpp"

namespace tandem::world {

GatewaySessions::GatewaySessions(EventLoop& loop, std::function<Server*()> server,
                                 std::uint16_t amqp_port)
    : loop_(loop),
      server_(std::move(server)),
      amqp_port_(amqp_port),
      receivers_([this](gateway::Session& session) { wake(session); }),
      alive_(std::make_shared<bool>(true)) {}

GatewaySessions::~GatewaySessions() {
    *alive_ = false;
}

SessionFactory GatewaySessions::mqtt() {
    return [](gateway::ConnectionInfo info, ConnectionId) {
        return std::make_unique<gateway::MqttSession>(std::move(info));
    };
}

SessionFactory GatewaySessions::amqp() {
    return [this](gateway::ConnectionInfo info, ConnectionId id) {
        auto session =
            std::make_unique<gateway::AmqpSession>(std::move(info), receivers_, amqp_port_);
        amqp_[session.get()] = id;
        amqp_by_id_[id] = session.get();
        return session;
    };
}

SessionFactory GatewaySessions::https(gateway::SiteAnswers site) {
    return [site = std::move(site)](gateway::ConnectionInfo info, ConnectionId) {
        return std::make_unique<gateway::ServiceSession>(std::move(info), site);
    };
}

void GatewaySessions::on_closed(ConnectionId connection) {
    auto const found = amqp_by_id_.find(connection);
    if (found == amqp_by_id_.end()) return;
    amqp_.erase(found->second);
    amqp_by_id_.erase(found);
}

// Asked for from within another session, so the turn comes later; by then it may be gone.
void GatewaySessions::wake(gateway::Session& session) {
    auto const found = amqp_.find(&session);
    if (found == amqp_.end()) return;
    loop_.soon([this, alive = alive_, id = found->second] {
        if (!*alive) return;
        if (Server* const server = server_()) server->give_turn(id);
    });
}

}  // namespace tandem::world
