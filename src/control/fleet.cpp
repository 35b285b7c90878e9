#include "control/fleet.hpp"

namespace tandem::control {

void Fleet::on_up(SiteName const& site, Now now) {
    Site& known = sites_[site.value];
    known.up = true;
    known.since = now.mono;
    known.fresh = false;
}

void Fleet::on_down(SiteName const& site, Now now) {
    Site& known = sites_[site.value];
    known.up = false;
    known.since = now.mono;
    known.fresh = false;
}

void Fleet::on_status(SiteName const& site, peer::NodeStatus const& status, Now now) {
    Site& known = sites_[site.value];
    known.status = status;
    known.heard = now.mono;
    known.fresh = true;
}

Fleet::Site const* Fleet::site(std::string const& region) const {
    auto const found = sites_.find(region);
    return found == sites_.end() ? nullptr : &found->second;
}

bool Fleet::up(std::string const& region) const {
    Site const* known = site(region);
    return known != nullptr && known->up;
}

Duration Fleet::down_for(std::string const& region, Now now) const {
    Site const* known = site(region);
    if (known == nullptr) return now.mono - started_;
    return known->up ? Duration{0} : now.mono - known->since;
}

peer::HubStatus const* Fleet::status(std::string const& region, std::string const& hub) const {
    Site const* known = site(region);
    if (known == nullptr || !known->status) return nullptr;
    for (auto const& status : known->status->hubs())
        if (status.hub() == hub) return &status;
    return nullptr;
}

bool Fleet::forgot(std::string const& region, std::string const& hub) const {
    Site const* known = site(region);
    return known != nullptr && known->up && known->fresh && status(region, hub) == nullptr;
}

std::optional<Fleet::Serving> Fleet::serving(std::string const& hub) const {
    std::optional<Serving> best;
    for (auto const& [region, known] : sites_) {
        if (!known.up || !known.fresh) continue;
        peer::HubStatus const* told = status(region, hub);
        if (told == nullptr || told->role() != "serving") continue;
        if (!best || told->epoch() > best->status->epoch()) best = Serving{region, told};
    }
    return best;
}

}  // namespace tandem::control
