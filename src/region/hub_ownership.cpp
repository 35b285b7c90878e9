// Who serves: the actions of failover::Ownership, the orders of operators, and the reports.

#include "region/hub_node.hpp"

#include <algorithm>
#include <utility>

namespace tandem::region {

void HubNode::act(failover::Actions const& actions, Now now) {
    for (auto const& action : actions)
        std::visit([this, now](auto const& one) { do_action(one, now); }, action);
    if (!actions.empty()) node_.status_due_ = true;
}

void HubNode::do_action(failover::AskVoter const& action, Now now) {
    peer::VoteRequest request;
    request.set_hub(definition_.name());
    request.set_epoch(value(action.epoch));
    request.set_ask_id(action.ask_id);
    if (action.voter == node_.options_.self)
        return node_.on_vote_request(action.voter, request, now);
    peer::Envelope envelope;
    *envelope.mutable_vote_request() = std::move(request);
    node_.send(action.voter, std::move(envelope));
}

void HubNode::do_action(failover::ReleaseVotes const& action, Now now) {
    peer::VoteRelease release;
    release.set_hub(definition_.name());
    release.set_epoch(value(action.epoch));
    if (auto promise = node_.voter_.on_release(release, node_.options_.self, now))
        node_.store_promise(*promise);
    if (!pair_) return;
    for (auto const& site : {*pair_, node_.options_.witness}) {
        peer::Envelope envelope;
        *envelope.mutable_vote_release() = release;
        node_.send(site, std::move(envelope));
    }
}

void HubNode::remember_epoch(Epoch epoch, std::string const& owner) {
    if (remembered_ == std::pair{epoch, owner}) return;
    remembered_ = {epoch, owner};
    record::Promise known;
    known.set_hub(definition_.name());
    known.set_epoch(value(epoch));
    known.set_holder(owner);
    node_.store_epoch(known);
}

void HubNode::do_action(failover::BeginServing const& action, Now now) {
    remember_epoch(action.epoch, node_.options_.self.value);
    handed_over_ = false;
    std::vector<Position> ends;
    for (auto& slot : slots_) {
        ends.push_back(slot.log->end().position);
        record::Fact fact;
        auto& promoted = *fact.mutable_promoted();
        promoted.set_region(node_.options_.self.value);
        promoted.set_previous_region(action.previous_region);
        promoted.set_kind(action.kind);
        promoted.set_operation_id(action.operation_id);
        promoted.set_previous_position(slot.log->end().position.bits());
        slot.log->append(fact, action.epoch, now.wall);
        slot.sender->on_connected(action.epoch, now);  // what the pair has is not known any more
        if (!pair_up_) slot.sender->on_disconnected();
        slot.owes_notice = false;
        slot.woken_at = {};
    }
    if (settings_wanted_) {
        settings_wanted_ = false;
        record::Fact fact;
        *fact.mutable_hub_configured()->mutable_settings() = definition_.initial_settings();
        slots_.back().log->append(fact, action.epoch, now.wall);
    }
    for (auto& slot : slots_) {
        slot.newest_telemetry = slot.log->newest_telemetry();
        slot.newest_telemetry_time = slot.log->newest_telemetry_time();
    }
    sweep_at_ = now.mono + node_.options_.session_grace;
    trim_at_ = now.mono + node_.options_.trim_every;
    bool const unplanned = action.kind == record::FAILOVER_FORCED ||
                           action.kind == record::FAILOVER_AUTOMATIC;
    sync_suspended_ = false;
    if (unplanned && pair_ && settings().goal() == record::GOAL_REGION_SYNC)
        set_sync_suspended(true, now);
    add_step("promoted", now);
    if (action.kind != record::FAILOVER_NONE) begin_report(action, ends, now);
    steps_.clear();
    operation_.clear();
    admit_queued(now);
}

void HubNode::do_action(failover::PauseAdmission const&, Now) {}

void HubNode::do_action(failover::ResumeAdmission const&, Now now) {
    admit_queued(now);
    release(now);
}

void HubNode::do_action(failover::AppendHandedOver const& action, Now now) {
    for (auto& slot : slots_) {
        record::Fact fact;
        fact.mutable_handed_over()->set_to_region(action.to_region);
        fact.mutable_handed_over()->set_operation_id(action.operation_id);
        slot.log->append(fact, action.epoch, now.wall);
    }
}

void HubNode::do_action(failover::SendTakeOver const& action, Now) {
    peer::Envelope envelope;
    handed_over_ = true;
    auto& message = *envelope.mutable_take_over();
    message.set_hub(definition_.name());
    message.set_epoch(value(action.epoch));
    message.set_operation_id(action.operation_id);
    for (auto const& slot : slots_) message.add_final_positions(slot.log->end().position.bits());
    for (auto const& step : steps_) *message.add_steps() = step;
    node_.send(SiteName{action.to_region}, std::move(envelope));
}

void HubNode::do_action(failover::StopServing const&, Now) {
    for (auto& slot : slots_) {
        slot.sender->on_disconnected();
        slot.owes_notice = !handed_over_;
    }
    refuse_all(Error{Errc::not_owner, "the hub is served by another region"});
    for (auto const& [connection, visitor] : connections_)
        node_.notify(connection, hub::Closed{hub::CloseReason::owner_moved});
    connections_.clear();
    online_.clear();
    device_of_.clear();
    steps_.clear();
    operation_.clear();
    sweep_at_.reset();
    trim_at_.reset();
}

void HubNode::do_action(failover::Progress const& action, Now now) {
    operation_ = action.operation_id;
    if (!action.failed.empty()) {
        report_progress(action.operation_id, nullptr, nullptr, action.failed);
        steps_.clear();
        operation_.clear();
        return;
    }
    add_step(action.step, now);
}

void HubNode::add_step(std::string const& name, Now now) {
    record::Step step;
    step.set_name(name);
    step.set_at_us(to_micros(now.wall));
    steps_.push_back(step);
    if (!operation_.empty()) report_progress(operation_, &step, nullptr, {});
}

void HubNode::report_progress(std::string const& operation, record::Step const* step,
                              record::FailoverReport const* report, std::string const& failed) {
    peer::Envelope envelope;
    auto& progress = *envelope.mutable_failover_progress();
    progress.set_hub(definition_.name());
    progress.set_operation_id(operation);
    if (step != nullptr) *progress.mutable_step() = *step;
    if (report != nullptr) *progress.mutable_report() = *report;
    progress.set_failed(failed);
    node_.send(node_.control(), std::move(envelope));
}

/// The report of this failover becomes a fact of the hub; what only the old owner knows is added
/// when it returns.
void HubNode::begin_report(failover::BeginServing const& action, std::vector<Position> const& ends,
                           Now now) {
    record::Fact fact;
    auto& report = *fact.mutable_failover_reported()->mutable_report();
    report.set_operation_id(action.operation_id);
    report.set_kind(action.kind);
    report.set_from_region(action.previous_region);
    report.set_to_region(node_.options_.self.value);
    report.set_epoch(value(action.epoch));
    for (auto const& step : steps_) *report.add_steps() = step;
    bool const planned = action.kind == record::FAILOVER_PLANNED;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        auto& loss = *report.add_partitions();
        loss.set_partition(value(slots_[i].log->key().index));
        loss.set_replicated_to(ends[i].bits());
        Position const owner_end = std::max(ends[i], slots_[i].receiver->owner_end());
        loss.set_owner_end(planned ? ends[i].bits() : owner_end.bits());
        if (!planned && owner_end.epoch() == ends[i].epoch())
            loss.set_lost_records(owner_end.index() - ends[i].index());
    }
    report.set_exact(planned);
    slots_.back().log->append(fact, action.epoch, now.wall);
    report_progress(action.operation_id, nullptr, &report, {});
}

