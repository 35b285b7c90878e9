// control/router.hpp -- from a request to the handler that answers it.
//
// Paths match without regard to case; empty segments do not count. What is not public asks for a
// bearer token, and for the right to it, before it says whether anything is there.
#pragma once

#include "control/call.hpp"

#include <vector>

namespace tandem::control {

enum class Access : std::uint8_t { open, bearer };
enum class Api : std::uint8_t {
    none,       ///< no api-version needed
    resources,  ///< any plausible date
    devices,    ///< one of the Microsoft.Devices versions served
};

struct Route {
    char const* method;
    char const* pattern;       ///< "subscriptions/{subscription}/locations"; "{rest...}" at the
                               ///< end takes one segment or more, which stay in request.path
    Handler handler;
    Access access = Access::bearer;
    Api api = Api::resources;
    Need need = Need::by_method;   ///< what the caller must be allowed, at scope_of(call)
};

/// The answer, or nullopt when it comes later.
Answer route(Plane& plane, RequestId id, http::Request const& request, std::string const& base_url,
             std::string const& source, Now now);

// One table a file of handlers.
std::vector<Route> sign_in_routes();        // routes_sign_in.cpp
std::vector<Route> token_routes();          // routes_token.cpp
std::vector<Route> device_code_routes();    // routes_device_code.cpp
std::vector<Route> principal_routes();      // routes_principals.cpp
std::vector<Route> role_routes();           // routes_roles.cpp
std::vector<Route> audit_routes();          // routes_audit.cpp
std::vector<Route> subscription_routes();   // routes_subscriptions.cpp
std::vector<Route> group_routes();          // routes_groups.cpp
std::vector<Route> resource_routes();       // routes_resources.cpp
std::vector<Route> hub_routes();            // routes_hubs.cpp
std::vector<Route> hub_part_routes();       // routes_hub_parts.cpp
std::vector<Route> certificate_routes();    // routes_certificates.cpp
std::vector<Route> routing_routes();        // routes_routing.cpp
std::vector<Route> private_endpoint_routes();   // routes_private_endpoints.cpp
std::vector<Route> key_routes();            // routes_keys.cpp
std::vector<Route> consumer_group_routes(); // routes_consumer_groups.cpp
std::vector<Route> operation_routes();      // routes_operations.cpp
std::vector<Route> metric_routes();         // routes_metrics.cpp
std::vector<Route> tandem_routes();         // routes_tandem.cpp
std::vector<Route> data_routes();           // routes_data.cpp
std::vector<Route> job_routes();            // routes_jobs.cpp

extern std::vector<std::string> const devices_api_versions;

}  // namespace tandem::control
