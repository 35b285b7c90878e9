#include "world/edge.hpp"

#include "world/log.hpp"
#include "world/metrics.hpp"
#include "world/splice.hpp"

#include <unistd.h>
#include <algorithm>
#include <utility>

namespace tandem::world {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{64} * 1024;

}  // namespace

Edge::Edge(EventLoop& loop, Options options)
    : loop_(loop),
      options_(std::move(options)),
      routes_(options_.default_host),
      buffer_(buffer_bytes),
      give_up_(loop, [this] { give_up_silent_sites(); }),
      alive_(std::make_shared<bool>(true)) {}

Edge::~Edge() {
    *alive_ = false;
    acceptors_.clear();
    connections_.clear();
}

Result<void> Edge::start() {
    links_ = std::make_unique<PeerLinks>(
        loop_, options_.peers,
        PeerLinks::Handlers{.on_up = [this](SiteName const& site) { down_since_.erase(site); },
                            .on_down = [this](SiteName const& site) { on_site_down(site); },
                            .on_message =
                                [this](SiteName const& site, peer::Envelope const& message) {
                                    if (message.has_node_status())
                                        on_status(site, message.node_status());
                                }});
    TANDEM_CHECK(links_->start());
    for (auto const& listener : options_.listeners) {
        TANDEM_TRY(
            acceptors_[listener.protocol],
            Acceptor::listen(loop_, listener.at, [this, protocol = &listener.protocol](int fd) {
                accepted(fd, *protocol);
            }));
    }
    if (!options_.admin.address.empty()) {
        admin_ = std::make_unique<Admin>(
            loop_, random_,
            Admin::with_health(
                {{"/metrics", Admin::metrics_page([this] { return metrics(); })}},
                [this] {
                    bool const informed = std::any_of(
                        options_.peers.peers.begin(), options_.peers.peers.end(),
                        [this](PeerLinks::Peer const& peer) { return links_->up(peer.site); });
                    return informed ? std::vector<std::string>{}
                                    : std::vector<std::string>{"no region is connected"};
                }));
        TANDEM_TRY(admin_port_, admin_->start(options_.admin));
    }
    loop_.after_batch([this, alive = alive_] {
        if (!*alive) return;
        links_->flush();
        if (admin_) admin_->flush();
    });
    log_event(Level::info, "edge.started", {{"site", options_.peers.self.value}});
    return {};
}

std::uint16_t Edge::port(std::string const& protocol) const {
    auto const found = acceptors_.find(protocol);
    return found == acceptors_.end() ? std::uint16_t{0} : found->second->port();
}

void Edge::accepted(int fd, std::string const& protocol) {
    ++counters_.accepted;
    if (connections_.size() >= options_.connections_max) {
        ++counters_.turned_away;
        close(fd);
        return;
    }
    auto splice = std::make_unique<Splice>(*this, fd, protocol);
    auto* const place = splice.get();
    connections_.emplace(place, std::move(splice));
}

void Edge::remove(Splice& splice) {
    auto const found = connections_.find(&splice);
    TANDEM_ASSERT(found != connections_.end(), "a connection is removed twice");
    loop_.dispose(std::move(found->second));
    connections_.erase(found);
}

void Edge::on_status(SiteName const& from, peer::NodeStatus const& status) {
    down_since_.erase(from);
    if (routes_.on_status(from, status)) return routes_changed();
    prod(
        {waiting_.begin(), waiting_.end()});  // its link may have been down, or an endpoint missing
}

void Edge::on_site_down(SiteName const& site) {
    routes_.on_site_down(site);
    down_since_.try_emplace(site, loop_.now().mono);
    give_up_.set_after(edge_link_wait_max);
}

void Edge::give_up_silent_sites() {
    Time const now = loop_.now().mono;
    bool changed = false;
    for (auto it = down_since_.begin(); it != down_since_.end();) {
        if (now - it->second < edge_link_wait_max) {
            give_up_.set(it->second + edge_link_wait_max);
            ++it;
            continue;
        }
        log_event(Level::warn, "edge.site_given_up", {{"site", it->first.value}});
        changed = routes_.on_site_given_up(it->first) || changed;
        it = down_since_.erase(it);
    }
    if (changed) routes_changed();
}

void Edge::routes_changed() {
    for (auto const& route : routes_.take_changes())
        log_event(Level::info, "edge.route",
                  {{"hub", route.hub}, {"site", route.site.value}, {"epoch", route.epoch}});
    std::vector<Splice*> all;  // closing one changes connections_
    all.reserve(connections_.size());
    for (auto const& [splice, held] : connections_) all.push_back(splice);
    prod(all);
}

void Edge::prod(std::vector<Splice*> const& splices) {
    for (Splice* const splice : splices) splice->on_routes_changed();
}

std::string Edge::metrics() const {
    auto const number = [](auto value) { return static_cast<double>(value); };
    MetricsText text;
    text.gauge("tandem_edge_connections", "Client connections", number(connections_.size()));
    text.counter("tandem_edge_accepted_total", "Since the start", number(counters_.accepted));
    text.counter("tandem_edge_turned_away_total", "Above the limit", number(counters_.turned_away));
    text.counter("tandem_edge_refused_total", "Without a TLS hello", number(counters_.refused));
    text.counter("tandem_edge_directed_total", "Connected to a region", number(counters_.directed));
    text.counter("tandem_edge_moved_total", "Closed because the owner changed",
                 number(counters_.moved));
    text.counter("tandem_edge_waited_out_total", "Closed because nobody owned the hub",
                 number(counters_.waited_out));
    text.counter("tandem_edge_bytes_total", "Passed on, both ways", number(counters_.bytes));
    text.describe("tandem_edge_owner", "gauge", "Epoch of the owner of each hub");
    for (auto const& [hub, route] : routes_.owners()) {
        text.sample("tandem_edge_owner", {{"hub", hub}, {"site", route.site.value}},
                    number(route.epoch));
    }
    return text.take();
}

}  // namespace tandem::world
