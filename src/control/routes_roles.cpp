// Who may do what: Microsoft.Authorization's role definitions and role assignments.
// Source  ARM Microsoft.Authorization 2022-04-01 (and older, which az asks for): paths and shapes.
#include "codec/time_text.hpp"
#include "control/router.hpp"

#include <algorithm>

namespace tandem::control {

namespace {

constexpr std::size_t assignment_id_bytes = 36;

http::Response refuse(int status, char const* code, std::string const& message) {
    return arm_error(status, code, message);
}

json::array words(std::string_view text) {
    json::array all;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find(' '), text.size());
        all.push_back(json::value(json::string_view{text.data(), end}));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return all;
}

/// The path before "/providers/Microsoft.Authorization", as the client wrote it; "" at the root.
/// The last one: a group may have that name, too.
std::string path_scope(Call const& call) {
    auto const& path = call.request.path;
    std::size_t end = path.size();
    for (std::size_t i = 0; i + 1 < path.size(); ++i)
        if (equal_ci(path[i], "providers") && equal_ci(path[i + 1], "Microsoft.Authorization"))
            end = i;
    std::string scope;
    for (std::size_t i = 0; i < end; ++i) scope += "/" + path[i];
    return scope;
}

std::string shown_scope(std::string const& scope) { return scope.empty() ? "/" : scope; }

std::string definition_id(std::string const& scope, char const* role) {
    return scope + "/providers/Microsoft.Authorization/roleDefinitions/" + role;
}

json::object definition_document(Role const& role, std::string const& scope) {
    json::object permission{{"actions", words(role.actions)},
                            {"notActions", words(role.not_actions)},
                            {"dataActions", words(role.data_actions)},
                            {"notDataActions", json::array{}}};
    return json::object{
        {"id", definition_id(scope, role.id)},
        {"name", role.id},
        {"type", "Microsoft.Authorization/roleDefinitions"},
        {"properties", json::object{{"roleName", role.name},
                                    {"type", "BuiltInRole"},
                                    {"description", role.description},
                                    {"assignableScopes", {"/"}},
                                    {"permissions", {std::move(permission)}}}}};
}

json::object assignment_document(record::RoleAssignment const& assignment) {
    std::string const scope = assignment.scope() == "/" ? "" : assignment.scope();
    std::string const subscription = scope.substr(0, scope.find('/', sizeof "/subscriptions/" - 1));
    std::string const created = format_iso8601(wall_from_micros(assignment.created_us()));
    return json::object{
        {"id", scope + "/providers/Microsoft.Authorization/roleAssignments/" + assignment.id()},
        {"name", assignment.id()},
        {"type", "Microsoft.Authorization/roleAssignments"},
        {"properties",
         json::object{{"roleDefinitionId", definition_id(subscription, assignment.role().c_str())},
                      {"principalId", assignment.principal()},
                      {"principalType", assignment.user() ? "User" : "ServicePrincipal"},
                      {"scope", shown_scope(scope)},
                      {"condition", nullptr},
                      {"conditionVersion", nullptr},
                      {"createdOn", created},
                      {"updatedOn", created},
                      {"createdBy", assignment.created_by()},
                      {"updatedBy", assignment.created_by()}}}};
}

/// X of "NAME eq 'X'" in a $filter, or of "NAME('X')".
std::string filtered(Call const& call, std::string const& name) {
    std::string const* filter = call.request.query_value("$filter");
    if (filter == nullptr) return {};
    std::string const text = lower(*filter);
    for (std::string const& start : {lower(name) + " eq '", lower(name) + "('"}) {
        std::size_t const at = text.find(start);
        if (at == std::string::npos) continue;
        std::size_t const from = at + start.size();
        return filter->substr(from, text.find('\'', from) - from);
    }
    return {};
}

Answer list_definitions(Plane&, Call const& call) {
    std::string const wanted = filtered(call, "roleName");
    json::array values;
    for (Role const& role : built_in_roles())
        if (wanted.empty() || equal_ci(wanted, role.name))
            values.push_back(definition_document(role, path_scope(call)));
    return json_answer(200, json::object{{"value", std::move(values)}});
}

Answer get_definition(Plane&, Call const& call) {
    Role const* role = find_role(call.arg("role"));
    if (role == nullptr)
        return refuse(404, "RoleDefinitionDoesNotExist",
                      "The specified role definition with ID '" + call.arg("role") +
                          "' does not exist.");
    return json_answer(200, definition_document(*role, path_scope(call)));
}

Answer list_assignments(Plane& plane, Call const& call) {
    std::string const scope = normal_scope(path_scope(call));
    std::string principal = filtered(call, "principalId");
    if (principal.empty()) principal = filtered(call, "assignedTo");
    std::string const* filter = call.request.query_value("$filter");
    bool const at_scope = filter != nullptr && lower(*filter).find("atscope()") != filter->npos;
    json::array values;
    for (auto const& [id, assignment] : plane.ledger.model().all<record::RoleAssignment>()) {
        std::string const where = normal_scope(assignment.scope());
        if (!covers(where, scope) && (at_scope || !covers(scope, where))) continue;
        if (!principal.empty() && !equal_ci(principal, assignment.principal())) continue;
        values.push_back(assignment_document(assignment));
    }
    return json_answer(200, json::object{{"value", std::move(values)}});
}

record::RoleAssignment const* called_assignment(Plane& plane, Call const& call) {
    auto const* found = plane.ledger.model().find<record::RoleAssignment>(
        lower(call.arg("assignment")));
    if (found == nullptr || normal_scope(found->scope()) != normal_scope(path_scope(call)))
        return nullptr;
    return found;
}

Answer get_assignment(Plane& plane, Call const& call) {
    auto const* found = called_assignment(plane, call);
    if (found == nullptr)
        return refuse(404, "RoleAssignmentNotFound",
                      "The role assignment '" + call.arg("assignment") + "' is not found.");
    return json_answer(200, assignment_document(*found));
}

bool is_guid(std::string_view text) {
    if (text.size() != assignment_id_bytes) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool const dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool const hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f') ||
                         (text[i] >= 'A' && text[i] <= 'F');
        if (dash ? text[i] != '-' : !hex) return false;
    }
    return true;
}

