// IoT hubs: create, update, read, list, delete, fail over.
// Source  management-plane contract 1.2 to 1.5, 2, 3.5.
#include "control/authorize.hpp"
#include "control/router.hpp"

#include "codec/time_text.hpp"
#include "control/hub_document.hpp"
#include "control/hub_access.hpp"
#include "control/hub_settings.hpp"
#include "control/pages.hpp"
#include "control/policies.hpp"
#include "control/sku.hpp"

#include <algorithm>

namespace tandem::control {

namespace {

bool valid_hub_name(std::string_view name) {
    if (name.size() < 3 || name.size() > 50 || name.front() == '-' || name.back() == '-')
        return false;
    bool only_digits = true;
    for (char c : name) {
        if (!is_letter_or_digit(c) && c != '-') return false;
        only_digits = only_digits && c >= '0' && c <= '9';
    }
    return !only_digits;
}

void fill(record::HubResource& hub, HubWish const& wish) {
    hub.set_document(json::serialize(wish.document));
    record::HubSettings& settings = *hub.mutable_settings();
    settings.set_retention_days(wish.retention_days);
    settings.set_goal(wish.goal);
    settings.set_automatic_failover(wish.automatic_failover);
    apply_document(wish.document, settings);
}

void set_policies(record::HubSettings& settings, std::vector<record::Policy> const& policies) {
    settings.clear_policies();
    for (auto const& policy : policies) *settings.add_policies() = policy;
}

HubPlace place_of(Plane const& plane, Call const& call, std::string const& subscription,
                  std::string const& group, std::string const& name) {
    return {subscription, group, name, plane.options.tenant, format_iso8601(call.now.wall),
            call.api_version};
}

/// One free hub a subscription, as Azure has it; of the others, as many as its page of usages says.
std::optional<Refusal> refuse_number_of_hubs(Plane const& plane, record::HubResource const& made) {
    bool const free_tier = sku_of(made).free();
    std::size_t others = 0;
    for (auto const& [name, hub] : plane.ledger.model().hubs()) {
        bool const same = sku_of(hub).free() == free_tier;
        others += same && equal_ci(hub.subscription(), made.subscription()) ? 1U : 0U;
    }
    if (free_tier && others >= free_hubs_max)
        return Refusal{403903, "The subscription has its free hub already."};
    if (!free_tier && others >= paid_hubs_max)
        return Refusal{403904, "The subscription has " + std::to_string(others) +
                                   " hubs; it cannot have more."};
    return std::nullopt;
}

http::Response accepted(Plane& plane, Call const& call, std::string const& operation,
                        bool created) {
    record::HubResource const& hub = *plane.ledger.model().hub(call.arg("hub"));
    http::Response response = json_answer(201, render_accepted(hub, created, call.api_version));
    add_operation_headers(response, plane, call, operation, false);
    return response;
}

Answer create_hub(Plane& plane, Call const& call, json::object const& body) {
    std::string const& name = call.arg("hub");
    record::ResourceGroup const& group =
        *plane.ledger.model().group(call.arg("subscription"), call.arg("group"));
    // A role on an earlier hub of the name shows its deletion; it makes no new hub.
    if (!plane.roles.may(call.client, Need::write, group_scope(group)))
        return arm_error(403, "AuthorizationFailed",
                         "The client '" + call.client + "' does not have authorization to create "
                         "resources in the resource group '" + group.name() + "'.");
    if (auto const etag = wanted_etag(call.request); etag && !etag->empty())
        return rp_refusal(plane, call, 412002,
                          "There is no IotHub '" + name + "' to match an ETag.");
    std::string const asked = find_string(body, "location").value_or("");
    if (asked.empty())
        return arm_error(400, "LocationRequired",
                         "The location property is required for this definition.");
    Region const* region = plane.context.region(asked);
    if (region == nullptr)
        return arm_error(400, "LocationNotAvailableForResourceType",
                         "The provided location '" + asked + "' is not available for resource "
                         "type 'Microsoft.Devices/IotHubs'.");
    HubWish wish;
    if (auto refused = read_hub(body, nullptr, place_of(plane, call, group.subscription(),
                                                        group.name(), name),
                                wish))
        return rp_error(*refused, call.now.wall, plane.random);
    record::HubResource hub;
    hub.set_subscription(group.subscription());
    hub.set_group(group.name());
    hub.set_name(name);
    hub.set_location(region->name.value);
    fill(hub, wish);
    if (auto refused = refuse_number_of_hubs(plane, hub))
        return rp_error(*refused, call.now.wall, plane.random);
    auto policies = default_policies(plane.random);
    if (wish.policies && !wish.policies->empty()) {
        std::vector<record::Policy> own;
        if (auto refused = read_policies(*wish.policies, hub.settings(), plane.random, own))
            return rp_error(*refused, call.now.wall, plane.random);
        policies = std::move(own);
    }
    set_policies(*hub.mutable_settings(), policies);
    hub.mutable_settings()->add_consumer_groups("$Default");
    auto& first = *hub.add_consumer_groups();
    first.set_name("$Default");
    first.set_created_us(to_micros(call.now.wall));
    if (wish.alone) hub.mutable_definition()->add_regions(hub.location());
    plane.roles.forget_below(hub_scope(hub));   // what an earlier hub of the name left
    plane.data_access.fill(hub);
    auto const operation = plane.hubs.create(std::move(hub), wish.partition_count, call.now);
    return accepted(plane, call, operation, true);
}

Answer update_hub(Plane& plane, Call const& call, json::object const& body,
                  record::HubResource hub) {
    if (hub.state() != "Active" && hub.state() != "ActivationFailed")
        return hub_busy(plane, call, hub);
    if (auto const etag = wanted_etag(call.request);
        etag && *etag != "*" && *etag != hub_etag(hub))
        return rp_refusal(plane, call, 412002,
                          "Either bad ETag was supplied or IotHub description was changed.");
    if (auto const location = find_string(body, "location");
        location && region_key(*location) != hub.location())
        return arm_error(409, "InvalidResourceLocation",
                         "The resource '" + hub.name() + "' already exists in location '" +
                             hub.location() + "' in resource group '" + hub.group() +
                             "'. A resource with the same name cannot be created in location '" +
                             *location + "'. Please select a new resource name.");
    HubWish wish;
    if (auto refused = read_hub(
            body, &hub, place_of(plane, call, hub.subscription(), hub.group(), hub.name()), wish))
        return rp_error(*refused, call.now.wall, plane.random);
    std::string const before = hub.settings().SerializeAsString();
    fill(hub, wish);
    if (wish.policies) {
        std::vector<record::Policy> policies;
        if (auto refused = read_policies(*wish.policies, hub.settings(), plane.random, policies))
            return rp_error(*refused, call.now.wall, plane.random);
        set_policies(*hub.mutable_settings(), policies);
    }
    bool const changed = hub.settings().SerializeAsString() != before;
    bool const serves = hub.state() == "Active";
    auto const operation = plane.hubs.update(std::move(hub), changed || !serves, call.now);
    return accepted(plane, call, operation, false);
}

Answer put_hub(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call, true)) return refused;
    std::string const& name = call.arg("hub");
    if (!valid_hub_name(name))
        return rp_refusal(plane, call, 400900 + 30,
                          "'" + name + "' is not a valid IotHub name: use 3 to 50 letters, digits "
                                       "and hyphens, with no hyphen at the ends.");
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    if (record::HubResource const* hub = called_hub(plane, call))
        return update_hub(plane, call, body, *hub);
    if (plane.ledger.model().hub(name) != nullptr)
        return rp_refusal(plane, call, 409004, "IotHub name '" + name + "' not available.");
    return create_hub(plane, call, body);
}

