#include "control/data_access.hpp"

#include "control/own_token.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace tandem::control {

namespace {
constexpr Duration look_every = 500ms;
}

std::vector<record::Principal const*> DataAccess::candidates() const {
    std::set<record::Principal const*> found;
    for (auto const& [id, assignment] : context_.model().all<record::RoleAssignment>()) {
        Role const* role = find_role(assignment.role());
        if (role == nullptr || role->data == 0) continue;
        if (auto const* principal = principals_.find(assignment.principal()))
            found.insert(principal);
    }
    std::vector<record::Principal const*> ordered{found.begin(), found.end()};
    std::sort(ordered.begin(), ordered.end(),
              [](auto const* a, auto const* b) { return a->id() < b->id(); });
    return ordered;
}

bool DataAccess::fill(record::HubResource& hub) const {
    record::HubSettings wanted;
    wanted.set_token_issuer(tokens_.issuer());
    for (auto const& key : tokens_.public_keys()) {
        auto& told = *wanted.add_token_keys();
        told.set_id(key.id);
        told.set_public_key(key.public_key);
    }
    grant_own(wanted);
    std::string const scope = hub_scope(hub);
    for (auto const* principal : candidates()) {
        std::uint32_t const rights = roles_.data_roles(principal->id(), scope);
        if (rights == 0) continue;
        auto& grant = *wanted.add_grants();
        grant.set_principal(principal->id());
        grant.set_generation(principal->generation());
        grant.set_rights(rights);
    }
    record::HubSettings present;
    present.set_token_issuer(hub.settings().token_issuer());
    *present.mutable_token_keys() = hub.settings().token_keys();
    *present.mutable_grants() = hub.settings().grants();
    if (present.SerializeAsString() == wanted.SerializeAsString()) return false;
    auto& settings = *hub.mutable_settings();
    settings.set_token_issuer(wanted.token_issuer());
    *settings.mutable_token_keys() = wanted.token_keys();
    *settings.mutable_grants() = wanted.grants();
    return true;
}

void DataAccess::on_timer(Now now) {
    if (now.mono < next_) return;
    next_ = now.mono + look_every;
    std::vector<record::HubResource> changed;
    for (auto const& [name, hub] : context_.model().hubs()) {
        if (hub.state() != "Active") continue;
        record::HubResource copy = hub;
        if (fill(copy)) changed.push_back(std::move(copy));
    }
    for (auto& hub : changed) hubs_.refresh(std::move(hub), now);
}

}  // namespace tandem::control
