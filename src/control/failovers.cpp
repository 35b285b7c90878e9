#include "control/failovers.hpp"

#include "control/under_evacuation.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace tandem::control {

namespace {

constexpr int history_max = 32;

void add_step(record::ManagementOperation& operation, std::string const& name, Now now) {
    record::Step& step = *operation.add_steps();
    step.set_name(name);
    step.set_at_us(to_micros(now.wall));
}

}  // namespace

std::variant<std::string, Refusal> Failovers::start(record::HubResource const& hub,
                                                    Wish const& wish, Now now) {
    Fleet const& fleet = context_.fleet;
    std::string const owner = owner_of(hub);
    std::string const pair = other_region(hub, owner);
    Region const* const named = context_.region(wish.to_region);   // by its display name, too
    std::string const wanted = wish.to_region.empty() ? pair
                               : named != nullptr     ? named->name.value
                                                      : wish.to_region;
    bool const owner_gone =
        fleet.down_for(owner, now) >= context_.options.owner_gone_after;
    // Limits keep people from playing with a hub that works, not from rescuing one that does not.
    bool const rescue = wish.forced || owner_gone;
    bool const limits = wish.limits && !rescue;
    // Nor does a change that is under way: who serves next carries it on (Hubs::on_timer).
    record::HubResource judged = hub;
    if (rescue && hub.state() == "Transitioning") judged.set_state("Active");
    if (auto refusal = refuse_failover(judged, rules_of(context_.options.failover, hub), wanted,
                                       context_.display_name(pair), limits, now.wall))
        return std::move(*refusal);
    if (!rescue && evacuation_of(context_, pair) != nullptr)
        return Refusal{pair_under_evacuation,
                       "Region '" + context_.display_name(pair) +
                           "' is being evacuated: no hub moves there now."};
    if (!fleet.up(pair))
        return Refusal{409903, "The paired region '" + context_.display_name(pair) +
                                   "' of IotHub '" + hub.name() + "' cannot be reached now."};
    if (owner_gone && !wish.forced && !wish.may_become_forced)
        return Refusal{409904, "The region '" + context_.display_name(owner) +
                                   "' that owns IotHub '" + hub.name() +
                                   "' cannot be reached: only a forced failover is possible now."};

    auto operation = new_operation(context_, "failover", hub, now);
    operation.set_from_region(owner);
    operation.set_to_region(pair);
    operation.set_forced(wish.forced || owner_gone);
    operation.set_may_become_forced(wish.may_become_forced);
    operation.set_tandem(wish.tandem);
    operation.set_epoch_before(hub.epoch());
    operation.set_order_id(context_.ledger.next_revision());
    add_step(operation, operation.forced() ? "requested-forced" : "requested", now);
    context_.ledger.put(operation);

    record::HubResource changed = hub;
    changed.set_state("FailingOver");
    changed.set_operation_id(operation.id());
    context_.ledger.put(changed);
    watches_[operation.id()].since = now.mono;
    order(operation, now);
    return operation.id();
}

void Failovers::order(record::ManagementOperation const& operation, Now now) {
    std::string const& region =
        operation.forced() ? operation.to_region() : operation.from_region();
    if (!context_.fleet.up(region)) return;      // goes out when its link comes up
    if (operation.forced()) {
        witness_.depose(operation.hub(), operation.epoch_before(), now);
        peer::Envelope depose;
        depose.mutable_depose()->set_hub(operation.hub());
        depose.mutable_depose()->set_epoch(operation.epoch_before());
        context_.send(region, std::move(depose));
    }
    peer::Envelope message;
    auto& order = *message.mutable_failover_order();
    order.set_hub(operation.hub());
    order.set_operation_id(operation.id());
    order.set_to_region(operation.to_region());
    order.set_forced(operation.forced());
    order.set_order_id(operation.order_id());
    context_.send(region, std::move(message));
    ++watches_[operation.id()].orders;
}

void Failovers::force(record::ManagementOperation operation, Now now) {
    operation.set_forced(true);
    operation.set_order_id(context_.ledger.next_revision());
    if (auto const* hub = context_.model().hub(operation.hub()))
        operation.set_epoch_before(hub->epoch());
    add_step(operation, "owner-unreachable", now);
    context_.ledger.put(operation);
    watches_[operation.id()] = {};
    watches_[operation.id()].since = now.mono;
    order(operation, now);
}

