// Resource groups.
#include "control/authorize.hpp"
#include "control/router.hpp"

#include "codec/percent.hpp"
#include "control/hub_document.hpp"
#include "control/hub_settings.hpp"
#include "control/pages.hpp"
#include "control/resource_filter.hpp"

#include <algorithm>

namespace tandem::control {

namespace {

constexpr std::size_t group_name_bytes_max = 90;

bool valid_group_name(std::string_view name) {
    if (name.empty() || name.size() > group_name_bytes_max || name.back() == '.') return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.' || c == '(' || c == ')';
    });
}

json::object group_document(record::ResourceGroup const& group) {
    return json::object{
        {"id", "/subscriptions/" + group.subscription() + "/resourceGroups/" + group.name()},
        {"name", group.name()},
        {"type", "Microsoft.Resources/resourceGroups"},
        {"location", group.location()},
        {"tags", stored_object(group.tags())},
        {"properties",
         json::object{{"provisioningState", group.deleting() ? "Deleting" : "Succeeded"}}}};
}

std::string shown_subscription(Plane const& plane, Call const& call) {
    for (auto const& known : plane.options.subscriptions)
        if (equal_ci(known.id, call.arg("subscription"))) return known.id;
    return call.arg("subscription");
}

std::optional<http::Response> refuse_tags(json::object const& body) {
    if (is_no_object(body, "tags")) return arm_error(400, "InvalidTag", "tags must be an object.");
    json::object const* tags = find_object(body, "tags");
    auto const refused = tags != nullptr ? read_tags(*tags) : std::nullopt;
    if (!refused) return std::nullopt;
    return arm_error(400, "InvalidTag", refused->message);
}

Answer put_group(Plane& plane, Call const& call) {
    record::ResourceGroup const* before =
        plane.ledger.model().group(call.arg("subscription"), call.arg("group"));
    if (auto refused = refuse_group(plane, call, true); refused && before) return refused;
    Call without_group = call;
    without_group.args.erase("group");
    if (auto refused = refuse_group(plane, without_group)) return refused;
    if (!valid_group_name(call.arg("group")))
        return arm_error(400, "InvalidResourceGroup",
                         "The provided resource group name has invalid characters or ends in a "
                         "period, or is longer than 90 characters.");
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    std::string const location = region_key(find_string(body, "location").value_or(""));
    if (location.empty())
        return arm_error(400, "LocationRequired", "The location property is required.");
    if (plane.context.region(location) == nullptr)
        return arm_error(400, "LocationNotAvailableForResourceGroup",
                         "The provided location '" + location +
                             "' is not available for resource group.");
    if (before != nullptr && before->location() != location)
        return arm_error(409, "InvalidResourceGroupLocation",
                         "Invalid resource group location '" + location +
                             "'. The Resource group already exists in location '" +
                             before->location() + "'.");
    record::ResourceGroup group;
    if (before != nullptr) group = *before;
    group.set_subscription(shown_subscription(plane, call));
    if (before == nullptr) {
        group.set_name(call.arg("group"));
        group.set_created_us(to_micros(call.now.wall));
    }
    group.set_location(location);
    if (auto refused = refuse_tags(body)) return refused;
    json::object const* tags = find_object(body, "tags");
    group.set_tags(tags ? json::serialize(*tags) : "{}");
    bool const created = before == nullptr;
    if (created) plane.roles.forget_below(group_scope(group));   // of an earlier one of the name
    plane.ledger.put(group);
    return json_answer(created ? 201 : 200, group_document(group));
}

Answer patch_group(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call, true)) return refused;
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    record::ResourceGroup group =
        *plane.ledger.model().group(call.arg("subscription"), call.arg("group"));
    if (auto refused = refuse_tags(body)) return refused;
    json::object const* tags = find_object(body, "tags");
    if (tags != nullptr) group.set_tags(json::serialize(*tags));
    plane.ledger.put(group);
    return json_answer(200, group_document(group));
}

Answer get_group(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    auto const* group = plane.ledger.model().group(call.arg("subscription"), call.arg("group"));
    return json_answer(200, group_document(*group));
}

Answer head_group(Plane& plane, Call const& call) {
    return empty_answer(refuse_group(plane, call) ? 404 : 204);
}

