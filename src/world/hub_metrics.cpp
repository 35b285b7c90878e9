// The metrics of hubs: of those a region has, and of those control has.

#include "control/metrics.hpp"
#include "world/metrics.hpp"

#include <algorithm>

namespace tandem::world {
namespace {

using Hub = peer::HubStatus;

double d(auto value) {
    return static_cast<double>(value);
}

class HubSamples {
public:
    HubSamples(MetricsText& text, peer::NodeStatus const& status)
        : text_(text), status_(status), count_(std::min(status.hubs_size(), hubs_exported_max)) {}

    template <class Value>
    void each(std::string_view name, std::string_view type, std::string_view help,
              Value const& value_of) {
        text_.describe(name, type, help);
        for (int i = 0; i < count_; ++i)
            text_.sample(name, {{"hub", status_.hubs(i).hub()}}, value_of(status_.hubs(i)));
    }
    template <class Value>
    void each_kind(std::string_view name, std::string_view help, Value const& value_of) {
        text_.describe(name, "gauge", help);
        for (int i = 0; i < count_; ++i)
            for (auto const& lag : status_.hubs(i).lag_by_kind())
                text_.sample(name, {{"hub", status_.hubs(i).hub()}, {"kind", lag.kind()}},
                             value_of(lag));
    }
    void roles() {
        text_.describe("tandem_hub_role", "gauge", "1 for the role this region has for the hub");
        for (int i = 0; i < count_; ++i)
            text_.sample("tandem_hub_role",
                         {{"hub", status_.hubs(i).hub()}, {"role", status_.hubs(i).role()}}, 1);
    }

private:
    MetricsText& text_;
    peer::NodeStatus const& status_;
    int count_;
};

void add_lag(HubSamples& samples) {
    constexpr char const* gauge = "gauge";
    samples.each("tandem_hub_lag_records", gauge,
                 "Records here that are not durable in the paired region",
                 [](Hub const& hub) { return d(hub.lag_records()); });
    samples.each("tandem_hub_lag_bytes", gauge, "Their bytes",
                 [](Hub const& hub) { return d(hub.lag_bytes()); });
    samples.each("tandem_hub_lag_seconds", gauge, "Age of the oldest of them",
                 [](Hub const& hub) { return d(hub.lag_us()) / 1e6; });
    samples.each_kind("tandem_hub_at_risk_records", "The same records by kind",
                      [](peer::KindLag const& lag) { return d(lag.records()); });
    samples.each_kind("tandem_hub_at_risk_seconds", "Age of the oldest of each kind",
                      [](peer::KindLag const& lag) { return d(lag.oldest_us()) / 1e6; });
}

/// "d2c.telemetry.ingress.success" -> "d2c_telemetry_ingress_success_total"
std::string exported_name(control::Metric const& metric) {
    std::string name = metric.name;
    std::replace(name.begin(), name.end(), '.', '_');
    return metric.snapshot ? name : name + "_total";
}

}  // namespace

void add_hub_metrics(MetricsText& text, peer::NodeStatus const& status) {
    constexpr char const* gauge = "gauge";
    HubSamples samples{text, status};
    samples.each("tandem_hub_serving", gauge, "1 while this region serves the hub",
                 [](Hub const& hub) { return hub.role() == "serving" ? 1.0 : 0.0; });
    samples.each("tandem_hub_epoch", gauge, "Highest epoch known of the hub",
                 [](Hub const& hub) { return d(hub.epoch()); });
    samples.each("tandem_hub_lease_seconds", gauge,
                 "How much longer the lease runs without a renewal",
                 [](Hub const& hub) { return d(hub.lease_us()) / 1e6; });
    add_lag(samples);
    samples.each("tandem_hub_pair_connected", gauge, "1 while the paired region is connected",
                 [](Hub const& hub) { return hub.pair_connected() ? 1.0 : 0.0; });
    samples.each("tandem_hub_catching_up", gauge,
                 "1 while this follower lacks old log or a snapshot",
                 [](Hub const& hub) { return hub.catching_up() ? 1.0 : 0.0; });
    samples.each("tandem_hub_sync_suspended", gauge,
                 "1 while a region-sync hub acknowledges without its pair",
                 [](Hub const& hub) { return hub.sync_suspended() ? 1.0 : 0.0; });
    samples.each("tandem_hub_connected_devices", gauge, "Devices connected to this region",
                 [](Hub const& hub) { return d(hub.connected_devices()); });
    samples.each("tandem_hub_quota_messages", gauge, "Messages a day; 0: no limit",
                 [](Hub const& hub) { return d(hub.messages_max()); });
    samples.each("tandem_hub_quota_devices", gauge, "Devices; 0: no limit",
                 [](Hub const& hub) { return d(hub.devices_max()); });
    samples.roles();
    for (control::Metric const& metric : control::all_metrics()) {
        if (std::string_view{metric.name}.starts_with("tandem.replicationLag")) continue;
        samples.each(exported_name(metric), metric.snapshot ? gauge : "counter",
                     metric.description, metric.value);
    }
    if (status.hubs_size() > hubs_exported_max)
        text.gauge("tandem_hubs_not_exported", "Hubs beyond those whose metrics are here",
                   status.hubs_size() - hubs_exported_max);
    text.gauge("tandem_writable", "0 when the disk is so full that writes are refused",
               status.writable() ? 1 : 0);
}

void add_fleet_metrics(MetricsText& text, std::vector<control::HubFigures> const& hubs) {
    auto const end =
        hubs.begin() + std::min(static_cast<std::ptrdiff_t>(hubs.size()),
                                static_cast<std::ptrdiff_t>(hubs_exported_max));
    text.describe("tandem_hub_epoch", "gauge", "Epoch of each hub as last reported");
    for (auto hub = hubs.begin(); hub != end; ++hub)
        text.sample("tandem_hub_epoch", {{"hub", hub->name}, {"owner", hub->owner}}, hub->epoch);
    text.describe("tandem_hub_flips_total", "counter", "Changes of owner since this process runs");
    for (auto hub = hubs.begin(); hub != end; ++hub)
        text.sample("tandem_hub_flips_total", {{"hub", hub->name}}, d(hub->flips));
    text.describe("tandem_hub_served", "gauge", "1 while a connected region serves the hub");
    for (auto hub = hubs.begin(); hub != end; ++hub)
        text.sample("tandem_hub_served", {{"hub", hub->name}}, hub->served ? 1 : 0);
    text.describe("tandem_hub_last_failover_seconds", "gauge",
                  "How long the hub's last failover took");
    for (auto hub = hubs.begin(); hub != end; ++hub)
        if (hub->last_failover)
            text.sample("tandem_hub_last_failover_seconds",
                        {{"hub", hub->name}, {"kind", hub->last_failover->kind}},
                        hub->last_failover->seconds);
    text.describe("tandem_hub_last_failover_step_seconds", "gauge",
                  "How long each step of it took");
    for (auto hub = hubs.begin(); hub != end; ++hub) {
        if (!hub->last_failover) continue;
        for (auto const& step : hub->last_failover->steps)
            text.sample("tandem_hub_last_failover_step_seconds",
                        {{"hub", hub->name}, {"step", step.name}}, step.seconds);
    }
}

}  // namespace tandem::world
