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