void HubNode::on_salvage_notice(peer::SalvageNotice const& notice, Now now) {
    if (!ownership_.admitting(now)) return;
    auto const& reports = slots_.back().log->view().reports();
    auto const found = reports.find(value(ownership_.epoch()));
    auto last = found != reports.end() ? found : reports.end();
    if (last == reports.end() && !reports.empty()) last = std::prev(reports.end());
    if (last == reports.end() || last->second.exact()) return;

    record::Fact fact;
    auto& report = *fact.mutable_failover_reported()->mutable_report();
    report = last->second;
    bool exact = true;
    for (auto& loss : *report.mutable_partitions()) {
        if (loss.partition() == notice.loss().partition()) {
            std::uint64_t const replicated = loss.replicated_to();
            loss = notice.loss();
            loss.set_replicated_to(replicated);
            if (loss.salvage_file().empty()) loss.set_salvage_file("-");
        }
        exact = exact && !loss.salvage_file().empty();
    }
    report.set_exact(exact);
    slots_.back().log->append(fact, ownership_.epoch(), now.wall);
    report_progress(report.operation_id(), nullptr, &report, {});
}

/// `refusal`: why not; nullptr: it is done, or will be.
void HubNode::reply_to_order(SiteName const& to, std::uint64_t order_id, char const* refusal) {
    peer::Envelope envelope;
    auto& reply = *envelope.mutable_order_reply();
    reply.set_order_id(order_id);
    reply.set_ok(refusal == nullptr);
    if (refusal != nullptr) reply.set_reason(refusal);
    node_.send(to, std::move(envelope));
}

