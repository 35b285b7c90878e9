// world/metrics.hpp -- Prometheus' text format, and NodeStatus as people and Prometheus read it.
//
// Source  Prometheus text exposition format 0.0.4. Label values are escaped (bad-inputs 46).
#pragma once

#include "control/figures.hpp"
#include "record/peer.pb.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::world {

class MetricsText {
public:
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    /// Help and type lines once a name; then any number of samples.
    void describe(std::string_view name, std::string_view type, std::string_view help);
    void sample(std::string_view name, Labels labels, double value);
    /// Both, for a metric without labels.
    void counter(std::string_view name, std::string_view help, double value);
    void gauge(std::string_view name, std::string_view help, double value);

    std::string take() { return std::move(text_); }

private:
    std::string text_;
};

inline constexpr int hubs_exported_max = 1000;   ///< so that labels stay bounded

/// Of every hub of a node: lag (by kind too), epoch, lease, role, quota; and what Azure Monitor has
/// of it, under Azure's names: dots become underscores, sums end in _total.
void add_hub_metrics(MetricsText& text, peer::NodeStatus const& status);
/// What control knows of its hubs: owner, epoch, failovers and the steps of the last one.
void add_fleet_metrics(MetricsText& text, std::vector<control::HubFigures> const& hubs);

/// One JSON object: site, writable, and a list of hubs with the fields of HubStatus.
std::string status_json(peer::NodeStatus const& status);

}  // namespace tandem::world
