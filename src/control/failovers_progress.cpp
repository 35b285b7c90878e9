// What regions say of failovers under way, and what their silence means.
#include "control/failovers.hpp"

#include <utility>
#include <vector>

namespace tandem::control {

namespace {

constexpr Duration report_wait = 1s;    ///< after the pair serves, for its report
constexpr Duration doubt_wait = 3s;     ///< after a doubtful refusal, for the hub to show itself

}  // namespace

void Failovers::recover(Now now) {
    for (auto const& [id, operation] : context_.model().operations())
        if (operation.kind() == "failover" && running(operation)) {
            watches_[id].since = now.mono;
            watches_[id].orders = 1;   // it may have gone out before, and be carried out by now
        }
}

void Failovers::on_peer_up(SiteName const& site, Now now) {
    std::vector<record::ManagementOperation> due;
    for (auto const& [id, operation] : context_.model().operations()) {
        if (operation.kind() != "failover" || !running(operation)) continue;
        std::string const& region =
            operation.forced() ? operation.to_region() : operation.from_region();
        if (region == site.value && !watches_[id].reached) due.push_back(operation);
    }
    for (auto const& operation : due) order(operation, now);
}

void Failovers::on_order_reply(SiteName const&, peer::OrderReply const& reply, Now now) {
    std::optional<record::ManagementOperation> found;
    for (auto const& [id, operation] : context_.model().operations())
        if (operation.kind() == "failover" && running(operation) &&
            operation.order_id() == reply.order_id())
            found = operation;
    if (!found) return;
    Watch& seen = watches_[found->id()];
    if (reply.ok()) {
        seen.acknowledged = true;
    } else if (seen.orders <= 1 && !seen.acknowledged) {
        give_up(*found, "The region refused the order: " + reply.reason() + ".", now);
    }
}

void Failovers::on_progress(SiteName const& site, peer::FailoverProgress const& progress,
                            Now now) {
    record::HubResource const* hub = context_.model().hub(progress.hub());
    if (hub == nullptr) return;
    bool ours = false;
    for (auto const& region : hub->definition().regions()) ours = ours || region == site.value;
    if (!ours) return;

    auto const* known = context_.model().operation(progress.operation_id());
    if (known != nullptr && running(*known) && known->hub() == hub->definition().name()) {
        record::ManagementOperation operation = *known;
        Watch& seen = watches_[operation.id()];
        if (progress.has_step() && operation.steps_size() < 64) {
            *operation.add_steps() = progress.step();
            context_.ledger.put(operation);
        }
        if (!progress.failed().empty()) {
            if (seen.orders > 1) {
                // The order went out again because a link broke; the first may be under way.
                seen.doubted = now.mono;
                seen.doubt = progress.failed();
            } else {
                give_up(operation, progress.failed(), now);
            }
            return;
        }
    }
    if (progress.has_report())
        take_report(context_.model().hub(progress.hub()), progress.report(), now);
}

void Failovers::on_answer(peer::HubAnswer const& answer, Now now) {
    for (auto const& report : answer.reports())
        take_report(context_.model().hub(answer.hub()), report, now);
}

void Failovers::on_status(SiteName const& site, Now now) {
    std::vector<record::HubResource> concerned;
    for (auto const& [name, hub] : context_.model().hubs())
        for (auto const& region : hub.definition().regions())
            if (region == site.value) concerned.push_back(hub);
    for (auto const& hub : concerned) {
        auto const* operation = context_.model().operation(hub.operation_id());
        if (operation != nullptr && operation->kind() == "failover" && running(*operation))
            watch(record::ManagementOperation{*operation}, now);
        else
            watch_owner(hub, now);
    }
}

/// A hub moved without an order of ours: automatically, or through an order we gave up on.
void Failovers::watch_owner(record::HubResource const& hub, Now now) {
    std::string const& name = hub.definition().name();
    auto const serving = context_.fleet.serving(name);
    if (!serving || hub.state() == "Activating" || hub.state() == "Deleting") return;
    if (serving->status->epoch() <= hub.epoch()) return;
    record::HubResource changed = hub;
    bool const moved = hub.owner() != serving->region;
    changed.set_owner(serving->region);
    changed.set_epoch(serving->status->epoch());
    if (moved) changed.set_etag(context_.ledger.next_revision());
    context_.ledger.put(changed);
    if (moved) ask_reports(name, serving->region);
    static_cast<void>(now);
}

void Failovers::watch(record::ManagementOperation const& operation, Now now) {
    Watch& seen = watches_[operation.id()];
    Control::Options const& options = context_.options;
    auto const serving = context_.fleet.serving(operation.hub());
    bool const reached = serving && serving->region == operation.to_region() &&
                         serving->status->epoch() > operation.epoch_before();
    if (reached) {
        if (!seen.reached) {
            seen.reached = now.mono;
            ask_reports(operation.hub(), serving->region);
        } else if (now.mono - *seen.reached >= report_wait) {
            finish(operation, nullptr, now);
        }
        return;
    }
    if (seen.doubted && now.mono - *seen.doubted >= doubt_wait && serving &&
        serving->region == operation.from_region())
        return give_up(operation, std::string{seen.doubt}, now);
    if (operation.forced()) {
        if (now.mono - seen.since >= options.forced_wait_max)
            give_up(operation, "The paired region did not take over in time.", now);
        return;
    }
    bool const gone =
        context_.fleet.down_for(operation.from_region(), now) >= options.owner_gone_after;
    if (gone && operation.may_become_forced()) return force(operation, now);
    if (now.mono - seen.since >= options.planned_wait_max)
        give_up(operation, "Neither region reported the end of the failover in time.", now);
}

void Failovers::on_timer(Now now) {
    std::vector<record::ManagementOperation> due;
    for (auto const& [id, operation] : context_.model().operations())
        if (operation.kind() == "failover" && running(operation)) due.push_back(operation);
    for (auto const& operation : due) watch(operation, now);
}

}  // namespace tandem::control
