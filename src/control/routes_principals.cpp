// Who can sign in, as the installation's owners manage it; and who oneself is.
#include "codec/hex.hpp"
#include "codec/time_text.hpp"
#include "control/router.hpp"

namespace tandem::control {

namespace {

constexpr std::size_t new_secret_bytes = 24;

json::object document(record::Principal const& principal) {
    return json::object{
        {"id", principal.id()},
        {"name", principal.name()},
        {"kind", principal.user() ? "user" : "servicePrincipal"},
        {"createdAt", format_iso8601(wall_from_micros(principal.created_us()))}};
}

http::Response not_there(Call const& call) {
    return arm_error(404, "PrincipalNotFound", "There is no principal '" + call.arg("id") + "'.");
}

http::Response bad(std::string const& why) { return arm_error(400, "InvalidPrincipal", why); }

Answer list(Plane& plane, Call const&) {
    json::array values;
    for (auto const& [key, principal] : plane.ledger.model().all<record::Principal>())
        if (!principal.deleted()) values.push_back(document(principal));
    return json_answer(200, json::object{{"value", std::move(values)}});
}

Answer get(Plane& plane, Call const& call) {
    auto const* principal = plane.principals.find(call.arg("id"));
    if (principal == nullptr) return not_there(call);
    return json_answer(200, document(*principal));
}

/// What the body wants of a principal, in `wanted`; its new secret, if any, in `secret`.
std::optional<http::Response> read(Plane& plane, Call const& call, bool fresh,
                                   record::Principal& wanted, std::string& secret) {
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    if (auto const kind = find_string(body, "kind")) {
        if (*kind != "user" && *kind != "servicePrincipal")
            return bad("kind must be user or servicePrincipal.");
        if (!fresh && wanted.user() != (*kind == "user"))
            return bad("The kind of a principal cannot be changed.");
        wanted.set_user(*kind == "user");
    }
    if (auto const name = find_string(body, "name")) wanted.set_name(*name);
    if (wanted.name().empty()) wanted.set_name(wanted.id());
    if (!Principals::is_name(wanted.id()) || !Principals::is_name(wanted.name()))
        return bad("id and name are 1 to " + std::to_string(principal_name_bytes_max) +
                   " bytes of text without control characters.");
    if (wanted.user()) {
        auto const* same = plane.principals.user(wanted.name());
        if (same != nullptr && !equal_ci(same->id(), wanted.id()))
            return arm_error(409, "PrincipalNameExists",
                             "There is another user '" + wanted.name() + "'.");
    }
    if (auto const password = find_string(body, "password")) {
        if (!wanted.user()) return bad("Only users have a password of their own choice.");
        if (password->size() < password_bytes_min || password->size() > secret_bytes_max)
            return bad("A password has " + std::to_string(password_bytes_min) + " to " +
                       std::to_string(secret_bytes_max) + " bytes.");
        secret = *password;
    }
    return std::nullopt;
}

/// Makes or changes one. A secret made here is in the answer, this once.
Answer put(Plane& plane, Call const& call) {
    auto const* known = plane.principals.find(call.arg("id"));
    record::Principal wanted;
    if (known != nullptr) wanted = *known;
    else if (auto const* deleted =
                 plane.ledger.model().find<record::Principal>(lower(call.arg("id"))))
        wanted = *deleted;   // its generation and what the configuration knows of it go on
    else wanted.set_id(call.arg("id"));
    if (known == nullptr) wanted.set_created_us(to_micros(call.now.wall));
    std::string secret;
    if (auto refused = read(plane, call, known == nullptr, wanted, secret)) return refused;
    if (known == nullptr && plane.principals.count() >= principals_max)
        return arm_error(409, "PrincipalLimitExceeded",
                         "No more than " + std::to_string(principals_max) + " principals.");
    json::object body;
    (void)read_body(call, body);
    bool const chosen = !secret.empty();
    bool const make = !chosen && (known == nullptr || find_bool(body, "newSecret").value_or(false));
    if (make) secret = hex_encode(random_bytes(plane.random, new_secret_bytes));
    if (secret.empty()) plane.ledger.put(wanted);
    else plane.principals.set_secret(wanted, secret);
    json::object shown = document(wanted);
    if (make) shown["secret"] = secret;
    http::Response response = json_answer(known == nullptr ? 201 : 200, shown);
    for (auto& [name, value] : response.headers.fields)
        if (name == "Cache-Control") value = "no-store";
    return response;
}

Answer remove(Plane& plane, Call const& call) {
    auto const* principal = plane.principals.find(call.arg("id"));
    if (principal == nullptr) return empty_answer(204);
    if (plane.roles.is_last_owner(principal->id()))
        return arm_error(409, "LastOwner", "Nobody else owns the installation.");
    record::Principal const gone = *principal;
    plane.roles.forget(gone.id());
    plane.principals.remove(gone);
    return empty_answer(204);
}

Answer me(Plane& plane, Call const& call) {
    auto const* principal = plane.principals.find(call.client);
    if (principal == nullptr) return arm_error(404, "PrincipalNotFound", "You are gone.");
    json::array assignments;
    for (auto const& [id, assignment] : plane.ledger.model().all<record::RoleAssignment>()) {
        if (!equal_ci(assignment.principal(), call.client)) continue;
        Role const* role = find_role(assignment.role());
        assignments.push_back(json::object{{"role", role != nullptr ? role->name : ""},
                                           {"roleId", assignment.role()},
                                           {"scope", assignment.scope()}});
    }
    json::object shown = document(*principal);
    shown["assignments"] = std::move(assignments);
    return json_answer(200, shown);
}

}  // namespace

std::vector<Route> principal_routes() {
    constexpr Access b = Access::bearer;
    constexpr Api n = Api::none;
    constexpr Need owner = Need::authorization;
    return {
        {"GET", "tandem/v1/me", me, b, n, Need::signed_in},
        {"GET", "tandem/v1/principals", list, b, n, owner},
        {"GET", "tandem/v1/principals/{id}", get, b, n, owner},
        {"PUT", "tandem/v1/principals/{id}", put, b, n, owner},
        {"DELETE", "tandem/v1/principals/{id}", remove, b, n, owner},
    };
}

}  // namespace tandem::control
