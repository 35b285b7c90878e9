// control/model.hpp -- what the management plane holds: tables of entities, each a protobuf
// message of record/management.proto under a key of its own.
//
// A change is an entity as it is from now on, or that it is gone: (stored key, bytes or nothing).
// The same changes in the same order give the same tables, here and in every copy.
//
// Shape   stored key = the table's prefix + the entity's key. A new kind of entity: its message, a
//         specialisation of Kind below, its name in Model::Tables.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "control/text.hpp"
#include "ports/store.hpp"
#include "record/management.pb.h"

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace tandem::control {

inline constexpr char const* model_prefix = "m/";

/// The key of a group: "subscription/group", lower case.
std::string group_key(std::string_view subscription, std::string_view group);

/// The key of what belongs to a hub: "hub/name", lower case.
std::string part_key(std::string_view hub, std::string_view name);

/// Where the entities of one type are kept: `prefix` and `key(entity)`. No prefix begins another.
template <class Entity>
struct Kind;

template <>
struct Kind<record::ResourceGroup> {
    static constexpr std::string_view prefix = "m/group/";
    static std::string key(record::ResourceGroup const& group) {
        return group_key(group.subscription(), group.name());
    }
};
template <>
struct Kind<record::HubResource> {
    static constexpr std::string_view prefix = "m/hub/";
    static std::string key(record::HubResource const& hub) { return lower(hub.name()); }
};
template <>
struct Kind<record::ManagementOperation> {
    static constexpr std::string_view prefix = "m/operation/";
    static std::string key(record::ManagementOperation const& operation) { return operation.id(); }
};
template <>
struct Kind<record::Principal> {
    static constexpr std::string_view prefix = "m/principal/";
    static std::string key(record::Principal const& principal) { return lower(principal.id()); }
};
template <>
struct Kind<record::SigningKey> {
    static constexpr std::string_view prefix = "m/key/";
    static std::string key(record::SigningKey const& signing) { return signing.id(); }
};
template <>
struct Kind<record::RefreshGrant> {
    static constexpr std::string_view prefix = "m/refresh/";
    static std::string key(record::RefreshGrant const& grant) { return grant.id(); }
};
template <>
struct Kind<record::HubTombstone> {
    static constexpr std::string_view prefix = "m/tombstone/";
    static std::string key(record::HubTombstone const& tombstone) {   ///< "name/instance"
        return tombstone.definition().name() + "/" + tombstone.definition().instance_id();
    }
};
template <>
struct Kind<record::SettingsRevision> {
    static constexpr std::string_view prefix = "m/revision";
    static std::string key(record::SettingsRevision const&) { return {}; }
};
template <>
struct Kind<record::CaCertificate> {
    static constexpr std::string_view prefix = "m/certificate/";
    static std::string key(record::CaCertificate const& one) {   ///< "hub/name", lower case
        return part_key(one.hub(), one.name());
    }
};
template <>
struct Kind<record::PrivateEndpointConnection> {
    static constexpr std::string_view prefix = "m/private-endpoint/";
    static std::string key(record::PrivateEndpointConnection const& one) {
        return part_key(one.hub(), one.name());
    }
};

template <>
struct Kind<record::HubJob> {
    static constexpr std::string_view prefix = "m/job/";
    static std::string key(record::HubJob const& job) { return job.hub() + "/" + job.id(); }
};

template <>
struct Kind<record::ConciergeSigningKey> {
    static constexpr std::string_view prefix = "m/concierge-key/";
    static std::string key(record::ConciergeSigningKey const& key) {   ///< in order of age
        return std::to_string(key.created_us());
    }
};

template <>
struct Kind<record::RoleAssignment> {
    static constexpr std::string_view prefix = "m/role/";
    static std::string key(record::RoleAssignment const& assignment) { return assignment.id(); }
};
template <>
struct Kind<record::AuditEntry> {
    static constexpr std::string_view prefix = "m/audit/";
    static std::string key(record::AuditEntry const& entry) {   ///< in the order of the sequence
        return sortable(entry.sequence());
    }
};
template <>
struct Kind<record::AuditAnchor> {
    static constexpr std::string_view prefix = "m/anchor";
    static std::string key(record::AuditAnchor const&) { return {}; }
};

template <class Entity>
using Table = std::map<std::string, Entity>;

class Model {
public:
    /// Takes the entity in; returns the change to keep.
    template <class Entity>
    ports::ViewChange put(Entity const& entity) {
        std::string const key = Kind<Entity>::key(entity);
        table<Entity>()[key] = entity;
        return {stored_key<Entity>(key), entity.SerializeAsString()};
    }
    template <class Entity>
    ports::ViewChange remove(std::string const& key) {
        table<Entity>().erase(key);
        return {stored_key<Entity>(key), std::nullopt};
    }
    /// Takes a change as it was stored. Errors: malformed.
    Result<void> load(ports::ViewChange const& change);
    /// Forgets everything.
    void clear() { tables_ = {}; }

    template <class Entity>
    Table<Entity> const& all() const {
        return std::get<Table<Entity>>(tables_);
    }
    template <class Entity>
    Entity const* find(std::string const& key) const {
        auto const found = all<Entity>().find(key);
        return found == all<Entity>().end() ? nullptr : &found->second;
    }

    record::ResourceGroup const* group(std::string_view subscription, std::string_view name) const {
        return find<record::ResourceGroup>(group_key(subscription, name));
    }
    record::HubResource const* hub(std::string_view name) const {   ///< any case
        return find<record::HubResource>(lower(name));
    }
    record::ManagementOperation const* operation(std::string const& id) const {
        return find<record::ManagementOperation>(id);
    }
    Table<record::ResourceGroup> const& groups() const { return all<record::ResourceGroup>(); }
    Table<record::HubResource> const& hubs() const { return all<record::HubResource>(); }
    Table<record::ManagementOperation> const& operations() const {
        return all<record::ManagementOperation>();
    }
    std::uint64_t revision() const;   ///< the highest settings revision given out

private:
    using Tables = std::tuple<Table<record::ResourceGroup>, Table<record::HubResource>,
                              Table<record::ManagementOperation>, Table<record::HubTombstone>,
                              Table<record::SettingsRevision>, Table<record::CaCertificate>,
                              Table<record::PrivateEndpointConnection>, Table<record::Principal>,
                              Table<record::SigningKey>, Table<record::RefreshGrant>,
                              Table<record::RoleAssignment>, Table<record::AuditEntry>,
                              Table<record::AuditAnchor>, Table<record::HubJob>,
                              Table<record::ConciergeSigningKey>>;

    template <class Entity>
    Table<Entity>& table() {
        return std::get<Table<Entity>>(tables_);
    }
    template <class Entity>
    static std::string stored_key(std::string const& key) {
        return std::string{Kind<Entity>::prefix} + key;
    }

    Tables tables_;
};

}  // namespace tandem::control
