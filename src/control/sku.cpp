#include "control/sku.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "control/text.hpp"
#include "hub/meter.hpp"

#include <array>

namespace tandem::control {

namespace {

constexpr std::uint32_t unit = hub::meter_unit_bytes, small_unit = hub::meter_small_unit_bytes;
constexpr std::int64_t partitions = limits::partitions_max, days = limits::retention_days_max;
constexpr RoutingLimits routing{.endpoints = 10, .routes = 100, .enrichments = 10};

constexpr std::array<Sku, 7> skus = {{
    {"F1", "Free", 1, 8'000, small_unit, 500, 2, 1, {1, 5, 2}},
    {"S1", "Standard", 200, 400'000, unit, 1'000'000, partitions, days, routing},
    {"S2", "Standard", 200, 6'000'000, unit, 1'000'000, partitions, days, routing},
    {"S3", "Standard", 10, 300'000'000, unit, 1'000'000, partitions, days, routing},
    {"B1", "Basic", 200, 400'000, unit, 1'000'000, partitions, days, routing},
    {"B2", "Basic", 200, 6'000'000, unit, 1'000'000, partitions, days, routing},
    {"B3", "Basic", 10, 300'000'000, unit, 1'000'000, partitions, days, routing},
}};

}  // namespace

Sku const* find_sku(std::string_view name) {
    for (Sku const& known : skus)
        if (equal_ci(known.name, name)) return &known;
    return nullptr;
}

std::string sku_names() {
    std::string names;
    for (Sku const& known : skus) names += (names.empty() ? "" : ", ") + std::string{known.name};
    return names;
}

Sku const* named_sku(json::object const& document) {
    json::object const* sku = find_object(document, "sku");
    return sku ? find_sku(find_string(*sku, "name").value_or("")) : nullptr;
}

Sku const& sku_of(record::HubResource const& hub) {
    Sku const* known = named_sku(stored_object(hub.document()));
    TANDEM_ASSERT(known != nullptr, "a stored hub without a sku");
    return *known;
}

std::int64_t units_of(json::object const& document) {
    json::object const* sku = find_object(document, "sku");
    return sku ? find_integer(*sku, "capacity").value_or(1) : 1;
}

std::vector<Sku const*> skus_reachable(Sku const& from) {
    std::vector<Sku const*> found;
    std::string_view const tier = from.tier;
    for (Sku const& sku : skus)
        if (tier == sku.tier || (tier == "Basic" && std::string_view{sku.tier} == "Standard"))
            found.push_back(&sku);
    return found;
}

}  // namespace tandem::control
