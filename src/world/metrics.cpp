#include "world/metrics.hpp"

#include <array>
#include <cstdio>

namespace tandem::world {
namespace {

std::string number(double value) {
    std::array<char, 40> text{};
    bool const whole = value == static_cast<double>(static_cast<long long>(value));
    std::snprintf(text.data(), text.size(), whole ? "%.0f" : "%.6f", value);
    return text.data();
}

void append_escaped(std::string& out, std::string_view value) {
    for (char const c : value) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '\\' || c == '"') out += '\\';
        out += c;
    }
}

void append_json(std::string& out, std::string_view value) {
    out += '"';
    for (char const c : value) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(byte));
            out += escape.data();
        } else {
            out += c;
        }
    }
    out += '"';
}

double d(auto value) {
    return static_cast<double>(value);
}

}  // namespace

void MetricsText::describe(std::string_view name, std::string_view type, std::string_view help) {
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void MetricsText::sample(std::string_view name, Labels labels, double value) {
    text_ += name;
    char separator = '{';
    for (auto const& [key, label] : labels) {
        text_ += separator;
        text_.append(key).append("=\"");
        append_escaped(text_, label);
        text_ += '"';
        separator = ',';
    }
    if (separator == ',') text_ += '}';
    text_ += ' ' + number(value) + '\n';
}

void MetricsText::counter(std::string_view name, std::string_view help, double value) {
    describe(name, "counter", help);
    sample(name, {}, value);
}

void MetricsText::gauge(std::string_view name, std::string_view help, double value) {
    describe(name, "gauge", help);
    sample(name, {}, value);
}

void add_hub_metrics(MetricsText& text, peer::NodeStatus const& status) {
    auto const each = [&](std::string_view name, std::string_view help, auto value_of) {
        text.describe(name, "gauge", help);
        for (auto const& hub : status.hubs()) {
            text.sample(name, {{"hub", hub.hub()}}, value_of(hub));
        }
    };
    using Hub = peer::HubStatus;
    each("tandem_hub_serving", "1 while this region serves the hub",
         [](Hub const& hub) { return hub.role() == "serving" ? 1.0 : 0.0; });
    each("tandem_hub_epoch", "Highest epoch known of the hub",
         [](Hub const& hub) { return d(hub.epoch()); });
    each("tandem_hub_lease_seconds", "How much longer the lease runs without a renewal",
         [](Hub const& hub) { return d(hub.lease_us()) / 1e6; });
    each("tandem_hub_lag_records", "Records here that are not durable in the paired region",
         [](Hub const& hub) { return d(hub.lag_records()); });
    each("tandem_hub_lag_bytes", "Their bytes", [](Hub const& hub) { return d(hub.lag_bytes()); });
    each("tandem_hub_lag_seconds", "Age of the oldest of them",
         [](Hub const& hub) { return d(hub.lag_us()) / 1e6; });
    each("tandem_hub_pair_connected", "1 while the paired region is connected",
         [](Hub const& hub) { return hub.pair_connected() ? 1.0 : 0.0; });
    each("tandem_hub_catching_up", "1 while this follower lacks old log or a snapshot",
         [](Hub const& hub) { return hub.catching_up() ? 1.0 : 0.0; });
    each("tandem_hub_connected_devices", "Devices connected to this region",
         [](Hub const& hub) { return d(hub.connected_devices()); });
    text.describe("tandem_hub_role", "gauge", "1 for the role this region has for the hub");
    for (auto const& hub : status.hubs()) {
        text.sample("tandem_hub_role", {{"hub", hub.hub()}, {"role", hub.role()}}, 1);
    }
    text.gauge("tandem_writable", "0 when the disk is so full that writes are refused",
               status.writable() ? 1 : 0);
}

std::string status_json(peer::NodeStatus const& status) {
    std::string out = "{\"site\":";
    append_json(out, status.site());
    out += status.writable() ? ",\"writable\":true" : ",\"writable\":false";
    out += ",\"hubs\":[";
    bool first = true;
    for (auto const& hub : status.hubs()) {
        if (!std::exchange(first, false)) out += ',';
        auto const text = [&](char const* key, std::string const& value) {
            out.append(",\"").append(key).append("\":");
            append_json(out, value);
        };
        auto const count = [&](char const* key, auto value) {
            out.append(",\"").append(key).append("\":").append(std::to_string(value));
        };
        auto const flag = [&](char const* key, bool value) {
            out.append(",\"").append(key).append(value ? "\":true" : "\":false");
        };
        out += "{\"hub\":";
        append_json(out, hub.hub());
        text("role", hub.role());
        count("epoch", hub.epoch());
        text("owner", hub.owner());
        count("leaseMicros", hub.lease_us());
        count("lagRecords", hub.lag_records());
        count("lagBytes", hub.lag_bytes());
        count("lagMicros", hub.lag_us());
        flag("pairConnected", hub.pair_connected());
        flag("catchingUp", hub.catching_up());
        flag("automaticFailover", hub.automatic_failover());
        text("goal", hub.goal());
        count("connectedDevices", hub.connected_devices());
        out += ",\"endPositions\":[";
        for (int i = 0; i < hub.end_positions_size(); ++i) {
            if (i > 0) out += ',';
            out += std::to_string(hub.end_positions(i));
        }
        out += "]}";
    }
    out += "]}\n";
    return out;
}

}  // namespace tandem::world