/// That what the path names is there. Comes after the right to assign roles in it.
std::optional<http::Response> refuse_scope(Plane& plane, Call const& call) {
    if (!call.args.contains("subscription")) return std::nullopt;
    if (auto refused = refuse_group(plane, call)) return refused;
    if (call.args.contains("hub") && called_hub(plane, call) == nullptr) return hub_not_found(call);
    return std::nullopt;
}

/// What the body asks for; a refusal if that cannot be.
std::optional<http::Response> read_assignment(Plane& plane, Call const& call,
                                              record::RoleAssignment& assignment) {
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    json::object const* properties = find_object(body, "properties");
    if (properties == nullptr) properties = &body;
    std::string const definition = find_string(*properties, "roleDefinitionId").value_or("");
    Role const* role = find_role(definition.substr(definition.rfind('/') + 1));
    if (role == nullptr)
        return refuse(400, "RoleDefinitionDoesNotExist",
                      "The specified role definition does not exist: it must be one of the "
                      "built-in roles.");
    auto const* principal =
        plane.principals.find(find_string(*properties, "principalId").value_or(""));
    if (principal == nullptr)
        return refuse(400, "PrincipalNotFound", "The principal does not exist here.");
    // A right that is meant for some things only must not become one for all.
    json::value const* condition = find(*properties, "condition");
    bool const without = condition == nullptr || condition->is_null() ||
                         (condition->is_string() && condition->get_string().empty());
    if (!without)
        return refuse(400, "RoleAssignmentConditionNotSupported",
                      "Conditions of role assignments are not supported: leave 'condition' out.");
    assignment.set_role(role->id);
    assignment.set_principal(principal->id());
    assignment.set_user(principal->user());
    return std::nullopt;
}

/// "Reader for alice", for the audit log.
std::string shown_assignment(Plane const& plane, record::RoleAssignment const& assignment) {
    Role const* role = find_role(assignment.role());
    auto const* principal = plane.principals.find(assignment.principal());
    std::string text = (role != nullptr ? role->name : assignment.role()) + std::string{" for "} +
                       assignment.principal();
    if (principal != nullptr && principal->name() != principal->id())
        text += " (" + principal->name() + ")";
    return text;
}

