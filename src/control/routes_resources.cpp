// Resources of any type: listed with a filter.
// Source  management-plane contract 1.6. What `az resource show` asks for by a hub's path, with its
//         double slash, are the routes of hubs.
#include "control/authorize.hpp"
#include "control/router.hpp"

#include "codec/time_text.hpp"
#include "control/hub_document.hpp"
#include "control/resource_filter.hpp"

namespace tandem::control {

namespace {

constexpr char const* hub_type = "Microsoft.Devices/IotHubs";

/// Terms on one tag come as two: its name and its value.
bool has_tag(record::HubResource const& hub, std::vector<FilterTerm> const& terms) {
    FilterTerm const* name = nullptr;
    FilterTerm const* value = nullptr;
    for (FilterTerm const& term : terms) {
        if (term.field == "tagname") name = &term;
        if (term.field == "tagvalue") value = &term;
    }
    if (name == nullptr && value == nullptr) return true;
    json::object const document = stored_object(hub.document());
    json::object const* tags = find_object(document, "tags");
    if (tags == nullptr) return false;
    for (auto const& tag : *tags) {
        std::string_view const key{tag.key().data(), tag.key().size()};
        std::string_view const text = tag.value().is_string()
                                          ? std::string_view{tag.value().get_string()}
                                          : std::string_view{};
        if ((name == nullptr || satisfies(*name, key)) &&
            (value == nullptr || satisfies(*value, text)))
            return true;
    }
    return false;
}

bool wanted(record::HubResource const& hub, std::vector<FilterTerm> const& terms) {
    for (FilterTerm const& term : terms) {
        if (term.field == "resourcegroup" && !satisfies(term, hub.group())) return false;
        if (term.field == "resourcetype" && !satisfies(term, hub_type)) return false;
        if (term.field == "name" && !satisfies(term, hub.name())) return false;
        if (term.field == "location" && !satisfies(term, hub.location())) return false;
    }
    return has_tag(hub, terms);
}

json::object entry_of(Plane const& plane, record::HubResource const& hub) {
    json::object const whole = render_hub(plane.context, hub, devices_api_versions.front());
    json::object entry;
    for (char const* field : {"id", "name", "type", "location", "tags", "sku", "identity"})
        if (auto const* value = find(whole, field)) entry[field] = *value;
    std::int64_t const changed = hub.changed_us() == 0 ? hub.created_us() : hub.changed_us();
    entry["createdTime"] = format_iso8601(wall_from_micros(hub.created_us()));
    entry["changedTime"] = format_iso8601(wall_from_micros(changed));
    entry["provisioningState"] = provisioning_state(hub);
    return entry;
}

Answer list_resources(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    auto const* filter = call.request.query_value("$filter");
    auto const terms = parse_filter(filter ? *filter : "");
    if (!terms.ok())
        return arm_error(400, "InvalidFilterInQueryString",
                         "The $filter is not valid: use FIELD eq 'VALUE' joined by 'and', with "
                         "resourceGroup, resourceType, name, location, tagName or tagValue.");
    auto const group = call.args.find("group");
    json::array values;
    for (auto const& [key, hub] : plane.ledger.model().hubs()) {
        if (!equal_ci(hub.subscription(), call.arg("subscription"))) continue;
        if (group != call.args.end() && !equal_ci(hub.group(), group->second)) continue;
        if (wanted(hub, *terms) && shows(plane, call, hub)) values.push_back(entry_of(plane, hub));
    }
    return json_answer(200, json::object{{"value", std::move(values)}});
}

}  // namespace

std::vector<Route> resource_routes() {
    return {
        {"GET", "subscriptions/{subscription}/resources", list_resources, Access::bearer,
         Api::resources, Need::listed},
        {"GET", "subscriptions/{subscription}/resourcegroups/{group}/resources", list_resources,
         Access::bearer, Api::resources, Need::listed},
    };
}

}  // namespace tandem::control
