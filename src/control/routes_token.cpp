// The token endpoint.
// Source  RFC 6749; management-plane contract 3.3 and 5: what az and the SDKs send.
#include "control/authorize.hpp"
#include "control/form.hpp"
#include "control/router.hpp"

#include "codec/base64.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <variant>

namespace tandem::control {

namespace {

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
        // The Event Hubs clients ask in their own service's name for a token that reads telemetry.
        if (host == "iothubs.azure.net" || host == "eventhubs.azure.net") found = data_audience;
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

constexpr std::string_view device_grant = "urn:ietf:params:oauth:grant-type:device_code";

/// Neither: it is not known yet.
using Proof = std::variant<std::monostate, Signed, http::Response>;

Proof prove_secret(Plane& plane, Call const& call, Form const& form) {
    auto const* found = plane.sign_in.by_secret(
        form_field(form, "client_id"), form_field(form, "client_secret"), call.source, call.now);
    if (found == nullptr) return refused_client();
    return Signed{found, {}};
}

Proof prove_password(Plane& plane, Call const& call, Form const& form) {
    auto const user = plane.sign_in.by_password(call.id, form_field(form, "username"),
                                                form_field(form, "password"), call.source,
                                                call.now);
    if (!user) return std::monostate{};
    auto const* found = *user;
    if (found == nullptr)
        return refused_grant("The user name is unknown, the password is wrong, or there were too "
                             "many wrong attempts: then wait a few minutes.");
    return Signed{found, plane.sign_in.open_grant(*found, form_field(form, "client_id"), call.now)};
}

Proof prove_refresh(Plane& plane, Call const& call, Form const& form) {
    auto const next = plane.sign_in.refresh(form_field(form, "refresh_token"),
                                            form_field(form, "client_id"), call.source, call.now);
    if (!next) return refused_grant("The refresh token is not valid any more: sign in again.");
    return Signed{next->principal, next->token};
}

Proof prove_device(Plane& plane, Call const& call, Form const& form) {
    std::string const client = form_field(form, "client_id");
    std::string code = form_field(form, "device_code");
    if (code.empty()) code = form_field(form, "code");   // what some versions of MSAL send
    DeviceCodes::Approver approver;
    switch (plane.device_codes.poll(code, client, approver, call.now)) {
        case DeviceCodes::Poll::pending:
            return token_error(400, "authorization_pending", "Nobody has entered the code yet.");
        case DeviceCodes::Poll::slow_down:
            return token_error(400, "slow_down", "Ask less often.");
        case DeviceCodes::Poll::expired:
            return token_error(400, "expired_token", "The code is too old, or there is none.");
        case DeviceCodes::Poll::approved: break;
    }
    auto const* found = plane.principals.find(approver.principal);
    if (found == nullptr || found->generation() != approver.generation)
        return refused_grant("Who approved the code is gone, or has a new password since.");
    return Signed{found, plane.sign_in.open_grant(*found, client, call.now)};
}

struct Grant {
    std::string_view type;
    char const* action;              ///< in the audit log
    Proof (*prove)(Plane&, Call const&, Form const&);
};
constexpr Grant grants[] = {
    {"client_credentials", "sign-in client_credentials", prove_secret},
    {"password", "sign-in password", prove_password},
    {"refresh_token", "sign-in refresh_token", prove_refresh},
    {device_grant, "sign-in device_code", prove_device},
};

void note(Plane& plane, Call const& call, Form const& form, Grant const& grant,
          Proof const& proof) {
    Audit::Deed deed = deed_of(plane, call, grant.action);
    deed.scope = "/";
    if (auto const* signed_in = std::get_if<Signed>(&proof)) {
        deed.principal = signed_in->principal->id();
        deed.principal_name = signed_in->principal->name();
        return plane.audit.record_own(deed, 200, call.now);
    }
    http::Response const& refused = std::get<http::Response>(proof);
    bool const waits = refused.body.find("authorization_pending") != std::string::npos ||
                       refused.body.find("slow_down") != std::string::npos;
    if (waits) return;
    deed.principal_name = form_field(form, "username");
    if (deed.principal_name.empty()) deed.principal_name = form_field(form, "client_id");
    plane.audit.record_refusal(deed, refused.status, call.now);
}

Answer token(Plane& plane, Call const& call) {
    auto form = parse_form(call.request.body);
    if (!form) return token_error(400, "invalid_request", "The body is no form as it should be.");
    take_basic(call, *form);
    std::string const type = form_field(*form, "grant_type");
    auto const* grant = std::find_if(std::begin(grants), std::end(grants),
                                     [&](Grant const& one) { return one.type == type; });
    if (grant == std::end(grants))
        return token_error(400, "unsupported_grant_type",
                           "The grants served are client_credentials, password, refresh_token and "
                           "device_code.");
    if (grant->prove != prove_secret && !Principals::is_name(form_field(*form, "client_id")))
        return token_error(400, "invalid_request", "client_id is missing or no name.");
    auto const audience = audience_of(*form, call);
    if (!audience)
        return token_error(400, "invalid_scope", "Tokens for that are not given out here.");
    Proof proof = grant->prove(plane, call, *form);
    if (std::holds_alternative<std::monostate>(proof)) return std::nullopt;
    note(plane, call, *form, *grant, proof);
    if (auto* refused = std::get_if<http::Response>(&proof)) return std::move(*refused);
    return granted(plane, call, *form, std::get<Signed>(proof), *audience);
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

}  // namespace

std::vector<Route> token_routes() {
    constexpr Access open = Access::open;
    constexpr Api none = Api::none;
    return {
        {"POST", "adfs/oauth2/token", token, open, none},
        {"POST", "{tenant}/oauth2/v2.0/token", token, open, none},
        {"POST", "{tenant}/oauth2/token", token, open, none},
        {"GET", "adfs/discovery/keys", keys, open, none},
    };
}

}  // namespace tandem::control
