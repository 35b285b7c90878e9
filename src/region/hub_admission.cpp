// Who may speak to the hub: its network rules, and which proofs of identity still stand.

#include "region/hub_node.hpp"

namespace tandem::region {

namespace {

bool reads_events(hub::Command const& command) {
    return std::holds_alternative<hub::FindTelemetry>(command) ||
           std::holds_alternative<hub::ReadTelemetry>(command) ||
           std::holds_alternative<hub::GetEventHub>(command) ||
           std::holds_alternative<hub::GetEventPartition>(command);
}

}  // namespace

/// One look a connection, and one at all of them when the settings change.
bool HubNode::admits(ConnectionId connection, hub::Command const& command) {
    refresh_admission();
    auto const [entry, fresh] = connections_.try_emplace(connection);
    if (fresh) entry->second = judge(connection);
    Visitor const& visitor = entry->second;
    // A session ends, whoever holds it; and who proves a right may need it for either door.
    if (std::holds_alternative<hub::CloseSession>(command)) return true;
    if (std::holds_alternative<hub::Authorize>(command)) return visitor.to_hub || visitor.to_events;
    return reads_events(command) ? visitor.to_events : visitor.to_hub;
}

HubNode::Visitor HubNode::judge(ConnectionId connection) const {
    auto const known = node_.clients_.find(connection);
    hub::Client const client = known == node_.clients_.end() ? hub::Client{} : known->second;
    return {.to_hub = admission_.admits(client, hub::Door::devices_and_services),
            .to_events = admission_.admits(client, hub::Door::events)};
}

void HubNode::refresh_admission() {
    auto const revision = settings().revision();
    if (admission_of_ == revision) return;
    bool const first = !admission_of_;
    admission_of_ = revision;
    admission_ = hub::Admission{settings()};
    if (first) return;
    for (auto& [connection, visitor] : connections_) {
        Visitor const now_is = judge(connection);
        bool const less = (visitor.to_hub && !now_is.to_hub) ||
                          (visitor.to_events && !now_is.to_events) || !stands(visitor.proof);
        visitor.to_hub = now_is.to_hub;
        visitor.to_events = now_is.to_events;
        if (less) node_.notify(connection, hub::Closed{hub::CloseReason::not_admitted});
    }
}

void HubNode::note_proof(ConnectionId connection, hub::Reply const& reply) {
    auto const visitor = connections_.find(connection);
    if (visitor == connections_.end()) return;
    if (auto const* opened = std::get_if<hub::SessionOpened>(&reply))
        visitor->second.proof = opened->proof;
    if (auto const* authorized = std::get_if<hub::Authorized>(&reply))
        visitor->second.proof = authorized->proof;
}

bool HubNode::stands(hub::Proof proof) const {
    switch (proof) {
        case hub::Proof::policy_key: return !settings().disable_local_auth();
        case hub::Proof::device_key: return !settings().disable_device_sas();
        case hub::Proof::none:
        case hub::Proof::other: break;
    }
    return true;
}

}  // namespace tandem::region
