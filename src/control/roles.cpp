#include "control/roles.hpp"

#include <algorithm>
#include <utility>

namespace tandem::control {

namespace {

using hub::bits;
using hub::Right;

constexpr std::uint32_t all_data =
    bits(Right::registry_read) | bits(Right::registry_write) | bits(Right::service_connect);

std::vector<Role> make_roles() {
    constexpr std::uint32_t registry = bits(Right::registry_read) | bits(Right::registry_write);
    constexpr std::uint32_t twins = bits(Right::twin_read) | bits(Right::twin_write);
    return {
        {role::owner, "Owner",
         "Grants full access to manage all resources, including the ability to assign roles.",
         true, true, true, true, 0, "*", "", ""},
        {role::contributor, "Contributor",
         "Grants full access to manage all resources, but does not allow to assign roles.", true,
         true, true, false, 0, "*",
         "Microsoft.Authorization/*/Delete Microsoft.Authorization/*/Write "
         "Microsoft.Authorization/elevateAccess/Action",
         ""},
        {role::reader, "Reader", "Views all resources, but does not allow to make any changes.",
         true, false, false, false, 0, "*/read", "", ""},
        {role::data_contributor, "IoT Hub Data Contributor",
         "Allows for full access to IoT Hub data plane operations.", false, false, false, false,
         all_data, "", "", "Microsoft.Devices/IotHubs/*"},
        {role::data_reader, "IoT Hub Data Reader",
         "Allows for full read access to IoT Hub data-plane properties.", false, false, false,
         false, bits(Right::registry_read) | bits(Right::twin_read), "", "",
         "Microsoft.Devices/IotHubs/*/read Microsoft.Devices/IotHubs/fileUpload/notifications/"
         "action"},
        {role::registry_contributor, "IoT Hub Registry Contributor",
         "Allows for full access to IoT Hub device registry.", false, false, false, false, registry,
         "", "", "Microsoft.Devices/IotHubs/devices/*"},
        {role::twin_contributor, "IoT Hub Twin Contributor",
         "Allows for read and write access to all IoT Hub device and module twins.", false, false,
         false, false, twins, "", "", "Microsoft.Devices/IotHubs/twins/*"},
    };
}

bool grants(Role const& role, Need need) {
    switch (need) {
        case Need::by_method:
        case Need::signed_in: return true;
        case Need::listed: return true;
        case Need::read: return role.reads;
        case Need::write: return role.writes;
        case Need::keys: return role.sees_keys;
        case Need::authorization: return role.authorizes;
        case Need::data: return role.sees_keys || role.data != 0;
    }
    return false;
}

}  // namespace

std::vector<Role> const& built_in_roles() {
    static std::vector<Role> const roles = make_roles();
    return roles;
}

Role const* find_role(std::string_view id) {
    for (Role const& known : built_in_roles())
        if (equal_ci(known.id, id)) return &known;
    return nullptr;
}

std::string normal_scope(std::string_view resource_id) {
    std::string scope = lower(resource_id);
    while (scope.ends_with('/')) scope.pop_back();
    return scope;
}

std::string group_scope(record::ResourceGroup const& group) {
    return normal_scope("/subscriptions/" + group.subscription() + "/resourcegroups/" +
                        group.name());
}

std::string hub_scope(record::HubResource const& hub) {
    return normal_scope("/subscriptions/" + hub.subscription() + "/resourcegroups/" + hub.group() +
                        "/providers/microsoft.devices/iothubs/" + hub.name());
}

bool covers(std::string_view outer, std::string_view inner) {
    return inner.starts_with(outer) && (inner.size() == outer.size() || inner[outer.size()] == '/');
}

bool Roles::may(std::string_view principal, Need need, std::string_view scope) const {
    if (principal.empty()) return false;
    if (need == Need::signed_in) return true;
    for (auto const& [id, assignment] : context_.model().all<record::RoleAssignment>()) {
        if (!equal_ci(assignment.principal(), principal)) continue;
        Role const* role = find_role(assignment.role());
        if (role == nullptr || !grants(*role, need)) continue;
        std::string const where = normal_scope(assignment.scope());
        if (covers(where, scope) || (need == Need::listed && covers(scope, where))) return true;
    }
    return false;
}

std::uint32_t Roles::data_roles(std::string_view principal, std::string_view scope) const {
    std::uint32_t rights = 0;
    for (auto const& [id, assignment] : context_.model().all<record::RoleAssignment>()) {
        if (!equal_ci(assignment.principal(), principal)) continue;
        Role const* role = find_role(assignment.role());
        if (role != nullptr && covers(normal_scope(assignment.scope()), scope))
            rights |= role->data;
    }
    return rights;
}

std::uint32_t Roles::data_rights(std::string_view principal, std::string_view scope) const {
    return may(principal, Need::keys, scope) ? all_data : data_roles(principal, scope);
}

void Roles::make_owner(std::string const& principal, bool user, Now now) {
    record::RoleAssignment assignment;
    assignment.set_id(random_guid(context_.random));
    assignment.set_scope("/");
    assignment.set_role(role::owner);
    assignment.set_principal(principal);
    assignment.set_user(user);
    assignment.set_created_us(to_micros(now.wall));
    context_.ledger.put(assignment);
}

bool Roles::is_last_owner(std::string_view principal) const {
    bool owns = false;
    for (auto const& [id, assignment] : context_.model().all<record::RoleAssignment>()) {
        if (!equal_ci(assignment.role(), role::owner)) continue;
        if (!normal_scope(assignment.scope()).empty()) continue;
        auto const* other =
            context_.model().find<record::Principal>(lower(assignment.principal()));
        if (equal_ci(assignment.principal(), principal)) owns = true;
        else if (other != nullptr && !other->deleted()) return false;
    }
    return owns;
}

namespace {

std::string scope_of_deletion(record::ManagementOperation const& operation) {
    std::string scope =
        "/subscriptions/" + operation.subscription() + "/resourcegroups/" + operation.group();
    if (!operation.hub().empty())
        scope += "/providers/microsoft.devices/iothubs/" + operation.hub();
    return normal_scope(scope);
}

}  // namespace

void Roles::forget_if(std::function<bool(record::RoleAssignment const&)> const& gone) {
    std::vector<std::string> ids;
    for (auto const& [id, assignment] : context_.model().all<record::RoleAssignment>())
        if (gone(assignment)) ids.push_back(id);
    for (auto const& id : ids) context_.ledger.remove<record::RoleAssignment>(id);
}

void Roles::forget(std::string_view principal) {
    forget_if([principal](auto const& one) { return equal_ci(one.principal(), principal); });
}

void Roles::forget_below(std::string_view scope) {
    forget_if([scope](auto const& one) { return covers(scope, normal_scope(one.scope())); });
}

/// Of a normal scope, that its group and its hub exist.
bool Roles::is_there(std::string_view scope) const {
    std::vector<std::string> parts;   // "", "subscriptions", s, "resourcegroups", g, .., hub
    for (std::size_t at = 0; at <= scope.size();) {
        std::size_t const end = std::min(scope.find('/', at), scope.size());
        parts.emplace_back(scope.substr(at, end - at));
        at = end + 1;
    }
    if (parts.size() < 5) return true;
    if (context_.model().group(parts[2], parts[4]) == nullptr) return false;
    if (parts.size() < 9) return true;
    auto const* hub = context_.model().hub(parts[8]);
    return hub != nullptr && hub_scope(*hub) == scope;
}

/// Who deleted the only thing they had a role on asks how that went: their role on it lasts as long
/// as the record of its deletion.
void Roles::sweep() {
    std::vector<std::string> deleted;
    for (auto const& [id, operation] : context_.model().operations())
        if (operation.kind() == "delete" || operation.kind() == "group-delete")
            deleted.push_back(scope_of_deletion(operation));
    forget_if([&](auto const& one) {
        std::string const scope = normal_scope(one.scope());
        return !is_there(scope) &&
               std::none_of(deleted.begin(), deleted.end(),
                            [&scope](auto const& gone) { return covers(gone, scope); });
    });
}

}  // namespace tandem::control