/// What this list can be filtered by: a tag's name, and its value with it.
bool filters_groups(std::vector<FilterTerm> const& terms) {
    return std::all_of(terms.begin(), terms.end(), [](FilterTerm const& term) {
        return about_tags(term) && term.operation == FilterTerm::Operator::equal;
    });
}

Answer list_groups(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    auto const* filter = call.request.query_value("$filter");
    auto const terms = parse_filter(filter ? *filter : "");
    if (!terms.ok() || !filters_groups(*terms))
        return arm_error(400, "InvalidFilterInQueryString",
                         "The $filter is not valid: use tagName eq 'NAME', or tagName eq 'NAME' "
                         "and tagValue eq 'VALUE'.");
    Page page;
    if (auto refused = page.begin(call)) return refused;
    auto const entry = [&](record::ResourceGroup const& group) -> std::optional<json::value> {
        if (!equal_ci(group.subscription(), call.arg("subscription"))) return std::nullopt;
        if (!plane.roles.may(call.client, Need::read, group_scope(group))) return std::nullopt;
        json::object const tags = stored_object(group.tags());
        if (!has_tag(&tags, *terms)) return std::nullopt;
        return group_document(group);
    };
    return page_of(call, page, plane.ledger.model().groups(), entry);
}

Answer delete_group(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    record::ResourceGroup const group =
        *plane.ledger.model().group(call.arg("subscription"), call.arg("group"));
    record::HubResource place;
    place.set_subscription(group.subscription());
    place.set_group(group.name());
    place.set_location(group.location());
    std::string id;
    for (auto const& [known, operation] : plane.ledger.model().operations())
        if (group.deleting() && operation.kind() == "group-delete" && running(operation) &&
            equal_ci(operation.group(), group.name()))
            id = known;
    if (id.empty()) {
        auto const operation = new_operation(plane.context, "group-delete", place, call.now);
        plane.ledger.put(operation);
        id = operation.id();
        plane.hubs.remove_group(group, call.now);
    }
    http::Response response = empty_answer(202);
    response.headers.add("Location", call.base_url + "/subscriptions/" +
                                         percent_encode(group.subscription()) +
                                         "/operationresults/" + id +
                                         "?api-version=" + call.api_version);
    response.headers.add("Retry-After", "1");
    return response;
}

/// The group's hubs as a template that makes them again; keys are not in it.
Answer export_group(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    json::array resources;
    for (auto const& [key, hub] : plane.ledger.model().hubs()) {
        if (!equal_ci(hub.subscription(), call.arg("subscription"))) continue;
        if (!equal_ci(hub.group(), call.arg("group"))) continue;
        if (!shows(plane, call, hub)) continue;
        json::object whole = render_hub(plane.context, hub, devices_api_versions.front());
        json::object& properties = need_object(whole, "properties");
        for (char const* computed : {"locations", "state", "provisioningState", "hostName"})
            properties.erase(computed);
        json::object entry{{"type", "Microsoft.Devices/IotHubs"},
                           {"apiVersion", devices_api_versions.front()}};
        for (char const* field : {"name", "location", "tags", "sku", "identity", "properties"})
            if (auto const* value = find(whole, field)) entry[field] = *value;
        resources.push_back(std::move(entry));
    }
    json::object made{
        {"$schema",
         "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#"},
        {"contentVersion", "1.0.0.0"},
        {"parameters", json::object{}},
        {"variables", json::object{}},
        {"resources", std::move(resources)}};
    return json_answer(200, json::object{{"template", std::move(made)}});
}

}  // namespace

std::vector<Route> group_routes() {
    constexpr char const* group = "subscriptions/{subscription}/resourcegroups/{group}";
    return {
        {"GET", "subscriptions/{subscription}/resourcegroups", list_groups, Access::bearer,
         Api::resources, Need::listed},
        {"PUT", group, put_group},
        {"PATCH", group, patch_group},
        {"GET", group, get_group},
        {"HEAD", group, head_group},
        {"DELETE", group, delete_group},
        {"POST", "subscriptions/{subscription}/resourcegroups/{group}/exportTemplate",
         export_group},
    };
}

}  // namespace tandem::control
