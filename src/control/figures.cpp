#include "control/figures.hpp"

#include "control/plane.hpp"

#include <algorithm>

namespace tandem::control {

namespace {

double seconds_between(std::int64_t from_us, std::int64_t to_us) {
    return static_cast<double>(std::max<std::int64_t>(0, to_us - from_us)) / 1e6;
}

HubFigures::Failover figures_of(record::ManagementOperation const& operation) {
    bool const automatic =
        operation.has_report() && operation.report().kind() == record::FAILOVER_AUTOMATIC;
    HubFigures::Failover failover{
        .kind = automatic ? "automatic" : operation.forced() ? "forced" : "planned",
        .seconds = seconds_between(operation.started_us(), operation.ended_us()),
        .steps = {}};
    std::int64_t before = operation.started_us();
    for (auto const& step : operation.steps()) {
        failover.steps.push_back({step.name(), seconds_between(before, step.at_us())});
        before = step.at_us();
    }
    return failover;
}

}  // namespace

std::vector<HubFigures> hub_figures(Plane const& plane) {
    std::map<std::string, record::ManagementOperation const*> last;
    for (auto const& [id, operation] : plane.ledger.model().operations()) {
        if (operation.kind() != "failover" || operation.ended_us() == 0) continue;
        auto& known = last[operation.hub()];
        if (known == nullptr || known->ended_us() < operation.ended_us()) known = &operation;
    }
    std::vector<HubFigures> all;
    for (auto const& [name, hub] : plane.ledger.model().hubs()) {
        HubFigures figures;
        figures.name = name;
        figures.owner = hub.owner();
        figures.epoch = hub.epoch();
        figures.flips = plane.metrics.flips(name);
        figures.served = plane.fleet.serving(name).has_value();
        if (auto const found = last.find(name); found != last.end())
            figures.last_failover = figures_of(*found->second);
        all.push_back(std::move(figures));
    }
    return all;
}

}  // namespace tandem::control