void Failovers::ask_reports(std::string const& hub, std::string const& region) {
    peer::Envelope message;
    message.mutable_hub_query()->set_hub(hub);
    message.mutable_hub_query()->set_query_id(0);   // nobody waits for it
    context_.send(region, std::move(message));
}

/// The hub's own record of how a failover ended.
void Failovers::end_in_hub(record::ManagementOperation const& operation, bool succeeded,
                           std::uint32_t epoch, record::FailoverKind kind, Now now) {
    record::HubResource const* known = context_.model().hub(operation.hub());
    if (known == nullptr) return;
    record::HubResource hub = *known;
    if (hub.operation_id() == operation.id()) {
        hub.clear_operation_id();
        // Not active while nobody serves it; it is again as soon as somebody does.
        bool const served = succeeded || context_.fleet.serving(operation.hub()).has_value();
        if (hub.state() == "FailingOver") hub.set_state(served ? "Active" : "FailoverFailed");
    }
    if (succeeded && epoch >= hub.epoch()) {
        hub.set_owner(operation.to_region());
        hub.set_epoch(epoch);
    }
    hub.set_etag(context_.ledger.next_revision());
    while (hub.failovers_size() >= history_max)
        hub.mutable_failovers()->erase(hub.mutable_failovers()->begin());
    auto& past = *hub.add_failovers();
    past.set_operation_id(operation.id());
    past.set_kind(kind);
    past.set_from_region(operation.from_region());
    past.set_to_region(operation.to_region());
    past.set_started_us(operation.started_us());
    past.set_ended_us(to_micros(now.wall));
    past.set_succeeded(succeeded);
    context_.ledger.put(hub);
}

void Failovers::finish(record::ManagementOperation operation, record::FailoverReport const* report,
                       Now now) {
    auto const kind = report != nullptr  ? report->kind()
                      : operation.forced() ? record::FAILOVER_FORCED
                                           : record::FAILOVER_PLANNED;
    std::uint32_t epoch = report != nullptr ? report->epoch() : operation.epoch_before() + 1;
    if (auto const serving = context_.fleet.serving(operation.hub());
        serving && serving->region == operation.to_region())
        epoch = std::max(epoch, serving->status->epoch());
    if (report != nullptr) *operation.mutable_report() = *report;
    add_step(operation, "completed", now);
    watches_.erase(operation.id());
    end_in_hub(operation, true, epoch, kind, now);
    succeed(context_, std::move(operation), now);
}

void Failovers::give_up(record::ManagementOperation const& operation, std::string const& why,
                        Now now) {
    auto const kind = operation.forced() ? record::FAILOVER_FORCED : record::FAILOVER_PLANNED;
    watches_.erase(operation.id());
    end_in_hub(operation, false, 0, kind, now);
    fail(context_, operation, "IotHubFailoverFailed", why, now);
}

void Failovers::take_report(record::HubResource const* hub, record::FailoverReport const& report,
                            Now now) {
    if (hub == nullptr || report.kind() == record::FAILOVER_NONE) return;
    std::string const& name = hub->definition().name();
    // One that nobody ordered has an id of our own making.
    std::string const id = report.operation_id().empty()
                               ? "automatic-" + hub->definition().instance_id() + "-" +
                                     std::to_string(report.epoch())
                               : report.operation_id();
    if (auto const* known = context_.model().operation(id)) {
        if (known->hub() != name || known->kind() != "failover") return;
        if (running(*known)) return finish(*known, &report, now);
        if (known->report().SerializeAsString() == report.SerializeAsString()) return;
        record::ManagementOperation operation = *known;
        *operation.mutable_report() = report;
        context_.ledger.put(operation);
        return;
    }
    if (report.kind() != record::FAILOVER_AUTOMATIC) return;   // of an operation long forgotten
    auto operation = new_operation(context_, "failover", *hub, now);
    operation.set_id(id);
    operation.set_tandem(true);
    operation.set_from_region(report.from_region());
    operation.set_to_region(report.to_region());
    if (report.steps_size() > 0) operation.set_started_us(report.steps(0).at_us());
    *operation.mutable_report() = report;
    end_in_hub(operation, true, report.epoch(), report.kind(), now);
    succeed(context_, std::move(operation), now);
}

}  // namespace tandem::control
