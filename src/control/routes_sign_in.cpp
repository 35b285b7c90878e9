// Where clients learn our addresses.
// Source  management-plane contract 3.2, 3.3 and 5.
#include "control/router.hpp"

#include "codec/percent.hpp"


namespace tandem::control {

namespace {

Answer metadata(Plane&, Call const& call) {
    std::string const& base = call.base_url;
    json::object authentication{{"loginEndpoint", base + "/adfs"},
                                {"audiences", {"https://management.azure.com/"}}};
    if (call.api_version < "2019") {
        return json_answer(200, json::object{{"galleryEndpoint", base + "/"},
                                             {"graphEndpoint", base + "/graph/"},
                                             {"portalEndpoint", base + "/portal/"},
                                             {"authentication", std::move(authentication)}});
    }
    authentication["tenant"] = "adfs";
    authentication["identityProvider"] = "ADFS";
    json::object cloud{{"name", "Tandem"},
                       {"portal", base + "/portal/"},
                       {"gallery", base + "/"},
                       {"graph", base + "/graph/"},
                       {"resourceManager", base + "/"},
                       {"authentication", std::move(authentication)},
                       {"suffixes", json::object{}}};
    if (call.api_version >= "2022") return json_answer(200, cloud);
    return json_answer(200, json::array{std::move(cloud)});
}

json::object openid_document(Call const& call, std::string const& root, std::string const& token) {
    return json::object{{"issuer", root},
                        {"authorization_endpoint", root + "/oauth2/authorize/"},
                        {"token_endpoint", token},
                        {"device_authorization_endpoint", root + "/oauth2/devicecode"},
                        {"jwks_uri", call.base_url + "/adfs/discovery/keys"},
                        {"token_endpoint_auth_methods_supported",
                         {"client_secret_post", "client_secret_basic"}},
                        {"grant_types_supported",
                         {"client_credentials", "password", "refresh_token",
                          "urn:ietf:params:oauth:grant-type:device_code"}},
                        {"response_types_supported", {"code"}},
                        {"response_modes_supported", {"query"}},
                        {"subject_types_supported", {"pairwise"}},
                        {"scopes_supported", {"openid"}},
                        {"id_token_signing_alg_values_supported", {"EdDSA"}}};
}

Answer adfs_configuration(Plane&, Call const& call) {
    std::string const root = call.base_url + "/adfs";
    return json_answer(200, openid_document(call, root, root + "/oauth2/token/"));
}

Answer tenant_configuration(Plane&, Call const& call) {
    std::string const tenant = call.base_url + "/" + percent_encode(call.arg("tenant"));
    return json_answer(200,
                       openid_document(call, tenant + "/v2.0", tenant + "/oauth2/v2.0/token"));
}

Answer adfs_tenant_configuration(Plane&, Call const& call) {
    std::string const root = call.base_url + "/adfs";
    return json_answer(200, openid_document(call, root, root + "/oauth2/token/"));
}

Answer discover_instance(Plane& plane, Call const& call) {
    std::size_t const after = call.base_url.find("://");
    std::string const host = call.base_url.substr(after == std::string::npos ? 0 : after + 3);
    json::object entry{{"preferred_network", host}, {"preferred_cache", host}, {"aliases", {host}}};
    return json_answer(
        200, json::object{{"tenant_discovery_endpoint",
                           call.base_url + "/" + percent_encode(plane.options.tenant) +
                               "/v2.0/.well-known/openid-configuration"},
                          {"api-version", "1.1"},
                          {"metadata", json::array{std::move(entry)}}});
}

Answer health(Plane& plane, Call const&) {
    bool const ok = plane.ledger.writable();
    return json_answer(ok ? 200 : 503,
                       json::object{{"status", ok ? "healthy" : "unhealthy"}});
}

}  // namespace

std::vector<Route> sign_in_routes() {
    constexpr Access open = Access::open;
    constexpr Api none = Api::none;
    return {
        {"GET", "metadata/endpoints", metadata, open, none},
        {"GET", "adfs/.well-known/openid-configuration", adfs_configuration, open, none},
        {"GET", "adfs/{tenant}/.well-known/openid-configuration", adfs_tenant_configuration, open,
         none},
        {"GET", "{tenant}/v2.0/.well-known/openid-configuration", tenant_configuration, open, none},
        {"GET", "{tenant}/.well-known/openid-configuration", tenant_configuration, open, none},
        {"GET", "common/discovery/instance", discover_instance, open, none},
        {"GET", "health", health, open, none},
    };
}

}  // namespace tandem::control
