#include "control/model.hpp"

#include "control/text.hpp"

#include <optional>
#include <utility>

namespace tandem::control {

namespace {

constexpr std::string_view group_prefix = "m/group/";
constexpr std::string_view hub_prefix = "m/hub/";
constexpr std::string_view operation_prefix = "m/operation/";
constexpr std::string_view token_prefix = "m/token/";
constexpr std::string_view tombstone_prefix = "m/tombstone/";
constexpr std::string_view revision_key = "m/revision";

template <class Entity>
ports::ViewChange put(std::map<std::string, Entity>& entities, std::string_view prefix,
                      std::string const& key, Entity const& entity) {
    entities[key] = entity;
    return {std::string{prefix} + key, entity.SerializeAsString()};
}

template <class Entity>
ports::ViewChange remove(std::map<std::string, Entity>& entities, std::string_view prefix,
                         std::string const& key) {
    entities.erase(key);
    return {std::string{prefix} + key, std::nullopt};
}

template <class Entity>
bool load_into(std::map<std::string, Entity>& entities, std::string_view prefix, ByteView key,
               ByteView value) {
    Entity entity;
    if (!entity.ParseFromArray(value.data(), static_cast<int>(value.size()))) return false;
    entities[std::string{key.substr(prefix.size())}] = std::move(entity);
    return true;
}

template <class Entity>
Entity const* look_up(std::map<std::string, Entity> const& entities, std::string const& key) {
    auto const found = entities.find(key);
    return found == entities.end() ? nullptr : &found->second;
}

}  // namespace

std::string group_key(std::string_view subscription, std::string_view group) {
    return lower(subscription) + "/" + lower(group);
}

std::string tombstone_key(record::HubDefinition const& definition) {
    return definition.name() + "/" + definition.instance_id();
}

ports::ViewChange Model::apply(record::ManagementRecord const& record) {
    using Kind = record::ManagementRecord::KindCase;
    switch (record.kind_case()) {
        case Kind::kGroupPut:
            return put(groups_, group_prefix,
                       group_key(record.group_put().subscription(), record.group_put().name()),
                       record.group_put());
        case Kind::kGroupRemoved:
            return remove(groups_, group_prefix, record.group_removed());
        case Kind::kHubPut:
            return put(hubs_, hub_prefix, lower(record.hub_put().name()), record.hub_put());
        case Kind::kHubRemoved:
            return remove(hubs_, hub_prefix, record.hub_removed());
        case Kind::kOperationPut:
            return put(operations_, operation_prefix, record.operation_put().id(),
                       record.operation_put());
        case Kind::kOperationRemoved:
            return remove(operations_, operation_prefix, record.operation_removed());
        case Kind::kTokenPut:
            return put(tokens_, token_prefix, record.token_put().hash(), record.token_put());
        case Kind::kTokenRemoved:
            return remove(tokens_, token_prefix, record.token_removed());
        case Kind::kTombstonePut:
            return put(tombstones_, tombstone_prefix,
                       tombstone_key(record.tombstone_put().definition()),
                       record.tombstone_put());
        case Kind::kTombstoneRemoved:
            return remove(tombstones_, tombstone_prefix, record.tombstone_removed());
        case Kind::kRevision:
            revision_ = record.revision();
            return {std::string{revision_key}, record.SerializeAsString()};
        case Kind::KIND_NOT_SET:
            break;
    }
    panic("a record that says nothing");
}

Result<void> Model::load(ByteView key, ByteView value) {
    bool ok = false;
    if (key.starts_with(group_prefix)) {
        ok = load_into(groups_, group_prefix, key, value);
    } else if (key.starts_with(hub_prefix)) {
        ok = load_into(hubs_, hub_prefix, key, value);
    } else if (key.starts_with(operation_prefix)) {
        ok = load_into(operations_, operation_prefix, key, value);
    } else if (key.starts_with(token_prefix)) {
        ok = load_into(tokens_, token_prefix, key, value);
    } else if (key.starts_with(tombstone_prefix)) {
        ok = load_into(tombstones_, tombstone_prefix, key, value);
    } else if (key == revision_key) {
        record::ManagementRecord record;
        ok = record.ParseFromArray(value.data(), static_cast<int>(value.size()));
        revision_ = record.revision();
    }
    if (!ok) return Error{Errc::malformed, "damaged management entry " + std::string{key}};
    return {};
}

record::ResourceGroup const* Model::group(std::string_view subscription,
                                          std::string_view name) const {
    return look_up(groups_, group_key(subscription, name));
}

record::HubResource const* Model::hub(std::string_view name) const {
    return look_up(hubs_, lower(name));
}

record::ManagementOperation const* Model::operation(std::string const& id) const {
    return look_up(operations_, id);
}

record::AccessToken const* Model::token(Bytes const& hash) const { return look_up(tokens_, hash); }

}  // namespace tandem::control
