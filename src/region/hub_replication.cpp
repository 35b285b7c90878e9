// The pair: records out while we own the hub, records in while we follow.

#include "region/hub_node.hpp"

#include <algorithm>
#include <utility>

namespace tandem::region {

std::optional<std::size_t> HubNode::slot_of(std::uint32_t index) const {
    if (index == value(hub_partition)) return slots_.size() - 1;
    if (index + 1 < slots_.size()) return index;
    return std::nullopt;
}

/// Is this from the owner of an epoch that nobody has overtaken? Answers STALE if not.
bool HubNode::accept_owner(SiteName const& from, std::uint32_t index, std::uint32_t epoch_in,
                           Now now) {
    if (!pair_ || from != *pair_ || !slot_of(index)) return false;
    Epoch const epoch{epoch_in};
    if (epoch < ownership_.epoch()) {
        peer::Envelope envelope;
        auto& reply = *envelope.mutable_append_reply();
        reply.set_hub(definition_.name());
        reply.set_partition(index);
        reply.set_epoch(value(ownership_.epoch()));
        reply.set_status(peer::AppendReply::STALE);
        node_.send(from, std::move(envelope));
        return false;
    }
    act(ownership_.on_owner_heard(epoch, from.value, now), now);
    if (ownership_.epoch() != epoch || ownership_.owner() != from.value) return false;
    remember_epoch(epoch, from.value);
    return true;
}

void HubNode::on_replication(SiteName const& from, peer::Envelope const& message, Now now) {
    auto take = [&](auto const& part, auto&& receive) {
        if (!accept_owner(from, part.partition(), part.epoch(), now)) return;
        std::size_t const index = *slot_of(part.partition());
        Epoch const ours = slots_[index].log->end().position.epoch();
        take_outcome(index, receive(*slots_[index].receiver), ours);
    };
    if (message.has_append() && pair_ && from == *pair_ &&
        Epoch{message.append().epoch()} >= ownership_.epoch()) {
        in_sync_epoch_.reset();
        if (message.append().in_sync()) in_sync_epoch_ = Epoch{message.append().epoch()};
    }
    if (message.has_append())
        take(message.append(), [&](auto& to) { return to.on_append(message.append(), now); });
    else if (message.has_snapshot_begin())
        take(message.snapshot_begin(),
             [&](auto& to) { return to.on_snapshot_begin(message.snapshot_begin(), now); });
    else if (message.has_snapshot_chunk())
        take(message.snapshot_chunk(),
             [&](auto& to) { return to.on_snapshot_chunk(message.snapshot_chunk(), now); });
    else if (message.has_snapshot_end())
        take(message.snapshot_end(),
             [&](auto& to) { return to.on_snapshot_end(message.snapshot_end(), now); });
    else if (message.has_append_reply() && pair_ && from == *pair_)
        on_append_reply(message.append_reply(), now);
}

void HubNode::take_outcome(std::size_t index, replica::Receiver::Outcome outcome, Epoch old_epoch) {
    Slot& slot = slots_[index];
    if (!outcome.diverged.empty()) {
        record::PartitionLoss loss;
        loss.set_partition(value(slot.log->key().index));
        loss.set_owner_end(outcome.diverged.back().position.bits());
        loss.set_replicated_to(slot.log->end().position.bits());
        loss.set_lost_records(outcome.diverged.size());
        std::uint64_t telemetry = 0;
        for (auto const& entry : outcome.diverged) {
            auto const decoded = record::decode(entry.record);
            if (decoded.ok() && decoded->fact.has_telemetry()) ++telemetry;
        }
        loss.set_lost_telemetry(telemetry);
        loss.set_salvage_file(
            node_.store_.salvage(slot.log->key(), outcome.diverged_epoch, outcome.diverged));
        slot.owes_notice = false;
        send_notice(outcome.diverged_epoch, std::move(loss));
    } else if (slot.owes_notice && !slot.log->incomplete() &&
               slot.log->end().position.epoch() == ownership_.epoch()) {
        slot.owes_notice = false;
        record::PartitionLoss none;
        none.set_partition(value(slot.log->key().index));
        none.set_owner_end(slot.log->end().position.bits());
        none.set_replicated_to(slot.log->end().position.bits());
        send_notice(old_epoch, std::move(none));
    }
    for (auto& reply : outcome.replies) node_.send(*pair_, std::move(reply));
    update_eligible();
}

void HubNode::send_notice(Epoch old_epoch, record::PartitionLoss loss) {
    peer::Envelope envelope;
    auto& notice = *envelope.mutable_salvage_notice();
    notice.set_hub(definition_.name());
    notice.set_epoch(value(old_epoch));
    *notice.mutable_loss() = std::move(loss);
    node_.send(*pair_, std::move(envelope));
}

void HubNode::on_append_reply(peer::AppendReply const& reply, Now now) {
    auto const index = slot_of(reply.partition());
    if (!index) return;
    if (reply.status() == peer::AppendReply::STALE) {
        act(ownership_.on_epoch_seen(Epoch{reply.epoch()}, now), now);
        return;
    }
    if (!ownership_.owns()) return;   // a candidate has nothing to say in an epoch not its own
    if (Epoch{reply.epoch()} != ownership_.epoch()) return;
    Slot& slot = slots_[*index];
    slot.sender->on_reply(reply, now);
    slot.log->forget_lag(slot.sender->acked());
    check_sync(now);
    release(now);
    ship_slot(*index, now);
    check_drained(now);
}

void HubNode::ship(Now now) {
    for (std::size_t i = 0; i < slots_.size(); ++i) ship_slot(i, now);
}

void HubNode::ship_slot(std::size_t index, Now now) {
    if (!pair_ || !pair_up_) return;
    for (auto& message :
         slots_[index].sender->next(ownership_.epoch(), acknowledged(index), now)) {
        if (message.has_append())
            message.mutable_append()->set_in_sync(
                !sync_suspended_ && settings().goal() == record::GOAL_REGION_SYNC);
        node_.send(*pair_, std::move(message));
    }
}

/// After an unplanned failover there is nobody to wait for, until there is: say so, in the log too.
void HubNode::set_sync_suspended(bool suspended, Now now) {
    sync_suspended_ = suspended;
    record::Fact fact;
    fact.mutable_sync_suspended()->set_suspended(suspended);
    slots_.back().log->append(fact, ownership_.epoch(), now.wall);
}

/// Ends the suspension once the pair has everything: from here on answers wait for it again.
void HubNode::check_sync(Now now) {
    if (!sync_suspended_ || !ownership_.admitting(now)) return;
    for (auto const& slot : slots_)
        if (!slot.sender->streaming() || slot.sender->acked() < slot.log->durable()) return;
    set_sync_suspended(false, now);
    node_.status_due_ = true;
}

/// While handing over: is everything that was appended durable in the pair?
void HubNode::check_drained(Now now) {
    auto const state = ownership_.state();
    if (state != failover::State::draining && state != failover::State::handing_over) return;
    for (auto const& slot : slots_) {
        Position const end = slot.log->end().position;
        if (slot.log->durable() < end || slot.sender->acked() < end) return;
    }
    act(ownership_.on_drained(now), now);
}

void HubNode::update_eligible() {
    bool eligible = true;
    for (auto const& slot : slots_)
        eligible = eligible && !slot.log->incomplete() &&
                   (!slot.log->end().position.none() ||
                    definition_.regions(0) == node_.options_.self.value);
    ownership_.set_eligible(eligible);
    // With the goal region-sync we take over by ourselves only where we cannot lack anything.
    bool const safe = settings().goal() != record::GOAL_REGION_SYNC ||
                      in_sync_epoch_ == ownership_.epoch();
    ownership_.set_automatic(settings().automatic_failover() && safe);
}

}  // namespace tandem::region
