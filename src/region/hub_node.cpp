#include "region/hub_node.hpp"

#include <algorithm>
#include <utility>

namespace tandem::region {

namespace {

std::optional<SiteName> pair_of(record::HubDefinition const& definition, SiteName const& self) {
    for (auto const& region : definition.regions())
        if (region != self.value) return SiteName{region};
    return std::nullopt;
}

}  // namespace

HubNode::HubNode(Node& node, record::HubDefinition definition)
    : node_(node),
      definition_(std::move(definition)),
      pair_(pair_of(definition_, node.options_.self)),
      ownership_(node.options_.ownership, node.options_.self, pair_, node.options_.witness) {
    std::size_t const count = definition_.partition_count() + 1;
    slots_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto const index =
            i + 1 == count ? hub_partition : PartitionIndex{static_cast<std::uint16_t>(i)};
        Slot& slot = slots_[i];
        slot.log = std::make_unique<partition::Partition>(
            PartitionKey{HubName{definition_.name()}, index}, node_.store_);
        slot.sender = std::make_unique<replica::Sender>(*slot.log);
        slot.receiver = std::make_unique<replica::Receiver>(*slot.log);
    }
}

Result<void> HubNode::recover() {
    for (auto& slot : slots_) TANDEM_CHECK(slot.log->recover());
    return {};
}

void HubNode::start(failover::Ownership::Memory const& known, Now now) {
    tallies_.start(now);
    failover::Ownership::Memory memory = known;
    partition::Partition const& hub_log = *slots_.back().log;
    for (auto const& slot : slots_)
        memory.highest = std::max(memory.highest, slot.log->end().position.epoch());
    // A hub just defined has no log; what the store may still hold is of an earlier one.
    auto const last = hub_log.end().position.none() ? std::optional<ports::LogEntry>{}
                                                     : node_.store_.last_log(hub_log.key());
    if (last) {
        auto const decoded = record::decode(last->record);
        if (decoded.ok() && decoded->fact.has_handed_over() &&
            decoded->header.position.epoch() == memory.highest) {
            memory.handed_over_to = decoded->fact.handed_over().to_region();
            memory.handed_over = memory.highest;
        }
    }
    remembered_ = {memory.highest, memory.owner};
    bool const was_owner =
        memory.owner == node_.options_.self.value && memory.handed_over_to.empty();
    bool const has_served = memory.highest > node_.past(definition_.name());
    for (auto& slot : slots_) slot.owes_notice = was_owner && has_served;
    if (auto promise = node_.promise_of(definition_.name());
        promise && Epoch{promise->epoch()} >= memory.highest) {
        memory.highest = Epoch{promise->epoch()};
        memory.promised_to = promise->holder();
    }
    settings_wanted_ = hub_log.end().position.none();
    update_eligible();
    act(ownership_.start(memory, now, node_.random()), now);
}

record::HubSettings const& HubNode::settings() const {
    auto const& stored = slots_.back().log->view().settings();
    return stored.revision() == 0 && stored.policies_size() == 0 ? definition_.initial_settings()
                                                                  : stored;
}

void HubNode::on_peer_up(SiteName const& site, Now now) {
    if (!pair_ || site != *pair_) return;
    pair_up_ = true;
    if (!ownership_.owns()) return;
    for (auto& slot : slots_) slot.sender->on_connected(ownership_.epoch(), now);
    ship(now);
}

void HubNode::on_peer_down(SiteName const& site, Now) {
    if (!pair_ || site != *pair_) return;
    pair_up_ = false;
    for (auto& slot : slots_) slot.sender->on_disconnected();
}

void HubNode::on_vote(SiteName const& voter, peer::VoteReply const& reply, Now now) {
    act(ownership_.on_vote(voter, reply, now, node_.random()), now);
    release(now);
}

void HubNode::on_message(SiteName const& from, peer::Envelope const& message, Now now) {
    if (message.has_take_over()) return on_take_over(from, message.take_over(), now);
    if (message.has_salvage_notice()) {
        if (pair_ && from == *pair_) on_salvage_notice(message.salvage_notice(), now);
        return;
    }
    if (message.has_configure_hub()) return on_configure(from, message.configure_hub(), now);
    if (message.has_failover_order()) return on_order(from, message.failover_order(), now);
    if (message.has_hub_query()) return on_query(from, message.hub_query());
    if (message.has_event_query()) return on_event_query(from, message.event_query(), now);
    on_replication(from, message, now);
}

void HubNode::collect(ports::Batch& batch, std::vector<Node::InFlight::Written>& written) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        auto commit = slots_[i].log->take_commit();
        if (!commit) continue;
        batch.commits.push_back(std::move(*commit));
        written.push_back({this, i, slots_[i].log->end().position});
    }
}

void HubNode::on_written(std::size_t index, Position end, Now now) {
    Slot& slot = slots_[index];
    slot.log->on_durable(end);
    if (auto reply = slot.receiver->on_durable(ownership_.epoch()); reply && pair_)
        node_.send(*pair_, std::move(*reply));
    if (!ownership_.owns()) {
        if (ownership_.owner() != node_.options_.self.value) slot.log->forget_lag(end);
        return;
    }
    ship_slot(index, now);
    release(now);
    check_drained(now);
}

void HubNode::on_timer(Now now) {
    update_eligible();
    if (auto deadline = ownership_.next_deadline(); deadline && *deadline <= now.mono)
        act(ownership_.on_timer(now, node_.random()), now);
    if (ownership_.owns()) {
        ship(now);
        release(now);
        check_drained(now);
        if (sweep_at_ && *sweep_at_ <= now.mono) sweep_sessions(now);
        if (trim_at_ && *trim_at_ <= now.mono) trim(now);
    }
}

Position HubNode::acknowledged(std::size_t index) const {
    Slot const& slot = slots_[index];
    if (!pair_ || sync_suspended_ || settings().goal() != record::GOAL_REGION_SYNC)
        return slot.log->durable();
    return std::min(slot.log->durable(), slot.sender->acked());
}

void HubNode::shut() {
    refuse_all(Error{Errc::hub_not_found, "the hub was deleted"});
    for (auto const& [connection, visitor] : connections_)
        node_.notify(connection, hub::Closed{hub::CloseReason::identity_gone});
    connections_.clear();
}

}  // namespace tandem::region
