#include "gateway/mqtt/telemetry.hpp"

#include "base/limits.hpp"
#include "codec/mqtt/property_bag.hpp"
#include "codec/time_text.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tandem::gateway {
namespace {

/// Where a system property goes.
enum class Place : std::uint8_t {
    message_id, correlation_id, user_id, to, expiry, content_type, content_encoding,
    annotation,      ///< under `name`
    property,        ///< under `name`
    nowhere,
};
struct SystemProperty {
    std::string_view key;       ///< after "$."
    Place place{};
    char const* name = "";
};
constexpr std::array<SystemProperty, 16> system_properties{{
    {"mid", Place::message_id},
    {"cid", Place::correlation_id},
    {"uid", Place::user_id},
    {"to", Place::to},
    {"exp", Place::expiry},
    {"ct", Place::content_type},
    {"ce", Place::content_encoding},
    {"ifid", Place::annotation, "iothub-interface-id"},
    {"sub", Place::annotation, "dt-subject"},
    {"diagid", Place::annotation, "Diagnostic-Id"},
    {"diagctx", Place::annotation, "Correlation-Context"},
    {"on", Place::property, "iothub-outputname"},
    {"ctime", Place::property, "iothub-creation-time-utc"},
    {"schema", Place::property, "iothub-message-schema"},
    {"cdid", Place::nowhere},
    {"cmid", Place::nowhere},
}};

SystemProperty const* find_system_property(std::string_view name) {
    if (name.starts_with("$.")) {
        name.remove_prefix(2);
    } else if (name.starts_with("%24.")) {
        name.remove_prefix(4);
    } else {
        return nullptr;
    }
    for (SystemProperty const& property : system_properties) {
        if (property.key == name) return &property;
    }
    return nullptr;
}

Result<void> assign(std::string_view encoded, std::string& field) {
    field.clear();
    return mqtt::decode_bag_text(encoded, field);
}

Result<void> assign_expiry(std::string_view encoded, record::Telemetry& message) {
    std::string text;
    TANDEM_CHECK(assign(encoded, text));
    if (auto const time = parse_iso8601(text)) {
        message.set_expiry_us(to_micros(*time));
        return {};
    }
    auto* const property = message.add_properties();
    property->set_name("$.exp");
    property->set_value(std::move(text));
    return {};
}

Result<void> assign_system(SystemProperty const& property, std::string_view encoded,
                           record::Telemetry& message) {
    switch (property.place) {
        case Place::message_id: return assign(encoded, *message.mutable_message_id());
        case Place::correlation_id: return assign(encoded, *message.mutable_correlation_id());
        case Place::user_id: return assign(encoded, *message.mutable_user_id());
        case Place::to: return assign(encoded, *message.mutable_to());
        case Place::expiry: return assign_expiry(encoded, message);
        case Place::content_type: return assign(encoded, *message.mutable_content_type());
        case Place::content_encoding: return assign(encoded, *message.mutable_content_encoding());
        case Place::annotation: {
            auto* const added = message.add_annotations();
            added->set_name(property.name);
            return assign(encoded, *added->mutable_value());
        }
        case Place::property: {
            auto* const added = message.add_properties();
            added->set_name(property.name);
            return assign(encoded, *added->mutable_value());
        }
        case Place::nowhere: return {};
    }
    panic("a place that does not exist");
}

}  // namespace

Result<void> read_properties(TelemetryTopic const& topic, record::Telemetry& message) {
    mqtt::PropertyBagReader bag{topic.bag};
    std::size_t count = 0;
    while (auto const raw = bag.next()) {
        if (raw->name.empty()) return Error{Errc::argument_invalid, "a property without a name"};
        if (++count > limits::mqtt_properties_max) {
            return Error{Errc::argument_invalid, "too many properties"};
        }
        std::string_view const value = raw->value.value_or("");
        if (auto const* const system = find_system_property(raw->name)) {
            TANDEM_CHECK(assign_system(*system, value, message));
            continue;
        }
        auto* const property = message.add_properties();
        TANDEM_CHECK(mqtt::decode_bag_text(raw->name, *property->mutable_name()));
        TANDEM_CHECK(mqtt::decode_bag_text(value, *property->mutable_value()));
        if (!raw->value) property->set_no_value(true);
    }
    if (topic.retain) {
        auto* const property = message.add_properties();
        property->set_name("mqtt-retain");
        property->set_value("true");
    }
    return {};
}

}  // namespace tandem::gateway
