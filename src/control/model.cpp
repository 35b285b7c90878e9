#include "control/model.hpp"

namespace tandem::control {

namespace {

/// False: the change belongs to another table. `ok` tells whether it could be read.
template <class Entity>
bool take(Table<Entity>& table, ports::ViewChange const& change, bool& ok) {
    if (!change.key.starts_with(Kind<Entity>::prefix)) return false;
    std::string const key = change.key.substr(Kind<Entity>::prefix.size());
    if (!change.value) {
        table.erase(key);
        return ok = true;
    }
    Entity entity;
    ok = entity.ParseFromArray(change.value->data(), static_cast<int>(change.value->size()));
    if (ok) table[key] = std::move(entity);
    return true;
}

}  // namespace

std::string group_key(std::string_view subscription, std::string_view group) {
    return lower(subscription) + "/" + lower(group);
}

std::string part_key(std::string_view hub, std::string_view name) {
    return lower(hub) + "/" + lower(name);
}

Result<void> Model::load(ports::ViewChange const& change) {
    bool ok = false;
    std::apply([&](auto&... tables) { (take(tables, change, ok) || ...); }, tables_);
    if (!ok) return Error{Errc::malformed, "damaged management entry " + change.key};
    return {};
}

std::uint64_t Model::revision() const {
    auto const* kept = find<record::SettingsRevision>("");
    return kept == nullptr ? 0 : kept->value();
}

}  // namespace tandem::control
