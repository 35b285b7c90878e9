// The token endpoint.
// Source  RFC 6749; management-plane contract 3.3 and 5: what az and the SDKs send.
#include "control/router.hpp"

#include "codec/base64.hpp"
#include "codec/hex.hpp"
#include "codec/percent.hpp"

#include <algorithm>
#include <optional>

namespace tandem::control {

namespace {

constexpr std::size_t form_fields_max = 64;
constexpr std::size_t form_bytes_max = 16 * 1024;

using Form = std::map<std::string, std::string>;

std::optional<std::string> form_decode(std::string_view text) {
    std::string spaced{text};
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    return percent_decode(spaced);
}

/// application/x-www-form-urlencoded. nullopt: a bad escape, a field twice, too much of it.
std::optional<Form> parse_form(std::string_view body) {
    Form form;
    if (body.size() > form_bytes_max) return std::nullopt;
    while (!body.empty()) {
        std::size_t const end = std::min(body.find('&'), body.size());
        std::string_view const pair = body.substr(0, end);
        body.remove_prefix(std::min(end + 1, body.size()));
        if (pair.empty()) continue;
        std::size_t const equals = std::min(pair.find('='), pair.size());
        auto const name = form_decode(pair.substr(0, equals));
        auto const value = form_decode(pair.substr(std::min(equals + 1, pair.size())));
        if (!name || !value || form.size() == form_fields_max) return std::nullopt;
        if (!form.emplace(*name, *value).second) return std::nullopt;
    }
    return form;
}

http::Response token_error(int status, char const* code, char const* description) {
    http::Response response =
        json_answer(status, json::object{{"error", code}, {"error_description", description}});
    if (status == 401) response.headers.add("WWW-Authenticate", "Basic realm=\"tandem\"");
    return response;
}

http::Response refused_client() {
    return token_error(401, "invalid_client",
                       "The client id is unknown, the client secret is wrong, or there were too "
                       "many wrong attempts: then wait a few minutes.");
}

http::Response refused_grant(char const* what) { return token_error(400, "invalid_grant", what); }

/// Client id and secret from HTTP Basic, where a client prefers that (RFC 6749 2.3.1).
void take_basic(Call const& call, Form& form) {
    std::string const* header = call.request.headers.find("Authorization");
    constexpr std::string_view scheme = "Basic ";
    if (header == nullptr || !equal_ci(header->substr(0, scheme.size()), scheme)) return;
    auto const text = base64_decode(std::string_view{*header}.substr(scheme.size()));
    std::size_t const colon = text ? text->find(':') : std::string::npos;
    if (colon == std::string::npos) return;
    auto const id = form_decode(std::string_view{*text}.substr(0, colon));
    auto const secret = form_decode(std::string_view{*text}.substr(colon + 1));
    if (!id || !secret) return;
    form.emplace("client_id", *id);
    form.emplace("client_secret", *secret);
}

/// Which API the token asked for is good for; nullopt: for none of ours.
std::optional<std::string> audience_of(Form const& form, Call const& call) {
    std::string wanted;
    if (auto const scope = form.find("scope"); scope != form.end()) wanted = scope->second + " ";
    if (auto const resource = form.find("resource"); resource != form.end())
        wanted += resource->second;
    std::optional<std::string> audience;
    std::size_t at = 0;
    while (at < wanted.size()) {
        std::size_t const end = std::min(wanted.find(' ', at), wanted.size());
        std::string const one = lower(wanted.substr(at, end - at));
        at = end + 1;
        std::size_t const host_at = one.find("://");
        if (host_at == std::string::npos) continue;   // openid, profile, offline_access
        std::string const host = one.substr(host_at + 3, one.find('/', host_at + 3) - host_at - 3);
        std::string const own = lower(call.base_url.substr(call.base_url.find("://") + 3));
        std::string found;
        if (host == "iothubs.azure.net") found = data_audience;
        if (host == own || host == "management.azure.com" || host == "management.core.windows.net")
            found = management_audience;
        if (found.empty() || (audience && *audience != found)) return std::nullopt;
        audience = found;
    }
    return audience.value_or(management_audience);
}

struct Signed {
    record::Principal const* principal = nullptr;
    std::string refresh_token;    ///< empty: of a kind that gets none
};

http::Response granted(Plane& plane, Call const& call, Form const& form, Signed const& signed_in,
                       std::string const& audience) {
    auto const life = std::chrono::duration_cast<std::chrono::seconds>(plane.options.token_life);
    std::string const client = form.at("client_id");
    record::Principal const& who = *signed_in.principal;
    json::object body{{"token_type", "Bearer"},
                      {"expires_in", life.count() - 1},
                      {"ext_expires_in", life.count() - 1},
                      {"access_token", plane.tokens.access_token(who, audience, client, call.now)}};
    if (!signed_in.refresh_token.empty()) {
        body["refresh_token"] = signed_in.refresh_token;
        body["id_token"] = plane.tokens.id_token(who, call.base_url + "/adfs", client, call.now);
        if (auto const scope = form.find("scope"); scope != form.end())
            body["scope"] = scope->second;
    }
    http::Response response = json_answer(200, body);
    for (auto& [name, value] : response.headers.fields)
        if (name == "Cache-Control") value = "no-store";
    response.headers.add("Pragma", "no-cache");
    return response;
}

std::string field(Form const& form, char const* name) {
    auto const found = form.find(name);
    return found == form.end() ? std::string{} : found->second;
}

Answer token(Plane& plane, Call const& call) {
    auto form = parse_form(call.request.body);
    if (!form) return token_error(400, "invalid_request", "The body is no form as it should be.");
    take_basic(call, *form);
    std::string const grant = field(*form, "grant_type");
    std::string const client = field(*form, "client_id");
    bool const secret = grant == "client_credentials";
    if (!secret && grant != "password" && grant != "refresh_token")
        return token_error(400, "unsupported_grant_type",
                           "The grants served are client_credentials, password and "
                           "refresh_token.");
    if (!secret && !Principals::is_name(client))
        return token_error(400, "invalid_request", "client_id is missing or no name.");
    auto const audience = audience_of(*form, call);
    if (!audience)
        return token_error(400, "invalid_scope", "Tokens for that are not given out here.");

    Signed signed_in;
    if (secret) {
        signed_in.principal = plane.sign_in.by_secret(client, field(*form, "client_secret"),
                                                      call.source, call.now);
        if (signed_in.principal == nullptr) return refused_client();
    } else if (grant == "password") {
        signed_in.principal = plane.sign_in.by_password(
            field(*form, "username"), field(*form, "password"), call.source, call.now);
        if (signed_in.principal == nullptr)
            return refused_grant("The user name is unknown, the password is wrong, or there were "
                                 "too many wrong attempts: then wait a few minutes.");
        signed_in.refresh_token =
            plane.sign_in.open_grant(*signed_in.principal, client, call.now);
    } else {
        auto const next = plane.sign_in.refresh(field(*form, "refresh_token"), client, call.source,
                                                call.now);
        if (!next) return refused_grant("The refresh token is not valid any more: sign in again.");
        signed_in = {next->principal, next->token};
    }
    return granted(plane, call, *form, signed_in, *audience);
}

Answer keys(Plane& plane, Call const&) {
    json::array all;
    for (auto const& key : plane.tokens.public_keys())
        all.push_back(json::object{{"kty", "OKP"},
                                   {"crv", "Ed25519"},
                                   {"use", "sig"},
                                   {"alg", "EdDSA"},
                                   {"kid", key.id},
                                   {"x", base64url_encode(key.public_key)}});
    return json_answer(200, json::object{{"keys", std::move(all)}});
}

Answer me(Plane& plane, Call const& call) {
    auto const* principal = plane.principals.find(call.client);
    if (principal == nullptr) return arm_error(404, "NotFound", "You are not there any more.");
    json::array assignments;
    return json_answer(200, json::object{{"id", principal->id()},
                                         {"name", principal->name()},
                                         {"kind", principal->user() ? "user" : "servicePrincipal"},
                                         {"assignments", std::move(assignments)}});
}

}  // namespace

std::vector<Route> token_routes() {
    constexpr Access open = Access::open;
    constexpr Api none = Api::none;
    return {
        {"POST", "adfs/oauth2/token", token, open, none},
        {"POST", "{tenant}/oauth2/v2.0/token", token, open, none},
        {"POST", "{tenant}/oauth2/token", token, open, none},
        {"GET", "adfs/discovery/keys", keys, open, none},
        {"GET", "tandem/v1/me", me, Access::bearer, none},
    };
}

}  // namespace tandem::control