void HubNode::on_order(SiteName const& from, peer::FailoverOrder const& order, Now now) {
    if (from != node_.control()) return;
    operation_ = order.operation_id();
    reply_to_order(from, order.order_id());
    if (order.forced()) {
        peer::Depose depose;
        depose.set_hub(definition_.name());
        depose.set_epoch(value(ownership_.epoch()));
        node_.voter_.on_depose(depose, now);
    }
    act(ownership_.on_order({.operation_id = order.operation_id(),
                             .to_region = order.to_region(),
                             .forced = order.forced()},
                            now, node_.random()),
        now);
    check_drained(now);
}

void HubNode::on_take_over(SiteName const& from, peer::TakeOver const& message, Now now) {
    if (!pair_ || from != *pair_) return;
    if (message.final_positions_size() != static_cast<int>(slots_.size())) return;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        auto const final_position =
            Position::from_bits(message.final_positions(static_cast<int>(i)));
        if (slots_[i].log->end().position != final_position) return;  // not all is here: refuse
    }
    operation_ = message.operation_id();
    steps_.assign(message.steps().begin(), message.steps().end());
    act(ownership_.on_take_over(Epoch{message.epoch()}, message.operation_id(), now,
                                node_.random()),
        now);
}

void HubNode::on_configure(SiteName const& from, peer::ConfigureHub const& message, Now now) {
    if (from != node_.control()) return;
    auto const refuse = [&](char const* why) { reply_to_order(from, message.order_id(), why); };
    if (!ownership_.admitting(now)) return refuse("this region does not serve the hub now");
    if (!node_.store_.writable()) return refuse("this region's disk is full");
    Slot& slot = slots_.back();
    if (message.settings().revision() > settings().revision()) {
        record::Fact fact;
        *fact.mutable_hub_configured()->mutable_settings() = message.settings();
        slot.log->append(fact, ownership_.epoch(), now.wall);
        refresh_admission();
        refuse_readers_without_group();
    }
    slot.waiting.push_back(
        {.position = slot.log->end().position, .order_id = message.order_id()});
    ++waiting_count_;
    release(now);
}

void HubNode::on_query(SiteName const& from, peer::HubQuery const& query) {
    peer::Envelope envelope;
    auto& answer = *envelope.mutable_hub_answer();
    answer.set_hub(definition_.name());
    answer.set_query_id(query.query_id());
    answer.set_owner(ownership_.owner() == node_.options_.self.value &&
                     ownership_.state() != failover::State::following);
    DeviceCounts const counts = device_counts();
    answer.set_device_count(counts.total);
    answer.set_enabled_device_count(counts.enabled);
    answer.set_connected_device_count(online_.size());
    for (auto const& [epoch, report] : slots_.back().log->view().reports())
        *answer.add_reports() = report;
    node_.send(from, std::move(envelope));
}

/// Devices that the view holds for connected and that have not come back since the promotion.
void HubNode::sweep_sessions(Now now) {
    sweep_at_.reset();
    if (!ownership_.admitting(now)) return;
    for (auto& slot : slots_) {
        std::vector<std::string> gone;
        for (auto const& [id, device] : slot.log->view().devices())
            if (device.session().connected() && !online_.contains(id)) gone.push_back(id);
        for (auto const& id : gone) {
            record::Fact fact;
            fact.mutable_session_closed()->set_device_id(id);
            slot.log->append(fact, ownership_.epoch(), now.wall);
        }
    }
}

void HubNode::trim(Now now) {
    trim_at_ = now.mono + node_.options_.trim_every;
    if (!ownership_.admitting(now)) return;
    auto const days = std::clamp(settings().retention_days(), limits::retention_days_min,
                                 limits::retention_days_max);
    WallTime const oldest = now.wall - std::chrono::hours{24} * days;
    for (auto& slot : slots_) {
        Position const last = slot.log->last_before(oldest);
        if (last.none() || last <= slot.log->log_start()) continue;
        slot.log->trim(last, ownership_.epoch(), now.wall);
    }
}

}  // namespace tandem::region
