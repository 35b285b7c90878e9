// Signing in a program by a code that a person approves: where the program gets it, and where the
// person says yes -- on a page of ours, or signed in to the portal.
// Source  RFC 8628; management-plane contract 3.3.
#include "control/authorize.hpp"
#include "control/form.hpp"
#include "control/router.hpp"

namespace tandem::control {

namespace {

Answer begin(Plane& plane, Call const& call) {
    auto const form = parse_form(call.request.body);
    std::string const client = form ? form_field(*form, "client_id") : "";
    if (!Principals::is_name(client))
        return json_answer(400, json::object{{"error", "invalid_request"},
                                             {"error_description", "client_id is missing."}});
    if (!plane.sign_in.may_begin(call.source, call.now))
        return json_answer(400, json::object{{"error", "slow_down"},
                                             {"error_description",
                                              "Too many codes were asked for: wait a minute."}});
    auto const codes = plane.device_codes.begin(client, call.now);
    std::string const page = call.base_url + "/adfs/oauth2/deviceauth";
    auto const seconds = [](Duration time) {
        return std::chrono::duration_cast<std::chrono::seconds>(time).count();
    };
    http::Response response = json_answer(
        200, json::object{{"device_code", codes.device_code},
                          {"user_code", codes.user_code},
                          {"verification_uri", page},
                          {"verification_url", page},
                          {"verification_uri_complete", page + "?user_code=" + codes.user_code},
                          {"expires_in", seconds(device_code_life)},
                          {"interval", seconds(device_poll_interval)},
                          {"message", "To sign in, open the page " + page +
                                          " in a web browser and enter the code " +
                                          codes.user_code + "."}});
    for (auto& [name, value] : response.headers.fields)
        if (name == "Cache-Control") value = "no-store";
    return response;
}

std::string escape_html(std::string_view text) {
    std::string out;
    for (char c : text) {
        bool const plain = is_letter_or_digit(c) || c == ' ' || c == '-' || c == '.';
        if (plain) out += c;
        else out += "&#" + std::to_string(static_cast<unsigned char>(c)) + ";";
    }
    return out;
}

http::Response page(int status, std::string_view message, std::string_view code, bool form) {
    http::Response response = empty_answer(status);
    response.headers.add("Content-Type", "text/html; charset=utf-8");
    response.headers.add("Content-Security-Policy",
                         "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
                         "frame-ancestors 'none'; base-uri 'none'");
    response.headers.add("X-Content-Type-Options", "nosniff");
    response.headers.add("Referrer-Policy", "no-referrer");
    response.body =
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\"><title>Sign in a device</title>"
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:4rem auto;"
        "padding:0 1rem;color-scheme:light dark}label{display:block;margin-top:1rem}"
        "input,button{font:inherit;width:100%;box-sizing:border-box;padding:.5rem}"
        "button{margin-top:1.5rem}</style></head><body><h1>Sign in a device</h1>"
        "<p role=\"status\">" +
        std::string{message} + "</p>";
    if (form)
        response.body +=
            "<form method=\"post\" action=\"/adfs/oauth2/deviceauth\">"
            "<label>Code<input name=\"user_code\" autocomplete=\"off\" required value=\"" +
            escape_html(code.substr(0, 32)) +
            "\"></label><label>User<input name=\"username\" autocomplete=\"username\" required>"
            "</label><label>Password<input name=\"password\" type=\"password\" "
            "autocomplete=\"current-password\" required></label>"
            "<button>Let this program act as me</button></form>";
    response.body += "</body></html>\n";
    return response;
}

enum class Approval : std::uint8_t { done, wrong, too_often };

Approval approve_as(Plane& plane, Call const& call, record::Principal const& user,
                    std::string const& code) {
    if (!plane.sign_in.may_approve(user.id(), call.now)) return Approval::too_often;
    if (plane.device_codes.approve(code, {user.id(), user.generation()}, call.now))
        return Approval::done;
    plane.sign_in.wrong_code(user.id(), call.now);
    return Approval::wrong;
}

constexpr char const* advice =
    "Only go on if you began this sign-in yourself, and the code is the one that your program "
    "shows: it will be able to do everything that you can.";

Answer show_page(Plane&, Call const& call) {
    std::string const* code = call.request.query_value("user_code");
    return page(200, advice, code != nullptr ? *code : "", true);
}

Answer take_page(Plane& plane, Call const& call) {
    auto const form = parse_form(call.request.body);
    if (!form) return page(400, "That is no form of this page.", "", true);
    std::string const code = form_field(*form, "user_code");
    std::string const name = form_field(*form, "username");
    auto const known = plane.sign_in.by_password(call.id, name, form_field(*form, "password"),
                                                 call.source, call.now);
    if (!known) return std::nullopt;
    auto const* user = *known;
    Audit::Deed deed = deed_of(plane, call, "sign-in device page");
    deed.scope = "/";
    deed.principal_name = name;
    if (user == nullptr) {
        plane.audit.record_refusal(deed, 400, call.now);
        return page(400,
                    "The user name is unknown, the password is wrong, or there were too many "
                    "wrong attempts: then wait a few minutes.",
                    code, true);
    }
    deed.principal = user->id();
    Approval const approved = approve_as(plane, call, *user, code);
    if (approved == Approval::done) plane.audit.record_own(deed, 200, call.now);
    else plane.audit.record_refusal(deed, approved == Approval::wrong ? 404 : 429, call.now);
    if (approved == Approval::too_often)
        return page(400, "Too many wrong codes were tried: wait a minute.", "", true);
    if (approved == Approval::wrong)
        return page(400, "There is no such code, or it is too old.", "", true);
    return page(200, "Done. Your program goes on by itself; you can close this page.", "", false);
}

/// The same for a person who is signed in already.
Answer approve(Plane& plane, Call const& call) {
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    auto const* user = plane.principals.find(call.client);
    if (user == nullptr || !user->user())
        return arm_error(403, "UserRequired", "Only a user can approve a device's sign-in.");
    switch (approve_as(plane, call, *user, find_string(body, "userCode").value_or(""))) {
        case Approval::done: return empty_answer(204);
        case Approval::wrong:
            return arm_error(404, "DeviceCodeNotFound",
                             "There is no such code, or it is too old.");
        case Approval::too_often: break;
    }
    return arm_error(429, "TooManyCodes", "Too many wrong codes were tried: wait a minute.");
}

}  // namespace

std::vector<Route> device_code_routes() {
    constexpr Access open = Access::open;
    constexpr Api none = Api::none;
    return {
        {"POST", "adfs/oauth2/devicecode", begin, open, none},
        {"POST", "{tenant}/oauth2/v2.0/devicecode", begin, open, none},
        {"GET", "adfs/oauth2/deviceauth", show_page, open, none},
        {"POST", "adfs/oauth2/deviceauth", take_page, open, none},
        {"POST", "tandem/v1/devicecode/approve", approve, Access::bearer, none, Need::signed_in},
    };
}

}  // namespace tandem::control
