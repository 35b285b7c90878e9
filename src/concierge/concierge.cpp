#include "concierge/concierge.hpp"

#include "codec/json.hpp"

#include <algorithm>
#include <utility>

namespace tandem::concierge {

namespace {

http::Response document(int status, Bytes body) {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.headers.add("Cache-Control", "no-store");
    response.body = std::move(body);
    return response;
}

http::Response refusal(int status, char const* code, char const* message) {
    return document(status, render_json(json::object{
                                {"error", json::object{{"code", code}, {"message", message}}}}));
}

http::Response unknown_host() {
    return refusal(404, "HubNotFound", "There is no hub of that name.");
}

http::Response nobody_to_name() {
    return refusal(503, "NoRegionServes",
                   "No region is known to serve this hub now. Try again, or ask elsewhere.");
}

/// A hub's name as regions tell it: lower case, without a port or a last dot. Empty: none.
std::string host_of(std::string_view text) {
    if (text.size() > host_bytes_max) return {};
    if (text.find(']') == std::string_view::npos) text = text.substr(0, text.find(':'));
    if (text.ends_with('.')) text.remove_suffix(1);
    std::string host{text};
    for (char& c : host)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return host;
}

bool owns(peer::HubStatus const& hub) {
    return hub.role() == "serving" || hub.role() == "draining" || hub.role() == "handing_over";
}

bool fails_over(peer::HubStatus const& hub) {
    return hub.role() == "campaigning" || hub.role() == "draining" || hub.role() == "handing_over";
}

}  // namespace

void Concierge::on_status(SiteName const& region, peer::NodeStatus const& status, Now now) {
    Site& site = sites_[region.value];
    site.status = status;
    site.heard = now.mono;
    site.up = true;
    site.by_host.clear();
    for (int i = 0; i < status.hubs_size(); ++i)
        for (auto const& host : status.hubs(i).host_names()) site.by_host[host_of(host)] = i;
    looked_.reset();
}

void Concierge::on_down(SiteName const& region) {
    auto const found = sites_.find(region.value);
    if (found == sites_.end()) return;
    found->second.up = false;
    looked_.reset();
}

void Concierge::set_keys(std::vector<Bytes> seeds) {
    seeds_ = std::move(seeds);
    key_set_ = render_key_set(seeds_);
    answers_.clear();
}

Concierge::Found Concierge::find(std::string const& host, Now now) const {
    Found found;
    bool moving = false;
    Duration lease{};
    for (auto const& [region, site] : sites_) {
        auto const at = site.by_host.find(host);
        if (at == site.by_host.end()) continue;
        found.known = true;
        Duration const age = now.mono - site.heard;
        if (!site.up || age > word_life) continue;
        peer::HubStatus const& hub = site.status.hubs(at->second);
        moving = moving || fails_over(hub);
        Duration const left = Duration{hub.lease_us()} - age;
        if (!owns(hub) || left <= Duration{0}) continue;
        if (found.hub != nullptr && found.hub->epoch() >= hub.epoch()) continue;
        found.site = &site;
        found.hub = &hub;
        lease = left;
    }
    found.trust = moving || lease < lease_ample ? trust_unsettled : trust_settled;
    return found;
}

http::Response Concierge::directions(std::string const& host, Now now) {
    Found const found = find(host, now);
    if (!found.known) return unknown_host();
    if (found.site == nullptr || seeds_.empty()) return nobody_to_name();
    std::string const& region = found.site->status.site();
    auto const kept = answers_.find(host);
    if (kept != answers_.end() && now.mono - kept->second.made < answer_reuse &&
        kept->second.region == region && kept->second.epoch == found.hub->epoch() &&
        kept->second.trust == found.trust)
        return kept->second.response;

    Directions directions{.host = host,
                          .region = region,
                          .display_name = found.site->status.display_name(),
                          .epoch = found.hub->epoch(),
                          .endpoints = {},
                          .valid_for = found.trust,
                          .issued_at = now.wall};
    for (auto const& endpoint : found.site->status.endpoints())
        directions.endpoints.push_back({endpoint.protocol(), endpoint.address(),
                                        static_cast<std::uint16_t>(endpoint.port())});
    http::Response response = document(200, render_directions(directions));
    response.headers.add("Concierge-Signature", sign_body(seeds_.back(), response.body));
    if (answers_.size() >= answers_max) answers_.clear();
    answers_[host] = {region, directions.epoch, found.trust, now.mono, response};
    return response;
}

http::Response Concierge::serving(std::string const& host, Now now) const {
    Found const found = find(host, now);
    if (self_.value.empty() || !found.known) return unknown_host();
    if (found.site == nullptr || found.site->status.site() != self_.value)
        return refusal(503, "ServedElsewhere", "This region does not serve this hub now.");
    return document(200, render_json(json::object{{"host", host}, {"region", self_.value}}));
}

http::Response Concierge::health(std::string const* host, Now now) {
    bool const names = host != nullptr ? find(host_of(*host), now).site != nullptr : names_any(now);
    if (!names || seeds_.empty())
        return refusal(503, "NoRegionServes", "No active endpoint can be named now.");
    return document(200, "{\"status\":\"healthy\"}");
}

bool Concierge::names_any(Now now) {
    if (looked_ && now.mono - *looked_ < answer_reuse) return any_;
    looked_ = now.mono;
    any_ = std::any_of(sites_.begin(), sites_.end(), [&](auto const& entry) {
        auto const& hosts = entry.second.by_host;
        return std::any_of(hosts.begin(), hosts.end(), [&](auto const& host) {
            return find(host.first, now).site != nullptr;
        });
    });
    return any_;
}

http::Response Concierge::keys() const {
    if (seeds_.empty())
        return refusal(503, "NoKeys", "This site has not been given the concierge's keys yet.");
    return document(200, key_set_);
}

std::optional<http::Response> Concierge::answer(http::Request const& request, Now now) {
    auto const& path = request.path;
    bool const probe = path.size() == 1 && path[0] == "health";
    if (!probe && (path.empty() || path[0] != "concierge")) return std::nullopt;
    if (request.method != "GET")
        return refusal(405, "MethodNotAllowed", "The concierge only answers GET.");
    if (probe) return health(request.query_value("host"), now);
    if (path.size() == 3 && path[1] == "v1" && path[2] == "keys") return keys();
    bool const of_hub = path.size() == 4 || (path.size() == 6 && path[4] == "devices");
    if (of_hub && path[1] == "v1" && path[2] == "hubs") return directions(host_of(path[3]), now);
    if (path.size() == 4 && path[1] == "v1" && path[2] == "serving")
        return serving(host_of(path[3]), now);
    return refusal(404, "NotFound", "There is nothing at this address.");
}

}  // namespace tandem::concierge
