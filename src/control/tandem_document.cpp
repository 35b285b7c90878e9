#include "control/tandem_document.hpp"
#include "codec/time_text.hpp"

#include "control/failover_rules.hpp"
#include "control/operations.hpp"

namespace tandem::control {

namespace {

double seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

json::value time_or_null(std::int64_t micros) {
    if (micros == 0) return nullptr;
    return json::value(format_iso8601(wall_from_micros(micros)));
}

json::object render_role(Plane const& plane, std::string const& region, std::string const& hub,
                         Now now) {
    Fleet::Site const* site = plane.fleet.site(region);
    bool const up = plane.fleet.up(region);
    json::object out{{"region", region},
                     {"displayName", plane.context.display_name(region)},
                     {"connected", up}};
    peer::HubStatus const* status = plane.fleet.status(region, hub);
    if (status == nullptr) {
        out["role"] = "unknown";
        return out;
    }
    // Of a region without a link only its last word is known, and it may have changed since.
    out["role"] = up ? status->role() : "unreachable";
    out["reportedRole"] = status->role();
    out["reportedSecondsAgo"] = seconds(now.mono - site->heard);
    out["epoch"] = status->epoch();
    out["leaseSeconds"] = seconds(Duration{status->lease_us()});
    out["lagRecords"] = status->lag_records();
    out["lagBytes"] = status->lag_bytes();
    out["lagSeconds"] = seconds(Duration{status->lag_us()});
    out["pairConnected"] = status->pair_connected();
    out["catchingUp"] = status->catching_up();
    out["syncSuspended"] = status->sync_suspended();
    out["connectedDevices"] = status->connected_devices();
    out["settingsRevision"] = status->settings_revision();
    json::array ends;
    for (std::uint64_t position : status->end_positions()) ends.push_back(json::value(position));
    out["endPositions"] = std::move(ends);
    return out;
}

char const* kind_of(record::ManagementOperation const& operation) {
    if (operation.has_report() && operation.report().kind() == record::FAILOVER_AUTOMATIC)
        return "automatic";
    return operation.forced() ? "forced" : "planned";
}

std::uint64_t lost_records(record::FailoverReport const& report) {
    std::uint64_t lost = 0;
    for (auto const& loss : report.partitions()) lost += loss.lost_records();
    return lost;
}

json::object render_report(record::FailoverReport const& report) {
    std::uint64_t lost_telemetry = 0;
    json::array partitions;
    for (auto const& loss : report.partitions()) {
        lost_telemetry += loss.lost_telemetry();
        partitions.push_back(json::object{{"partition", loss.partition()},
                                          {"replicatedTo", loss.replicated_to()},
                                          {"ownerEnd", loss.owner_end()},
                                          {"lostRecords", loss.lost_records()},
                                          {"lostTelemetry", loss.lost_telemetry()},
                                          {"salvageFile", loss.salvage_file()}});
    }
    return json::object{{"epoch", report.epoch()},
                        {"exact", report.exact()},
                        {"lostRecords", lost_records(report)},
                        {"lostTelemetry", lost_telemetry},
                        {"partitions", std::move(partitions)}};
}

void add_evacuation(Plane const& plane, record::ManagementOperation const& operation,
                    json::object& out) {
    int done = 0;
    json::array hubs;
    for (auto const& hub : operation.hubs()) {
        done += hub.ended_us() == 0 ? 0 : 1;
        auto const* failover = plane.ledger.model().operation(hub.operation_id());
        bool const reported = failover != nullptr && failover->has_report();
        json::object row{{"hub", hub.hub()},
                         {"status", hub.status()},
                         {"toRegion", hub.to_region()},
                         {"operation", hub.operation_id()},
                         {"startedAt", time_or_null(hub.started_us())},
                         {"endedAt", time_or_null(hub.ended_us())},
                         {"seconds", nullptr},
                         {"lostRecords", nullptr},
                         {"exact", reported && failover->report().exact()},
                         {"error", nullptr}};
        if (hub.started_us() != 0 && hub.ended_us() != 0)
            row["seconds"] = seconds(Duration{hub.ended_us() - hub.started_us()});
        if (reported) row["lostRecords"] = lost_records(failover->report());
        if (!hub.error().empty()) row["error"] = hub.error();
        hubs.push_back(std::move(row));
    }
    out["region"] = operation.from_region();
    out["forced"] = operation.forced();
    out["total"] = operation.hubs_size();
    out["done"] = done;
    if (operation.ended_us() != 0)
        out["seconds"] = seconds(Duration{operation.ended_us() - operation.started_us()});
    out["hubs"] = std::move(hubs);
}

/// What a forced failover now would lose, as the owner last said; null when it never did.
void add_at_risk(Plane const& plane, std::string const& owner, std::string const& hub,
                 json::object& out) {
    out["atRisk"] = out["atRiskTotal"] = nullptr;
    peer::HubStatus const* status = plane.fleet.status(owner, hub);
    if (status == nullptr || status->role() == "following") return;
    json::array kinds;
    for (auto const& kind : status->lag_by_kind())
        kinds.push_back(json::object{{"kind", kind.kind()},
                                     {"records", kind.records()},
                                     {"seconds", seconds(Duration{kind.oldest_us()})}});
    out["atRisk"] = std::move(kinds);
    out["atRiskTotal"] = json::object{{"records", status->lag_records()},
                                      {"bytes", status->lag_bytes()},
                                      {"seconds", seconds(Duration{status->lag_us()})},
                                      {"estimated", status->lag_estimated()}};
}

json::value limit_or_null(std::uint64_t limit) {
    return limit == 0 ? json::value(nullptr) : json::value(limit);
}

json::object render_quota(Plane const& plane, std::string const& owner,
                          record::HubResource const& hub) {
    json::object out{{"messagesToday", nullptr},
                     {"messagesMax", limit_or_null(hub.settings().messages_a_day())},
                     {"devices", nullptr},
                     {"devicesMax", limit_or_null(hub.settings().devices_max())}};
    if (auto const* status = plane.fleet.status(owner, hub.definition().name())) {
        out["messagesToday"] = status->messages_today();
        out["devices"] = status->total_devices();
    }
    return out;
}

}  // namespace

json::object render_region(Plane const& plane, Region const& region, Now now) {
    std::string const& name = region.name.value;
    Fleet::Site const* site = plane.fleet.site(name);
    json::object out{{"name", name},
                     {"displayName", region.display_name},
                     {"pairedRegion", region.paired ? json::value(region.paired->value) : nullptr},
                     {"connected", plane.fleet.up(name)}};
    bool const spoke = site != nullptr && site->status.has_value();
    out["lastReportSecondsAgo"] = spoke ? json::value(seconds(now.mono - site->heard)) : nullptr;
    out["writable"] = spoke && site->status->writable();
    json::array endpoints;
    if (spoke)
        for (auto const& endpoint : site->status->endpoints())
            endpoints.push_back(json::object{{"protocol", endpoint.protocol()},
                                             {"address", endpoint.address()},
                                             {"port", endpoint.port()}});
    out["endpoints"] = std::move(endpoints);
    return out;
}

json::object render_operation(Plane const& plane, record::ManagementOperation const& operation) {
    json::object out{{"id", operation.id()},
                     {"kind", operation.kind()},
                     {"hub", operation.hub()},
                     {"group", operation.group()},
                     {"status", operation.status()},
                     {"startedAt", time_or_null(operation.started_us())},
                     {"endedAt", time_or_null(operation.ended_us())}};
    if (!operation.error_code().empty())
        out["error"] = json::object{{"code", operation.error_code()},
                                    {"message", operation.error_message()}};
    if (operation.kind() == "evacuate") add_evacuation(plane, operation, out);
    if (operation.kind() != "failover") return out;
    out["failover"] = kind_of(operation);
    out["fromRegion"] = operation.from_region();
    out["toRegion"] = operation.to_region();
    out["fromDisplayName"] = plane.context.display_name(operation.from_region());
    out["toDisplayName"] = plane.context.display_name(operation.to_region());
    json::array steps;
    auto const add = [&steps](record::Step const& step) {
        steps.push_back(json::object{{"name", step.name()}, {"at", time_or_null(step.at_us())}});
    };
    bool const reported = operation.steps_size() == 0 && operation.has_report();
    for (auto const& step : reported ? operation.report().steps() : operation.steps()) add(step);
    out["steps"] = std::move(steps);
    if (operation.ended_us() != 0)
        out["seconds"] = seconds(Duration{operation.ended_us() - operation.started_us()});
    out["report"] = nullptr;
    if (operation.has_report()) out["report"] = render_report(operation.report());
    return out;
}

json::object render_hub_status(Plane const& plane, record::HubResource const& hub, Now now) {
    std::string const& name = hub.definition().name();
    std::string const owner = owner_of(hub);
    std::string const pair = other_region(hub, owner);
    json::array roles;
    json::array host_names;
    for (auto const& region : hub.definition().regions())
        roles.push_back(render_role(plane, region, name, now));
    for (auto const& host : hub.definition().host_names()) host_names.push_back(json::value(host));
    auto const serving = plane.fleet.serving(name);
    bool const in_sync = hub.settings().goal() == record::GOAL_REGION_SYNC;
    json::object out{
        {"name", hub.name()},
        {"id", hub_id(hub)},
        {"state", hub.state()},
        {"hostNames", std::move(host_names)},
        {"location", hub.location()},
        {"owner", owner},
        {"epoch", hub.epoch()},
        {"serving", serving.has_value()},
        {"syncSuspended", serving && serving->status->sync_suspended()},
        {"goal", in_sync ? "region-sync" : "region-async"},
        {"automaticFailover", hub.settings().automatic_failover()},
        {"partitionCount", hub.definition().partition_count()},
        {"settingsRevision", hub.settings().revision()},
        {"regions", std::move(roles)}};

    add_at_risk(plane, owner, name, out);
    out["quota"] = render_quota(plane, owner, hub);

    FailoverRules const rules = rules_of(plane.options.failover, hub);
    json::object limits{
        {"minimumIntervalSeconds", seconds(rules.minimum_interval)},
        {"failoversPerDay", rules.failovers_per_day},
        {"failbacksPerDay", rules.failbacks_per_day}};
    auto const next = next_allowed(hub, rules, pair, now.wall);
    limits["nextAllowedAt"] = next ? json::value(format_iso8601(next->at)) : json::value(nullptr);
    limits["reason"] = next ? json::value(next->why) : json::value(nullptr);
    out["failoverLimits"] = std::move(limits);
    out["failoverRegion"] = pair.empty() ? json::value(nullptr) : json::value(pair);

    record::ManagementOperation const* last = nullptr;
    for (auto const& [id, operation] : plane.ledger.model().operations())
        if (operation.kind() == "failover" && concerns(operation, hub) &&
            (last == nullptr || operation.started_us() > last->started_us()))
            last = &operation;
    out["lastFailover"] = last ? json::value(render_operation(plane, *last)) : json::value(nullptr);
    return out;
}

}  // namespace tandem::control
