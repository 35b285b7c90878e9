// Tandem's own API, for what Azure's contract does not have: /tandem/v1.
#include "control/hub_document.hpp"
#include "codec/time_text.hpp"
#include "control/hub_access.hpp"
#include "control/authorize.hpp"
#include "control/elsewhere.hpp"
#include "control/operations.hpp"
#include "control/router.hpp"
#include "control/tandem_document.hpp"

#include <algorithm>
#include <vector>

namespace tandem::control {

namespace {

http::Response no_hub(Call const& call) {
    return arm_error(404, "HubNotFound", "There is no hub '" + call.arg("hub") + "'.");
}

Answer get_status(Plane& plane, Call const& call) {
    json::array regions;
    json::array hubs;
    // Where everything runs is for those who have something to do here.
    if (!plane.roles.may(call.client, Need::listed, ""))
        return json_answer(200, json::object{{"time", format_iso8601(call.now.wall)},
                                             {"regions", std::move(regions)},
                                             {"hubs", std::move(hubs)}});
    for (Region const& region : plane.options.regions) {
        bool used = plane.fleet.site(region.name.value) != nullptr;
        for (auto const& [name, hub] : plane.ledger.model().hubs())
            for (auto const& of_hub : hub.definition().regions())
                used = used || of_hub == region.name.value;
        if (used) regions.push_back(render_region(plane, region, call.now));
    }
    for (auto const& [name, hub] : plane.ledger.model().hubs())
        if (shows(plane, call, hub)) hubs.push_back(render_hub_status(plane, hub, call.now));
    return json_answer(200, json::object{{"time", format_iso8601(call.now.wall)},
                                         {"management", render_management(plane, call.now)},
                                         {"regions", std::move(regions)},
                                         {"hubs", std::move(hubs)}});
}

Answer get_hub(Plane& plane, Call const& call) {
    record::HubResource const* hub = plane.ledger.model().hub(call.arg("hub"));
    if (hub == nullptr) return no_hub(call);
    return json_answer(200, render_hub_status(plane, *hub, call.now));
}

Answer patch_hub(Plane& plane, Call const& call) {
    record::HubResource const* known = plane.ledger.model().hub(call.arg("hub"));
    if (known == nullptr) return no_hub(call);
    if (known->state() != "Active") return hub_busy(plane, call, *known);
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    record::HubResource hub = *known;
    HubWish wish;
    wish.goal = hub.settings().goal();
    wish.automatic_failover = hub.settings().automatic_failover();
    if (auto refused = read_tandem(body, wish))
        return rp_error(*refused, call.now.wall, plane.random);

    json::object document = stored_object(hub.document());
    json::object& tandem = need_object(need_object(document, "properties"), "tandem");
    for (char const* name : {"goal", "automaticFailover", "unlimited"})
        if (json::value const* value = find(body, name)) tandem[name] = *value;
    if (json::object const* limits = find_object(body, "failover"))
        for (auto const& member : *limits)
            need_object(tandem, "failover")[member.key()] = member.value();
    hub.set_document(json::serialize(document));
    hub.mutable_settings()->set_goal(wish.goal);
    hub.mutable_settings()->set_automatic_failover(wish.automatic_failover);
    apply_document(document, *hub.mutable_settings());
    std::uint64_t const revision = plane.hubs.configure(hub, call.now);
    json::object const shown =
        render_hub_status(plane, *plane.ledger.model().hub(call.arg("hub")), call.now);
    plane.hubs.respond_when_configured(call.id, json_answer(200, shown), hub.definition().name(),
                                       revision, call.now);
    return std::nullopt;
}

/// The body, and its "forced"; absent: false.
std::optional<http::Response> read_wish(Plane& plane, Call const& call, json::object& body,
                                        bool& forced) {
    if (auto refused = read_body(call, body)) return refused;
    if (find(body, "forced") == nullptr) return std::nullopt;
    auto const sent = find_bool(body, "forced");
    if (!sent) return rp_refusal(plane, call, 400913, "forced must be true or false.");
    forced = *sent;
    return std::nullopt;
}

/// 202 with the operation, or the refusal.
http::Response accepted(Plane& plane, Call const& call,
                        std::variant<std::string, Refusal> const& started) {
    if (auto const* refused = std::get_if<Refusal>(&started))
        return rp_error(*refused, call.now.wall, plane.random);
    std::string const& id = std::get<std::string>(started);
    http::Response response =
        json_answer(202, render_operation(plane, *plane.ledger.model().operation(id)));
    response.headers.add("Location", call.base_url + "/tandem/v1/operations/" + id);
    return response;
}

Answer fail_over(Plane& plane, Call const& call) {
    record::HubResource const* hub = plane.ledger.model().hub(call.arg("hub"));
    if (hub == nullptr) return no_hub(call);
    json::object body;
    bool forced = false;
    if (auto refused = read_wish(plane, call, body, forced)) return refused;
    return accepted(plane, call,
                    plane.failovers.start(*hub,
                                          {.to_region = find_string(body, "toRegion").value_or(""),
                                           .forced = forced,
                                           .tandem = true},
                                          call.now));
}

Answer evacuate(Plane& plane, Call const& call) {
    Region const* region = plane.context.region(call.arg("region"));
    if (region == nullptr)
        return arm_error(404, "RegionNotFound",
                         "There is no region '" + call.arg("region") + "'.");
    json::object body;
    bool forced = false;
    if (auto refused = read_wish(plane, call, body, forced)) return refused;
    return accepted(plane, call, plane.evacuations.start(*region, forced, call.now));
}

Answer get_operation(Plane& plane, Call const& call) {
    auto const* operation = plane.ledger.model().operation(call.arg("operation"));
    if (operation == nullptr)
        return arm_error(404, "OperationNotFound",
                         "There is no operation '" + call.arg("operation") + "'.");
    return json_answer(200, render_operation(plane, *operation));
}

/// Of every kind, the newest first.
Answer list_operations(Plane& plane, Call const& call) {
    constexpr std::size_t shown_max = 200;
    std::vector<record::ManagementOperation const*> found;
    for (auto const& [id, operation] : plane.ledger.model().operations())
        if (shows(plane, call, operation)) found.push_back(&operation);
    std::size_t const shown = std::min(found.size(), shown_max);
    std::partial_sort(
        found.begin(), found.begin() + static_cast<std::ptrdiff_t>(shown), found.end(),
        [](auto const* a, auto const* b) { return a->started_us() > b->started_us(); });
    found.resize(shown);
    json::array values;
    for (auto const* operation : found) values.push_back(render_operation(plane, *operation));
    return json_answer(200, json::object{{"value", std::move(values)}});
}

Answer list_failovers(Plane& plane, Call const& call) {
    record::HubResource const* hub = plane.ledger.model().hub(call.arg("hub"));
    if (hub == nullptr) return no_hub(call);
    std::vector<record::ManagementOperation const*> found;
    for (auto const& [id, operation] : plane.ledger.model().operations())
        if (operation.kind() == "failover" && concerns(operation, *hub))
            found.push_back(&operation);
    std::sort(found.begin(), found.end(),
              [](auto const* a, auto const* b) { return a->started_us() > b->started_us(); });
    json::array values;
    for (auto const* operation : found) values.push_back(render_operation(plane, *operation));
    return json_answer(200, json::object{{"value", std::move(values)}});
}

}  // namespace

std::vector<Route> tandem_routes() {
    constexpr Access b = Access::bearer;
    constexpr Api n = Api::none;
    return {
        {"GET", "tandem/v1/status", get_status, b, n, Need::signed_in},
        {"GET", "tandem/v1/hubs/{hub}", get_hub, b, n},
        {"PATCH", "tandem/v1/hubs/{hub}", patch_hub, b, n},
        {"POST", "tandem/v1/hubs/{hub}/failover", fail_over, b, n},
        {"GET", "tandem/v1/hubs/{hub}/failovers", list_failovers, b, n},
        {"POST", "tandem/v1/regions/{region}/evacuate", evacuate, b, n},
        {"GET", "tandem/v1/operations", list_operations, b, n, Need::signed_in},
        {"GET", "tandem/v1/operations/{operation}", get_operation, b, n},
    };
}

}  // namespace tandem::control
