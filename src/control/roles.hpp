// control/roles.hpp -- what a principal may do, and where: Azure's built-in roles, assigned at a
// scope, good for everything below it.
//
// Shape   a scope is the path of a resource, lower case: "" (the installation), "/subscriptions/s",
//         "../resourcegroups/g", "../providers/microsoft.devices/iothubs/h".
// Invariant  what is allowed depends on the assignments and the scope asked for, never on whether
//            anything exists there.
#pragma once

#include "control/context.hpp"
#include "hub/command.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::control {

inline constexpr std::size_t role_assignments_max = 4'000;

/// What a route asks of whoever calls it.
enum class Need : std::uint8_t {
    by_method,      ///< read for GET and HEAD, write for the rest
    signed_in,      ///< nothing more; the handler shows everybody only what is theirs
    listed,         ///< some role there, above or below; the handler shows what may be read
    read,
    write,          ///< also deleting, and actions
    keys,           ///< sees secrets: shared access keys, connection strings
    authorization,  ///< decides who may do what
    data,           ///< some data role on the hub; which rights it has the handler asks
};

struct Role {
    char const* id;
    char const* name;
    char const* description;
    bool reads, writes, sees_keys, authorizes;
    std::uint32_t data;             ///< bits of hub::Right
    char const* actions;            ///< as Azure lists them; empty: none
    char const* not_actions;        ///< separated by blanks
    char const* data_actions;
};

namespace role {
inline constexpr char const* owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
inline constexpr char const* contributor = "b24988ac-6180-42a0-ab88-20f7382dd24c";
inline constexpr char const* reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
inline constexpr char const* data_contributor = "4fc6c259-987e-4a07-842e-c321cc9d413f";
inline constexpr char const* data_reader = "b447c946-2db7-41ec-983d-d8bf3b1c77e3";
inline constexpr char const* registry_contributor = "4ea46cd5-c1b2-4a8e-910b-273211f9ce47";
inline constexpr char const* twin_contributor = "494bdba2-168f-4f31-a0a1-191d2f7c028c";
}  // namespace role

std::vector<Role> const& built_in_roles();
/// By guid in any case, or nullptr.
Role const* find_role(std::string_view id);

/// The scope of a resource from its id or its parts, as Roles compares it.
std::string normal_scope(std::string_view resource_id);
std::string group_scope(record::ResourceGroup const& group);
std::string hub_scope(record::HubResource const& hub);
/// True when what is allowed at `outer` is allowed at `inner` too. Both normal.
bool covers(std::string_view outer, std::string_view inner);

class Roles {
public:
    explicit Roles(Context context) : context_(context) {}

    /// Requires: need is not by_method.
    bool may(std::string_view principal, Need need, std::string_view scope) const;
    /// What the principal's roles allow with a hub's data; bits of hub::Right. Who sees the keys
    /// of a hub could do everything with them.
    std::uint32_t data_rights(std::string_view principal, std::string_view scope) const;
    /// The same without what keys would give: what counts on the data plane itself.
    std::uint32_t data_roles(std::string_view principal, std::string_view scope) const;

    /// Everything, everywhere.
    void make_owner(std::string const& principal, bool user, Now now);
    /// True when nobody else owns the installation.
    bool is_last_owner(std::string_view principal) const;
    /// Forgets what was assigned to a principal that is gone.
    void forget(std::string_view principal);
    /// Forgets what was assigned at a scope and below: there is something new, or nothing.
    void forget_below(std::string_view scope);
    /// Forgets what was assigned in groups and hubs that are gone, and the records of that too.
    void sweep();

private:
    void forget_if(std::function<bool(record::RoleAssignment const&)> const& gone);
    bool is_there(std::string_view scope) const;

    Context context_;
};

}  // namespace tandem::control
