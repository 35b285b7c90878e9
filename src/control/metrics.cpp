#include "control/metrics.hpp"

#include "control/text.hpp"

#include <algorithm>
#include <chrono>

namespace tandem::control {

namespace {

using Status = peer::HubStatus;

double d(auto value) { return static_cast<double>(value); }

#define TANDEM_COUNTER(expression) \
    [](Status const& status) -> double { return d(status.counters().expression); }
#define TANDEM_NOW(expression) [](Status const& status) -> double { return d(status.expression); }

double device_bytes(Status const& status) {
    auto const& counters = status.counters();
    return d(counters.telemetry_bytes() + counters.device_reads().bytes() +
             counters.device_updates().bytes());
}
double devices(Status const& status) { return d(status.total_devices()); }
double connected(Status const& status) { return d(status.connected_devices()); }

constexpr char const* count = "Count";
constexpr char const* bytes = "Bytes";

}  // namespace

std::vector<Metric> const& all_metrics() {
    static std::vector<Metric> const metrics = {
        {"d2c.telemetry.ingress.allProtocol", "Telemetry message send attempts", count, false,
         TANDEM_COUNTER(telemetry_attempts()), "Telemetry messages that devices tried to send"},
        {"d2c.telemetry.ingress.success", "Telemetry messages sent", count, false,
         TANDEM_COUNTER(telemetry_success()), "Telemetry messages that were acknowledged"},
        {"d2c.endpoints.egress.builtIn.events",
         "Routing: messages delivered to messages/events", count, false,
         TANDEM_COUNTER(telemetry_success()), "Messages delivered to the built-in endpoint"},
        {"d2c.twin.read.success", "Successful twin reads from devices", count, false,
         TANDEM_COUNTER(device_reads().success()), "Twin reads by devices that succeeded"},
        {"d2c.twin.read.failure", "Failed twin reads from devices", count, false,
         TANDEM_COUNTER(device_reads().failure()), "Twin reads by devices that failed"},
        {"d2c.twin.read.size", "Response size of twin reads from devices", bytes, false,
         TANDEM_COUNTER(device_reads().bytes()), "Bytes of twins that devices read"},
        {"d2c.twin.update.success", "Successful twin updates from devices", count, false,
         TANDEM_COUNTER(device_updates().success()), "Twin updates by devices that succeeded"},
        {"d2c.twin.update.failure", "Failed twin updates from devices", count, false,
         TANDEM_COUNTER(device_updates().failure()), "Twin updates by devices that failed"},
        {"d2c.twin.update.size", "Size of twin updates from devices", bytes, false,
         TANDEM_COUNTER(device_updates().bytes()), "Bytes of twin updates by devices"},
        {"c2d.twin.read.success", "Successful twin reads from back end", count, false,
         TANDEM_COUNTER(service_reads().success()), "Twin reads by back ends that succeeded"},
        {"c2d.twin.read.failure", "Failed twin reads from back end", count, false,
         TANDEM_COUNTER(service_reads().failure()), "Twin reads by back ends that failed"},
        {"c2d.twin.read.size", "Response size of twin reads from back end", bytes, false,
         TANDEM_COUNTER(service_reads().bytes()), "Bytes of twins that back ends read"},
        {"c2d.twin.update.success", "Successful twin updates from back end", count, false,
         TANDEM_COUNTER(service_updates().success()), "Twin updates by back ends that succeeded"},
        {"c2d.twin.update.failure", "Failed twin updates from back end", count, false,
         TANDEM_COUNTER(service_updates().failure()), "Twin updates by back ends that failed"},
        {"c2d.twin.update.size", "Size of twin updates from back end", bytes, false,
         TANDEM_COUNTER(service_updates().bytes()), "Bytes of twin updates by back ends"},
        {"deviceDataUsage", "Total device data usage", bytes, false, device_bytes,
         "Bytes to and from devices: telemetry, twins"},
        {"deviceDataUsageV2", "Total device data usage (preview)", bytes, false, device_bytes,
         "Bytes to and from devices: telemetry, twins"},
        {"dailyMessageQuotaUsed", "Total number of messages used", count, true,
         TANDEM_NOW(messages_today()), "Messages metered today; begins at 0 at midnight UTC"},
        {"totalDeviceCount", "Total devices", count, true, devices, "Devices registered"},
        {"connectedDeviceCount", "Connected devices", count, true, connected,
         "Devices connected"},
        {"devices.totalDevices", "Total devices (deprecated)", count, true, devices,
         "Devices registered"},
        {"devices.connectedDevices.allProtocol", "Connected devices (deprecated)", count, true,
         connected, "Devices connected"},
        {"tandem.replicationLag.seconds", "Replication lag", "Seconds", true,
         [](Status const& status) -> double { return d(status.lag_us()) / 1e6; },
         "Age of the oldest record that is not durable in the paired region"},
        {"tandem.replicationLag.records", "Records at risk", count, true,
         TANDEM_NOW(lag_records()), "Records that are not durable in the paired region"},
        {"tandem.replicationLag.bytes", "Bytes at risk", bytes, true, TANDEM_NOW(lag_bytes()),
         "Bytes of these records"},
        {"tandem.telemetry.read", "Telemetry read by consumers", count, false,
         TANDEM_COUNTER(telemetry_read()), "Messages given to readers of the built-in endpoint"},
        {"tandem.telemetry.overQuota", "Telemetry refused over quota", count, false,
         TANDEM_COUNTER(telemetry_over_quota()), "Messages refused for the day's quota"},
        {"tandem.sessions.opened", "Device sessions opened", count, false,
         TANDEM_COUNTER(sessions_opened()), "Devices that connected"},
        {"tandem.sessions.refused", "Device sessions refused", count, false,
         TANDEM_COUNTER(sessions_refused()), "Devices that were turned away"},
        {"tandem.network.refused", "Refused by network rules", count, false,
         TANDEM_COUNTER(network_refused()), "Requests from addresses that may not connect"},
    };
    return metrics;
}

#undef TANDEM_COUNTER
#undef TANDEM_NOW

Metric const* find_metric(std::string_view name) {
    for (Metric const& metric : all_metrics())
        if (equal_ci(metric.name, name)) return &metric;
    return nullptr;
}

namespace {

constexpr std::size_t snapshot_numbers = 4;

/// Where a metric's numbers begin; of all_metrics().size(): where they end.
std::size_t place_of(std::size_t index) {
    static std::vector<std::size_t> const places = [] {
        std::vector<std::size_t> made{0};
        for (Metric const& metric : all_metrics())
            made.push_back(made.back() + (metric.snapshot ? snapshot_numbers : 1));
        return made;
    }();
    return places[index];
}

Metrics::Sample snapshot_at(float const* numbers) {
    return {numbers[0], numbers[1], numbers[2], static_cast<std::uint32_t>(numbers[3])};
}

void put_snapshot(float* numbers, Metrics::Sample const& sample) {
    numbers[0] = static_cast<float>(sample.total);
    numbers[1] = static_cast<float>(sample.minimum);
    numbers[2] = static_cast<float>(sample.maximum);
    numbers[3] = static_cast<float>(sample.count);
}

}  // namespace

void Metrics::Sample::add(Sample const& other) {
    if (other.count == 0) return;
    minimum = count == 0 ? other.minimum : std::min(minimum, other.minimum);
    maximum = count == 0 ? other.maximum : std::max(maximum, other.maximum);
    total += other.total;
    count += other.count;
}

void Metrics::on_status(std::string const& region, peer::NodeStatus const& status, WallTime now) {
    if (first_us_ == 0) first_us_ = to_micros(now);
    auto const minute = std::chrono::floor<std::chrono::minutes>(now.time_since_epoch()).count();
    for (auto const& hub : status.hubs()) add(region, hub, minute);
}

void Metrics::is_of(std::string const& hub, std::string const& instance) {
    Hub& known = hubs_[hub];
    if (known.instance == instance) return;
    known = Hub{};
    known.instance = instance;
}

void Metrics::add(std::string const& region, peer::HubStatus const& status, std::int64_t minute) {
    auto const& metrics = all_metrics();
    Hub& hub = hubs_[status.hub()];
    Known& known = hub.regions[region];
    bool const again = known.since_us == status.counters().since_us() && !known.counters.empty();
    // A region that ran before we did counted things that are not of this minute.
    bool const counts_all = known.since_us != 0 || status.counters().since_us() >= first_us_;
    std::vector<double> const before =
        again ? std::move(known.counters) : std::vector<double>(metrics.size());
    known.since_us = status.counters().since_us();
    known.counters.assign(metrics.size(), 0);

    if (!hub.minutes.empty()) minute = std::max(minute, hub.minutes.back().minute);
    if (hub.minutes.empty() || hub.minutes.back().minute < minute)
        hub.minutes.push_back({minute, std::vector<float>(place_of(metrics.size()))});
    while (hub.minutes.front().minute <= minute - metric_minutes_max) hub.minutes.pop_front();
    auto& numbers = hub.minutes.back().numbers;
    bool const serves = status.role() == "serving";
    if (serves && status.epoch() >= hub.serving_epoch) {
        hub.flips += !hub.serving.empty() && hub.serving != region ? 1U : 0U;
        hub.serving = region;
        hub.serving_epoch = status.epoch();
    }
    for (std::size_t i = 0; i < metrics.size(); ++i) {
        double const value = metrics[i].value(status);
        float* const place = &numbers[place_of(i)];
        if (metrics[i].snapshot) {
            if (!serves) continue;
            Sample sample = snapshot_at(place);
            sample.add({value, value, value, 1});
            put_snapshot(place, sample);
            continue;
        }
        known.counters[i] = value;
        if (again || counts_all)
            *place += static_cast<float>(std::max(0.0, value - before[i]));
    }
}

std::uint64_t Metrics::flips(std::string const& hub) const {
    auto const found = hubs_.find(hub);
    return found == hubs_.end() ? 0 : found->second.flips;
}

Metrics::Sample Metrics::sample(std::string const& hub, Metric const& metric, std::int64_t from,
                                std::int64_t to) const {
    Sample sum;
    auto const found = hubs_.find(hub);
    if (found == hubs_.end()) return sum;
    auto const place = place_of(static_cast<std::size_t>(&metric - all_metrics().data()));
    auto const& minutes = found->second.minutes;
    auto const before = [](Minute const& one, std::int64_t at) { return one.minute < at; };
    auto minute = std::lower_bound(minutes.begin(), minutes.end(), from, before);
    for (; minute != minutes.end() && minute->minute < to; ++minute) {
        float const* const at = &minute->numbers[place];
        sum.add(metric.snapshot ? snapshot_at(at) : Sample{*at, *at, *at, 1});
    }
    return sum;
}

}  // namespace tandem::control
