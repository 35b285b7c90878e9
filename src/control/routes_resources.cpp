// Resources of any type: listed with a filter.
// Source  management-plane contract 1.6. What `az resource show` asks for by a hub's path, with its
//         double slash, are the routes of hubs.
#include "control/authorize.hpp"
#include "control/router.hpp"

#include "codec/time_text.hpp"
#include "control/hub_document.hpp"
#include "control/pages.hpp"
#include "control/resource_filter.hpp"

namespace tandem::control {

namespace {

constexpr char const* hub_type = "Microsoft.Devices/IotHubs";

bool wanted(record::HubResource const& hub, std::vector<FilterTerm> const& terms) {
    for (FilterTerm const& term : terms) {
        if (term.field == "resourcegroup" && !satisfies(term, hub.group())) return false;
        if (term.field == "resourcetype" && !satisfies(term, hub_type)) return false;
        if (term.field == "name" && !satisfies(term, hub.name())) return false;
        if (term.field == "location" && !satisfies(term, hub.location())) return false;
    }
    json::object const document = stored_object(hub.document());
    return has_tag(find_object(document, "tags"), terms);
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
    Page page;
    if (auto refused = page.begin(call)) return refused;
    auto const entry = [&](record::HubResource const& hub) -> std::optional<json::value> {
        if (!lies_in_path(call, hub) || !wanted(hub, *terms) || !shows(plane, call, hub))
            return std::nullopt;
        return entry_of(plane, hub);
    };
    return page_of(call, page, plane.ledger.model().hubs(), entry);
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