Answer patch_hub(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call, true)) return refused;
    record::HubResource const* known = called_hub(plane, call);
    if (known == nullptr) return hub_not_found(call);
    if (known->state() != "Active") return hub_busy(plane, call, *known);
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    if (is_no_object(body, "tags"))
        return rp_refusal(plane, call, 400982, "tags must be an object.");
    record::HubResource hub = *known;
    json::object document = stored_object(hub.document());
    if (json::object const* tags = find_object(body, "tags")) {
        if (auto refused = read_tags(*tags))
            return rp_error(*refused, call.now.wall, plane.random);
        document["tags"] = *tags;
    }
    hub.set_document(json::serialize(document));
    auto const operation = plane.hubs.update(hub, false, call.now);
    static_cast<void>(operation);
    return json_answer(200, render_hub(plane.context, *called_hub(plane, call), call.api_version));
}

Answer get_hub(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    record::HubResource const* hub = called_hub(plane, call);
    if (hub == nullptr) return hub_not_found(call);
    return json_answer(200, render_hub(plane.context, *hub, call.api_version));
}

Answer head_hub(Plane& plane, Call const& call) {
    return empty_answer(refuse_hub(plane, call) ? 404 : 204);
}

Answer list_hubs(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    Page page;
    if (auto refused = page.begin(call)) return refused;
    auto const entry = [&](record::HubResource const& hub) -> std::optional<json::value> {
        if (!lies_in_path(call, hub) || !shows(plane, call, hub)) return std::nullopt;
        return render_hub(plane.context, hub, call.api_version);
    };
    return page_of(call, page, plane.ledger.model().hubs(), entry);
}

