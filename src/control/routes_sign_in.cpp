// Where clients learn our addresses, and get tokens.
// Source  management-plane contract 3.2, 3.3 and 5.
#include "control/router.hpp"

#include "codec/percent.hpp"

#include <algorithm>

namespace tandem::control {

namespace {

std::string form_decode(std::string_view text) {
    std::string spaced{text};
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    return percent_decode(spaced).value_or("");
}

using Form = std::map<std::string, std::string>;

/// application/x-www-form-urlencoded; the first of two fields of one name counts.
Form parse_form(std::string_view body) {
    Form form;
    while (!body.empty() && form.size() < 64) {
        std::size_t const end = std::min(body.find('&'), body.size());
        std::string_view const pair = body.substr(0, end);
        std::size_t const equals = std::min(pair.find('='), pair.size());
        form.emplace(form_decode(pair.substr(0, equals)),
                     form_decode(pair.substr(std::min(equals + 1, pair.size()))));
        body.remove_prefix(std::min(end + 1, body.size()));
    }
    return form;
}

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
                        {"grant_types_supported", {"client_credentials"}},
                        {"response_types_supported", {"code"}},
                        {"response_modes_supported", {"query"}},
                        {"subject_types_supported", {"pairwise"}},
                        {"scopes_supported", {"openid"}},
                        {"id_token_signing_alg_values_supported", {"RS256"}}};
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

http::Response token_error(int status, char const* code, char const* description) {
    return json_answer(status, json::object{{"error", code}, {"error_description", description}});
}

Answer token(Plane& plane, Call const& call) {
    Form form = parse_form(call.request.body);
    if (form["grant_type"] != "client_credentials")
        return token_error(400, "unsupported_grant_type",
                           "Only the client_credentials grant is served here: sign in as a "
                           "service principal.");
    auto const granted = plane.sign_in.grant(form["client_id"], form["client_secret"], call.now);
    if (!granted)
        return token_error(401, "invalid_client",
                           "The client id is unknown or the client secret is wrong.");
    auto const life = std::chrono::duration_cast<std::chrono::seconds>(plane.options.token_life);
    http::Response response =
        json_answer(200, json::object{{"token_type", "Bearer"},
                                      {"expires_in", life.count() - 1},
                                      {"ext_expires_in", life.count() - 1},
                                      {"access_token", *granted}});
    response.headers.add("Pragma", "no-cache");
    return response;
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
        {"POST", "adfs/oauth2/token", token, open, none},
        {"POST", "{tenant}/oauth2/v2.0/token", token, open, none},
        {"POST", "{tenant}/oauth2/token", token, open, none},
        {"GET", "health", health, open, none},
    };
}

}  // namespace tandem::control
