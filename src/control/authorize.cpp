#include "control/authorize.hpp"

#include "control/data_path.hpp"
#include "control/router.hpp"

#include <span>

namespace tandem::control {

namespace {

std::string const* arg_if(Call const& call, char const* name) {
    auto const found = call.args.find(name);
    return found == call.args.end() ? nullptr : &found->second;
}

std::string shown_path(Call const& call) {
    std::string path;
    for (std::string const& segment : call.request.path) path += "/" + segment;
    return path;
}

std::string operation_scope(record::ManagementOperation const& operation) {
    if (operation.subscription().empty()) return {};
    std::string scope = "/subscriptions/" + operation.subscription();
    if (!operation.group().empty()) scope += "/resourcegroups/" + operation.group();
    if (!operation.hub().empty())
        scope += "/providers/microsoft.devices/iothubs/" + operation.hub();
    return normal_scope(scope);
}

/// What of a hub's data a request that is passed on to it is about: "devices/d".
std::string data_target_of(Call const& call) {
    auto const& path = call.request.path;
    bool const data = path.size() > data_segments_from && equal_ci(path[0], "tandem") &&
                      equal_ci(path[2], "hubs") && equal_ci(path[4], "data");
    std::string target;
    for (std::size_t i = data_segments_from; data && i < path.size(); ++i)
        target += (target.empty() ? "" : "/") + path[i];
    return target;
}

char const* action_word(Need need) {
    switch (need) {
        case Need::read:
        case Need::listed: return "read";
        case Need::keys: return "listkeys/action";
        case Need::authorization: return "Microsoft.Authorization/write";
        case Need::data: return "data";
        case Need::by_method:
        case Need::signed_in:
        case Need::write: return "write";
    }
    return "write";
}

}  // namespace

std::string scope_of(Plane const& plane, Call const& call) {
    if (auto const* id = arg_if(call, "operation"))
        if (auto const* operation = plane.ledger.model().operation(*id))
            return operation_scope(*operation);
    std::string const* subscription = arg_if(call, "subscription");
    std::string const* group = arg_if(call, "group");
    std::string const* hub = arg_if(call, "hub");
    if (subscription == nullptr) {
        auto const* known = hub != nullptr ? plane.ledger.model().hub(*hub) : nullptr;
        return known != nullptr ? hub_scope(*known) : std::string{};
    }
    std::string scope = "/subscriptions/" + *subscription;
    if (group != nullptr) scope += "/resourcegroups/" + *group;
    if (group != nullptr && hub != nullptr)
        scope += "/providers/microsoft.devices/iothubs/" + *hub;
    return normal_scope(scope);
}

Need need_of(Route const& route) {
    if (route.need != Need::by_method) return route.need;
    std::string_view const method = route.method;
    return method == "GET" || method == "HEAD" ? Need::read : Need::write;
}

namespace {

http::Response authorization_failed(Call const& call, Need need) {
    return arm_error(403, "AuthorizationFailed",
                     "The client '" + call.client + "' does not have authorization to perform "
                     "action '" + action_word(need) + "' over scope '" + shown_path(call) +
                     "' or the scope is invalid. If access was recently granted, please refresh "
                     "your credentials.");
}

}  // namespace

std::optional<http::Response> refuse_caller(Plane const& plane, Call const& call,
                                            Route const& route) {
    Need const need = need_of(route);
    if (plane.roles.may(call.client, need, scope_of(plane, call))) return std::nullopt;
    return authorization_failed(call, need);
}

std::optional<http::Response> refuse_data(Plane const& plane, Call const& call,
                                          record::HubResource const& hub, hub::Right right) {
    std::uint32_t const rights = plane.roles.data_rights(call.client, hub_scope(hub));
    if (hub::includes(rights, right)) return std::nullopt;
    return authorization_failed(call, Need::data);
}

bool only_reads(Route const& route, Call const& call) {
    std::span<std::string const> const path = call.request.path;
    if (route.need == Need::data && path.size() > data_segments_from)
        return only_reads(call.request.method, path.subspan(data_segments_from));
    std::string_view const method = route.method;
    return method == "GET" || method == "HEAD" || route.need == Need::read ||
           route.need == Need::listed;
}

std::string action_of(Route const& route) {
    std::string_view pattern = route.pattern;
    constexpr std::string_view provider = "/providers/";
    if (std::size_t const at = pattern.rfind(provider); at != pattern.npos)
        pattern.remove_prefix(at + provider.size());
    return std::string{route.method} + " " + std::string{pattern};
}

Audit::Deed deed_of(Plane const& plane, Call const& call, std::string const& action) {
    auto const* principal = plane.principals.find(call.client);
    std::string scope = scope_of(plane, call);
    if (scope.empty() || call.args.contains("subscription")) scope = shown_path(call);
    std::string correlation;
    for (char const* name : {"x-ms-correlation-request-id", "x-ms-client-request-id"})
        if (auto const* sent = call.request.headers.find(name); sent && correlation.empty())
            correlation = *sent;
    if (correlation.empty()) correlation = random_guid(plane.random);
    return {.principal = call.client,
            .principal_name = principal != nullptr ? principal->name() : "",
            .action = action,
            .scope = scope,
            .correlation_id = correlation,
            .source = call.source,
            .target = data_target_of(call)};
}

bool shows(Plane const& plane, Call const& call, record::HubResource const& hub) {
    return plane.roles.may(call.client, Need::read, hub_scope(hub));
}

bool shows(Plane const& plane, Call const& call, record::ManagementOperation const& operation) {
    return plane.roles.may(call.client, Need::read, operation_scope(operation));
}

}  // namespace tandem::control