Answer delete_hub(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    record::HubResource const* hub = called_hub(plane, call);
    if (hub == nullptr) return empty_answer(204);
    if (hub->state() == "FailingOver") return hub_busy(plane, call, *hub);
    std::string const operation = hub->state() == "Deleting" ? hub->operation_id()
                                                             : plane.hubs.remove(*hub, call.now);
    http::Response response = json_answer(
        202, render_hub(plane.context, *called_hub(plane, call), call.api_version));
    add_operation_headers(response, plane, call, operation, true);
    return response;
}

Answer check_name(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    std::string const name = find_string(body, "name").value_or("");
    if (!valid_hub_name(name))
        return json_answer(200, json::object{{"nameAvailable", false},
                                             {"reason", "Invalid"},
                                             {"message", "IotHub name '" + name +
                                                             "' is not valid"}});
    if (plane.ledger.model().hub(name) != nullptr)
        return json_answer(200, json::object{{"nameAvailable", false},
                                             {"reason", "AlreadyExists"},
                                             {"message", "IotHub name '" + name +
                                                             "' is not available"}});
    return json_answer(200, json::object{{"nameAvailable", true},
                                         {"reason", "Invalid"},
                                         {"message", nullptr}});
}

Answer fail_over(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call, true)) return refused;
    record::HubResource const* hub = called_hub(plane, call);
    if (hub == nullptr) return hub_not_found(call);
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    std::string const region = find_string(body, "failoverRegion").value_or("");
    if (region.empty())
        return rp_refusal(plane, call, 400900, "The failoverRegion is required.");
    auto const started = plane.failovers.start(
        *hub, {.to_region = region, .may_become_forced = true}, call.now);
    if (auto const* refused = std::get_if<Refusal>(&started))
        return rp_error(*refused, call.now.wall, plane.random);
    http::Response response = empty_answer(202);
    add_operation_headers(response, plane, call, std::get<std::string>(started), true);
    return response;
}

}  // namespace

std::vector<Route> hub_routes() {
    constexpr Access bearer = Access::bearer;
    constexpr Api devices = Api::devices;
    constexpr char const* hub =
        "subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Devices/IotHubs/"
        "{hub}";
    return {
        {"PUT", hub, put_hub, bearer, devices},
        {"PATCH", hub, patch_hub, bearer, devices},
        {"GET", hub, get_hub, bearer, devices},
        {"HEAD", hub, head_hub, bearer, devices},
        {"DELETE", hub, delete_hub, bearer, devices},
        {"GET", "subscriptions/{subscription}/providers/Microsoft.Devices/IotHubs", list_hubs,
         bearer, devices, Need::listed},
        {"GET",
         "subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Devices/IotHubs",
         list_hubs, bearer, devices, Need::listed},
        {"POST", "subscriptions/{subscription}/providers/Microsoft.Devices/checkNameAvailability",
         check_name, bearer, devices, Need::listed},
        {"POST",
         "subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Devices/IotHubs/"
         "{hub}/failover",
         fail_over, bearer, devices},
    };
}

}  // namespace tandem::control
