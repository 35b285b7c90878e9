#include "control/router.hpp"

#include "control/authorize.hpp"

#include <algorithm>
#include <array>

namespace tandem::control {

std::vector<std::string> const devices_api_versions = {
    "2023-06-30", "2023-06-30-preview", "2022-04-30-preview", "2021-07-02",
    "2019-07-01-preview"};   // the last one for `az iot hub devicestream show`

namespace {

struct Compiled {
    Route route;
    std::vector<std::string> segments;   // "{name}" as they stand
};

std::vector<Compiled> compile() {
    std::vector<Compiled> all;
    for (auto make : {sign_in_routes, token_routes, device_code_routes, principal_routes,
                      role_routes, audit_routes, subscription_routes, group_routes,
                      resource_routes, hub_routes, hub_part_routes, certificate_routes,
                      routing_routes, private_endpoint_routes, key_routes,
                      consumer_group_routes, operation_routes, metric_routes, tandem_routes,
                      data_routes, job_routes}) {
        for (Route const& route : make()) {
            Compiled compiled{route, {}};
            std::string_view rest = route.pattern;
            while (!rest.empty()) {
                std::size_t const end = std::min(rest.find('/'), rest.size());
                compiled.segments.emplace_back(rest.substr(0, end));
                rest.remove_prefix(std::min(end + 1, rest.size()));
            }
            all.push_back(std::move(compiled));
        }
    }
    return all;
}

std::vector<Compiled> const& table() {
    static std::vector<Compiled> const routes = compile();
    return routes;
}

bool matches(Compiled const& compiled, std::vector<std::string> const& path,
             std::map<std::string, std::string>& args) {
    bool const tail = compiled.segments.back().ends_with("...}");
    std::size_t const fixed = compiled.segments.size() - (tail ? 1 : 0);
    if (tail ? path.size() <= fixed : path.size() != fixed) return false;
    args.clear();
    for (std::size_t i = 0; i < fixed; ++i) {
        std::string const& wanted = compiled.segments[i];
        if (wanted.front() == '{')
            args[wanted.substr(1, wanted.size() - 2)] = path[i];
        else if (!equal_ci(wanted, path[i]))
            return false;
    }
    return true;
}

bool is_date(std::string_view text) {
    if (text.ends_with("-preview")) text.remove_suffix(8);
    if (text.size() != 10) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool const dash = i == 4 || i == 7;
        if (dash ? text[i] != '-' : (text[i] < '0' || text[i] > '9')) return false;
    }
    return true;
}

std::optional<http::Response> refuse_version(Route const& route, std::string const& version) {
    if (route.api == Api::none) return std::nullopt;
    if (version.empty())
        return arm_error(400, "MissingApiVersionParameter",
                         "The api-version query parameter (?api-version=) is required for all "
                         "requests.");
    if (route.api == Api::resources) {
        if (is_date(version)) return std::nullopt;
        return arm_error(400, "InvalidApiVersionParameter",
                         "The api-version '" + version + "' is invalid.");
    }
    std::string known;
    for (auto const& served : devices_api_versions) {
        if (equal_ci(served, version)) return std::nullopt;
        known += (known.empty() ? "" : ", ") + served;
    }
    return arm_error(400, "NoRegisteredProviderFound",
                     "No registered resource provider found for type 'IotHubs' and API version '" +
                         version + "'. The supported api-versions are '" + known + "'.");
}

http::Response unauthorized(Call const& call) {
    http::Response response = arm_error(
        401, "AuthenticationFailed",
        "Authentication failed. The 'Authorization' header is missing, or its token is not valid "
        "or has expired.");
    response.headers.add("WWW-Authenticate", "Bearer authorization_uri=\"" + call.base_url +
                                                 "/adfs\", error=\"invalid_token\"");
    return response;
}

/// 401, and a word of it in the audit log.
http::Response refuse_stranger(Plane& plane, Call const& call) {
    plane.audit.record_refusal(deed_of(plane, call, "request without a valid token"), 401,
                               call.now);
    return unauthorized(call);
}

/// The answer of a handler, and what the audit log says of it.
Answer serve(Plane& plane, Call const& call, Route const& route) {
    if (route.access != Access::bearer) return route.handler(plane, call);
    if (auto refused = refuse_caller(plane, call, route)) {
        plane.audit.record_refusal(deed_of(plane, call, action_of(route)), refused->status,
                                   call.now);
        return refused;
    }
    if (only_reads(route, call)) return route.handler(plane, call);
    Audit::Deed deed = deed_of(plane, call, action_of(route));
    bool const own = need_of(route) == Need::signed_in;
    plane.audit.begin(call.id, std::move(deed), own, call.now);
    Answer answer = route.handler(plane, call);
    if (answer) plane.audit.answered(call.id, answer->status);
    plane.audit.goes_on(call.id);
    return answer;
}

/// More than one is a way to show a proxy one identity and us another.
bool one_authorization(http::Headers const& headers) {
    return std::count_if(headers.fields.begin(), headers.fields.end(), [](auto const& field) {
               return equal_ci(field.first, "Authorization");
           }) <= 1;
}

/// Everything below these asks for a token first, also what does not exist.
bool guarded(std::vector<std::string> const& path) {
    static constexpr std::array<char const*, 4> roots = {"subscriptions", "providers", "tenants",
                                                         "tandem"};
    return !path.empty() && std::any_of(roots.begin(), roots.end(), [&path](char const* root) {
        return equal_ci(root, path.front());
    });
}

}  // namespace

Answer route(Plane& plane, RequestId id, http::Request const& request, std::string const& base_url,
             std::string const& source, Now now) {
    Call call{id, request, base_url, {}, {}, {}, now, source};
    if (auto const* version = request.query_value("api-version"))
        call.api_version = lower(*version);
    if (call.api_version.size() > 32 ||
        call.api_version.find_first_of("\r\n&\"") != std::string::npos)
        return arm_error(400, "InvalidApiVersionParameter", "The api-version is invalid.");
    if (!one_authorization(request.headers))
        return arm_error(400, "InvalidAuthenticationInfo",
                         "The request has more than one 'Authorization' header.");
    auto const* client =
        plane.sign_in.bearer(request.headers.find("Authorization"), now);
    if (guarded(request.path) && client == nullptr) return refuse_stranger(plane, call);
    if (client != nullptr) call.client = client->id();

    bool path_known = false;
    for (Compiled const& compiled : table()) {
        if (!matches(compiled, request.path, call.args)) continue;
        path_known = true;
        if (request.method != compiled.route.method) continue;
        if (compiled.route.access == Access::bearer && client == nullptr)
            return refuse_stranger(plane, call);
        if (auto refused = refuse_version(compiled.route, call.api_version)) return refused;
        // What is kept free is for those who come to help: to sign in, and to fail over.
        bool const reads = request.method == "GET" || request.method == "HEAD";
        bool const helps =
            compiled.route.access != Access::bearer || equal_ci(request.path.back(), "failover");
        if (!reads && !helps && !plane.ledger.writable())
            return arm_error(503, "ServiceUnavailable",
                             "The disk of the management service is full: nothing can be changed.");
        return serve(plane, call, compiled.route);
    }
    if (path_known)
        return arm_error(405, "MethodNotAllowed",
                         "The method '" + request.method + "' is not allowed here.");
    return arm_error(404, "NotFound", "There is nothing at this address.");
}

}  // namespace tandem::control
