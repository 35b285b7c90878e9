#include "world/edge_routes.hpp"

#include <algorithm>
#include <utility>

namespace tandem::world {

bool EdgeRoutes::on_status(SiteName const& from, peer::NodeStatus const& status) {
    Site& site = sites_[from];
    site.up = true;
    site.serves.clear();
    site.endpoints.clear();
    auto const had = std::exchange(site.hubs, {});
    for (auto const& endpoint : status.endpoints()) site.endpoints[endpoint.protocol()] = endpoint;
    for (auto const& hub : status.hubs()) {
        site.hubs.insert(hub.hub());
        // A region that drains or hands over still owes answers on its connections.
        bool const serves =
            hub.role() == "serving" || hub.role() == "draining" || hub.role() == "handing_over";
        if (serves) {
            site.serves[hub.hub()] = hub.epoch();
            auto& highest = highest_[hub.hub()];
            highest = std::max(highest, hub.epoch());
        }
        for (auto const& host : hub.host_names()) {
            host_names_[hub.hub()].insert(host);
            hub_by_host_[host] = hub.hub();
        }
    }
    for (auto const& hub : had) {
        bool const kept = std::any_of(sites_.begin(), sites_.end(), [&](auto const& entry) {
            return entry.second.hubs.contains(hub);
        });
        if (!kept) forget(hub);
    }
    return recompute();
}

/// It was deleted. Its highest epoch stays: a hub of the same name goes on from there.
void EdgeRoutes::forget(std::string const& hub) {
    host_names_.erase(hub);
    std::erase_if(hub_by_host_, [&](auto const& entry) { return entry.second == hub; });
}

void EdgeRoutes::on_site_down(SiteName const& site) {
    if (auto const found = sites_.find(site); found != sites_.end()) found->second.up = false;
}

bool EdgeRoutes::on_site_given_up(SiteName const& site) {
    sites_.erase(site);
    return recompute();
}

bool EdgeRoutes::recompute() {
    std::map<std::string, Route> owners;
    for (auto const& [name, site] : sites_) {
        for (auto const& [hub, epoch] : site.serves) {
            if (epoch < highest_[hub]) continue;  // another has served a later one
            auto const [place, fresh] = owners.try_emplace(hub, Route{hub, name, epoch});
            if (!fresh && place->second.epoch < epoch) place->second = Route{hub, name, epoch};
        }
    }
    if (owners == owners_) return false;
    for (auto const& [hub, route] : owners) {
        auto const before = owners_.find(hub);
        if (before == owners_.end() || before->second != route) changes_.push_back(route);
    }
    owners_ = std::move(owners);
    return true;
}

std::optional<std::string> EdgeRoutes::hub_of(std::string const& host_name) const {
    if (host_name.empty() && host_names_.size() == 1) return host_names_.begin()->first;
    auto const found = hub_by_host_.find(host_name.empty() ? default_host_ : host_name);
    if (found == hub_by_host_.end()) return std::nullopt;
    return found->second;
}

std::optional<EdgeRoutes::Route> EdgeRoutes::owner_of(std::string const& hub) const {
    auto const found = owners_.find(hub);
    if (found == owners_.end()) return std::nullopt;
    return found->second;
}

std::optional<EdgeRoutes::Target> EdgeRoutes::target(std::string const& hub,
                                                     std::string const& protocol) const {
    auto const route = owner_of(hub);
    if (!route) return std::nullopt;
    Site const& site = sites_.at(route->site);
    auto const found = site.endpoints.find(protocol);
    if (!site.up || found == site.endpoints.end()) return std::nullopt;
    return Target{*route, found->second.address(),
                  static_cast<std::uint16_t>(found->second.port())};
}

}  // namespace tandem::world
