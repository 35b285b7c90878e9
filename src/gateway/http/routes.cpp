#include "gateway/http/routes.hpp"

#include "codec/http/fields.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tandem::gateway {

namespace {

using hub::Right;
using Methods = std::initializer_list<std::pair<std::string_view, Route>>;

/// The route of the request's method, or what to say when there is none.
Route by_method(http::Request const& request, std::string_view allow, Methods methods) {
    for (auto const& [method, route] : methods)
        if (request.method == method) return route;
    Route refused;
    refused.operation = Operation::wrong_method;
    refused.allow = allow;
    return refused;
}

Route to(Operation operation, Right right, std::string device = {},
         Right other_right = Right::none) {
    Route route;
    route.operation = operation;
    route.right = right;
    route.other_right = other_right;
    route.device = std::move(device);
    return route;
}

Route devices_route(http::Request const& request) {
    auto const& path = request.path;
    auto const is = [&](std::size_t index, std::string_view name) {
        return http::iequals(path[index], name);
    };
    if (path.size() == 1)
        return by_method(request, "GET, POST",
                         {{"GET", to(Operation::list_devices, Right::registry_read)},
                          {"POST", to(Operation::bulk_registry, Right::registry_write)}});
    if (path.size() == 2 && request.method == "POST" && is(1, "query"))
        return to(Operation::query_devices, Right::registry_read, {}, Right::service_connect);
    if (path.size() == 2)
        return by_method(
            request, "GET, PUT, DELETE",
            {{"GET", to(Operation::get_device, Right::registry_read, path[1])},
             {"PUT", to(Operation::put_device, Right::registry_write, path[1])},
             {"DELETE", to(Operation::delete_device, Right::registry_write, path[1])}});
    if (is(2, "modules") && path.size() <= 4)
        return to(Operation::not_built,
                  request.method == "GET" ? Right::registry_read : Right::registry_write);
    if (path.size() == 3 && is(2, "applyConfigurationContent"))
        return to(Operation::not_built, Right::registry_write);
    if (path.size() == 3 && is(2, "commands"))
        return to(Operation::not_built, Right::service_connect);
    if (is(2, "messages") || is(2, "files"))  // the devices' own API, with their own tokens
        return to(Operation::not_built, Right::none);
    return {};
}

Route twins_route(http::Request const& request) {
    auto const& path = request.path;
    auto const right = Right::service_connect;   // of methods: whoever may call a device
    if (path.size() == 2)
        return by_method(request, "GET, PATCH, PUT",
                         {{"GET", to(Operation::get_twin, Right::twin_read, path[1])},
                          {"PATCH", to(Operation::update_twin, Right::twin_write, path[1])},
                          {"PUT", to(Operation::replace_twin, Right::twin_write, path[1])}});
    bool const deeper =
        path.size() > 2 && (http::iequals(path[2], "methods") || http::iequals(path[2], "modules"));
    return deeper ? to(Operation::not_built, right) : Route{};
}

Route statistics_route(http::Request const& request) {
    auto const& path = request.path;
    if (path.size() != 2) return {};
    for (auto const& [name, operation] : {std::pair{"devices", Operation::device_statistics},
                                          std::pair{"service", Operation::service_statistics}})
        if (http::iequals(path[1], name))
            return by_method(
                request, "GET",
                {{"GET", to(operation, Right::registry_read, {}, Right::service_connect)}});
    return {};
}

}  // namespace

Route find_route(http::Request const& request) {
    auto const& path = request.path;
    if (path.empty()) return {};
    auto const starts_with = [&](std::string_view name) { return http::iequals(path[0], name); };
    if (starts_with("devices")) return devices_route(request);
    if (starts_with("twins")) return twins_route(request);
    if (starts_with("statistics")) return statistics_route(request);
    // Ours, not Azure's: the pages that an export job is made of.
    if (starts_with("tandem") && path.size() == 2 && http::iequals(path[1], "registry"))
        return by_method(request, "GET",
                         {{"GET", to(Operation::export_devices, Right::registry_read)}});
    if (starts_with("configurations") || starts_with("jobs"))
        return to(Operation::not_built,
                  request.method == "GET" ? Right::registry_read : Right::registry_write);
    if (starts_with("digitaltwins") || starts_with("messages"))
        return to(Operation::not_built, Right::service_connect);
    return {};
}

bool known_api_version(std::string_view version) {
    static constexpr std::array<std::string_view, 20> versions{
        "2015-08-15-preview", "2016-02-03",         "2016-11-14",         "2017-06-30",
        "2017-08-21-preview", "2017-11-08-preview", "2018-01-16",         "2018-03-01-preview",
        "2018-04-01",         "2018-06-30",         "2018-08-30-preview", "2019-03-30",
        "2019-07-01-preview", "2019-10-01",         "2020-03-01",         "2020-03-13",
        "2020-05-31-preview", "2020-09-30",         "2021-04-12",         "2021-11-30-preview"};
    return std::any_of(versions.begin(), versions.end(),
                       [&](auto const& known) { return http::iequals(known, version); });
}

}  // namespace tandem::gateway