Answer put_assignment(Plane& plane, Call const& call) {
    if (auto refused = refuse_scope(plane, call)) return refused;
    if (!is_guid(call.arg("assignment")))
        return refuse(400, "InvalidRoleAssignmentId", "The role assignment's name must be a GUID.");
    record::RoleAssignment wanted;
    if (auto refused = read_assignment(plane, call, wanted)) return refused;
    plane.audit.about(call.id, shown_assignment(plane, wanted));
    wanted.set_id(lower(call.arg("assignment")));
    wanted.set_scope(shown_scope(path_scope(call)));
    wanted.set_created_us(to_micros(call.now.wall));
    wanted.set_created_by(call.client);
    auto const& all = plane.ledger.model().all<record::RoleAssignment>();
    auto const same = [&wanted](record::RoleAssignment const& known) {
        return known.role() == wanted.role() && equal_ci(known.principal(), wanted.principal()) &&
               normal_scope(known.scope()) == normal_scope(wanted.scope());
    };
    auto const named = all.find(wanted.id());
    // As ARM has it, and as templates that are deployed twice need it.
    if (named != all.end() && same(named->second))
        return json_answer(201, assignment_document(named->second));
    if (named != all.end())
        return refuse(409, "RoleAssignmentUpdateNotPermitted",
                      "A role assignment of that name exists: it cannot be changed, only deleted.");
    for (auto const& [id, known] : all)
        if (same(known))
            return refuse(409, "RoleAssignmentExists", "The role assignment already exists.");
    if (all.size() >= role_assignments_max)
        return refuse(409, "RoleAssignmentLimitExceeded",
                      "No more than " + std::to_string(role_assignments_max) +
                          " role assignments can be made.");
    plane.ledger.put(wanted);
    return json_answer(201, assignment_document(wanted));
}

Answer delete_assignment(Plane& plane, Call const& call) {
    auto const* found = called_assignment(plane, call);
    if (found == nullptr) return empty_answer(204);
    record::RoleAssignment const gone = *found;
    plane.audit.about(call.id, shown_assignment(plane, gone));
    bool const owns = gone.role() == role::owner && normal_scope(gone.scope()).empty();
    if (owns && plane.roles.is_last_owner(gone.principal()))
        return refuse(409, "LastOwner", "Nobody else owns the installation.");
    plane.ledger.remove<record::RoleAssignment>(gone.id());
    return json_answer(200, assignment_document(gone));
}

/// The four places where roles can be assigned.
#define TANDEM_ROLE_ROUTES(scope)                                                                  \
    {"GET", scope "providers/Microsoft.Authorization/roleDefinitions", list_definitions, bearer,   \
     Api::resources, Need::signed_in},                                                             \
        {"GET", scope "providers/Microsoft.Authorization/roleDefinitions/{role}", get_definition,  \
         bearer, Api::resources, Need::signed_in},                                                 \
        {"GET", scope "providers/Microsoft.Authorization/roleAssignments", list_assignments,       \
         bearer, Api::resources, Need::read},                                                      \
        {"GET", scope "providers/Microsoft.Authorization/roleAssignments/{assignment}",            \
         get_assignment, bearer, Api::resources, Need::read},                                      \
        {"PUT", scope "providers/Microsoft.Authorization/roleAssignments/{assignment}",            \
         put_assignment, bearer, Api::resources, Need::authorization},                             \
        {"DELETE", scope "providers/Microsoft.Authorization/roleAssignments/{assignment}",         \
         delete_assignment, bearer, Api::resources, Need::authorization}

}  // namespace

std::vector<Route> role_routes() {
    constexpr Access bearer = Access::bearer;
    return {
        TANDEM_ROLE_ROUTES(""),
        TANDEM_ROLE_ROUTES("subscriptions/{subscription}/"),
        TANDEM_ROLE_ROUTES("subscriptions/{subscription}/resourcegroups/{group}/"),
        TANDEM_ROLE_ROUTES("subscriptions/{subscription}/resourcegroups/{group}/providers/"
                           "Microsoft.Devices/IotHubs/{hub}/"),
    };
}

#undef TANDEM_ROLE_ROUTES

}  // namespace tandem::control
