#include "world/region_host.hpp"

#include "region/hub_node.hpp"
#include "world/log.hpp"
#include "world/metrics.hpp"

#include <algorithm>
#include <utility>

namespace tandem::world {
namespace {

constexpr Duration roles_logged_every = 250ms;
constexpr int rounds_a_batch = 8;  // of answers that make sessions ask again

}  // namespace

RegionHost::RegionHost(EventLoop& loop, Options options)
    : loop_(loop),
      options_(std::move(options)),
      sessions_(loop, [this] { return server_.get(); }, options_.public_amqp_port),
      tick_(loop,
            [this] {
                node_->on_timer(input());
                log_roles(loop_.now());
            }),
      alive_(std::make_shared<bool>(true)) {
    if (!options_.mqtt_sessions) options_.mqtt_sessions = sessions_.mqtt();
    if (!options_.amqp_sessions) options_.amqp_sessions = sessions_.amqp();
    if (!options_.https_sessions)
        options_.https_sessions = sessions_.https([this](http::Request const& request, Now now) {
            return node_->concierge().answer(request, now);
        });
}

RegionHost::~RegionHost() {
    *alive_ = false;
}

Result<void> RegionHost::start() {
    TANDEM_TRY(store_, RocksStore::open(loop_, options_.store, [this](ports::Ticket ticket) {
                   node_->on_durable(ticket, input());
               }));
    server_ = std::make_unique<Server>(
        loop_, random_,
        Server::Handlers{.on_request =
                             [this](ConnectionId id, gateway::Request request) {
                                 ++counters_.commands;
                                 node_->submit(id, static_cast<std::uint64_t>(request.token),
                                               request.hub_host, std::move(request.command),
                                               input());
                             },
                         .on_closed =
                             [this](ConnectionId id) {
                                 sessions_.on_closed(id);
                                 node_->on_connection_closed(id, input());
                             }},
        options_.connections_max);
    server_->trust(options_.trusted_proxies);
    TANDEM_CHECK(open_listeners());
    node_ = std::make_unique<region::Node>(options_.node, *store_, random_);
    TANDEM_CHECK(node_->recover(loop_.now()));
    auto const status = node_->status(loop_.now());
    for (auto const& hub : status.hubs())
        define_certificate(node_->hub(HubName{hub.hub()})->definition());
    TANDEM_CHECK(open_peers());
    if (!options_.admin.address.empty()) {
        admin_ = std::make_unique<Admin>(
            loop_, random_,
            Admin::with_health(
                {{"/metrics", Admin::metrics_page([this] { return metrics(); })},
                 {"/status", {"application/json", [this] {
                                  return status_json(node_->status(loop_.now()));
                              }}}},
                [this] { return not_ready(); }));
        TANDEM_TRY(ports_.admin, admin_->start(options_.admin));
    }
    if (options_.dns)
        dns_ = std::make_unique<DnsUpdater>(loop_, random_, *options_.dns,
                                            [this] { return dns_claims(); });
    loop_.after_batch([this, alive = alive_] {
        if (*alive) pump();
    });
    tick_.set(node_->next_deadline());
    log_event(Level::info, "region.started",
              {{"region", options_.node.self.value}, {"dir", options_.store.dir.string()}});
    return {};
}

// The sockets are open before the node knows its endpoints, which it tells to the edges; nobody is
// accepted before the loop runs.
Result<void> RegionHost::open_listeners() {
    struct Plan {
        char const* protocol;
        ListenAt const& at;
        TlsContext const* tls;
        SessionFactory const& factory;
        std::uint16_t& port;
    };
    bool const encrypted = !options_.mqtt.address.empty() || !options_.amqp.address.empty() ||
                           !options_.https.address.empty();
    if (encrypted) {
        TANDEM_TRY(device_tls_, TlsContext::make(TlsContext::Role::device, options_.server_tls));
        TANDEM_TRY(service_tls_, TlsContext::make(TlsContext::Role::service, options_.server_tls));
        TANDEM_TRY(certificates_,
                   HubCertificates::open(options_.hub_certificates, options_.server_tls));
        certificates_->present_on(*device_tls_);
        certificates_->present_on(*service_tls_);
    }
    Plan const plans[] = {
        {"mqtt", options_.mqtt, device_tls_.get(), options_.mqtt_sessions, ports_.mqtt},
        {"amqp", options_.amqp, device_tls_.get(), options_.amqp_sessions, ports_.amqp},
        {"https", options_.https, service_tls_.get(), options_.https_sessions, ports_.https},
        {"", options_.mqtt_plain, nullptr, options_.mqtt_sessions, ports_.mqtt_plain},
    };
    options_.node.endpoints.clear();
    for (Plan const& plan : plans) {
        if (plan.at.address.empty()) continue;
        TANDEM_TRY(plan.port, server_->listen(plan.at, plan.tls, introduced(plan.factory)));
        if (*plan.protocol == '\0') continue;
        peer::Endpoint endpoint;
        endpoint.set_protocol(plan.protocol);
        endpoint.set_address(options_.advertise_address.empty() ? plan.at.address
                                                                : options_.advertise_address);
        endpoint.set_port(plan.port);
        options_.node.endpoints.push_back(std::move(endpoint));
    }
    return {};
}

/// The node learns who is there before the session says a word.
SessionFactory RegionHost::introduced(SessionFactory const& make) {
    return [this, &make](gateway::ConnectionInfo info, ConnectionId id) {
        node_->on_connection_opened(id, hub::Client{info.client, info.tls});
        return make(std::move(info), id);
    };
}

bool RegionHost::speaks(SiteName const& site) const {
    auto const& peers = options_.peers.peers;
    return std::any_of(peers.begin(), peers.end(),
                       [&](PeerLinks::Peer const& peer) { return peer.site == site; });
}

Result<void> RegionHost::open_peers() {
    links_ = std::make_unique<PeerLinks>(
        loop_, options_.peers,
        PeerLinks::Handlers{
            .on_up = [this](SiteName const& site) { node_->on_peer_up(site, input()); },
            .on_down = [this](SiteName const& site) { node_->on_peer_down(site, input()); },
            .on_message =
                [this](SiteName const& site, peer::Envelope const& message) {
                    if (speaks(site)) on_message(site, message);
                }});
    TANDEM_CHECK(links_->start());
    ports_.peer = links_->port();
    return {};
}

// A hub has its certificate before it serves: before a client can be sent here for it.
void RegionHost::on_message(SiteName const& site, peer::Envelope const& message) {
    node_->on_message(site, message, input());
    if (!message.has_define_hub() || certificates_ == nullptr) return;
    std::string const& name = message.define_hub().definition().name();
    if (auto const* const hub = node_->hub(HubName{name})) {
        define_certificate(hub->definition());
    } else {
        certificates_->forget(name);
    }
}

void RegionHost::define_certificate(record::HubDefinition const& hub) {
    if (certificates_ == nullptr) return;
    auto const defined = certificates_->define(hub, loop_.now().wall);
    if (!defined.ok())
        log_event(Level::warn, "hub.no_certificate",
                  {{"hub", hub.name()}, {"why", defined.error().detail}});
}

void RegionHost::log_roles(Now now) {
    if (now.mono - roles_logged_at_ < roles_logged_every) return;
    roles_logged_at_ = now.mono;
    std::map<std::string, std::string> roles;
    auto const status = node_->status(now);
    for (auto const& hub : status.hubs()) {
        auto& role = roles[hub.hub()];
        role = hub.role() + " " + std::to_string(hub.epoch());
        if (auto const known = logged_roles_.find(hub.hub());
            known != logged_roles_.end() && known->second == role)
            continue;
        log_event(Level::info, "hub.role",
                  {{"hub", hub.hub()}, {"role", hub.role()}, {"epoch", hub.epoch()}});
    }
    logged_roles_ = std::move(roles);
}

Now RegionHost::input() {
    Now const now = loop_.now();
    if (!std::exchange(has_input_, true)) first_input_at_ = now.mono;
    return now;
}

void RegionHost::pump() {
    bool more = true;
    for (int round = 0; more && round < rounds_a_batch; ++round) {
        node_->flush(loop_.now());
        perform(node_->take_outputs());
        more = server_->flush();
    }
    if (more) loop_.soon([] {});  // the next batch comes at once
    links_->flush();
    if (admin_) admin_->flush();
    has_input_ = false;
    tick_.set(node_->next_deadline());
}

// The node decided these answers while it held the lease. If this process was stopped between that
// and now for longer than the lease's guard, another region may serve already: then they must not
// leave (the third part of the acknowledgement rule).
bool RegionHost::answers_are_stale() const {
    Now const now = loop_.now();
    if (!has_input_ || now.mono - first_input_at_ <= options_.node.ownership.lease.guard) {
        return false;
    }
    auto const status = node_->status(now);
    return std::any_of(status.hubs().begin(), status.hubs().end(),
                       [](peer::HubStatus const& hub) { return hub.role() != "serving"; });
}

void RegionHost::perform(std::vector<region::Output> outputs) {
    if (outputs.empty()) return;
    bool const stale = answers_are_stale();
    for (auto& output : outputs) {
        if (auto* const send = std::get_if<region::SendTo>(&output)) {
            links_->send(send->site, send->message);
        } else if (auto* const notify = std::get_if<region::Notify>(&output)) {
            ++counters_.notices;
            server_->notify(notify->connection, notify->event);
        } else if (auto* const answer = std::get_if<region::Answer>(&output)) {
            ++counters_.answers;
            if (!answer->reply.ok()) ++counters_.refusals;
            if (stale && answer->reply.ok()) {
                ++counters_.stale_answers;
                server_->drop(answer->connection);
                continue;
            }
            server_->reply(answer->connection, gateway::Token{answer->token},
                           std::move(answer->reply));
        }
    }
    if (stale)
        log_event(Level::warn, "region.answers_dropped", {{"why", "this process was stopped"}});
}

std::vector<std::string> RegionHost::not_ready() const {
    std::vector<std::string> reasons;
    if (!store_->writable()) reasons.emplace_back("the disk is full");
    auto const& peers = options_.peers.peers;
    auto const connected = [this](PeerLinks::Peer const& peer) { return links_->up(peer.site); };
    if (!peers.empty() && std::none_of(peers.begin(), peers.end(), connected))
        reasons.emplace_back("neither the paired region nor the witness is connected");
    return reasons;
}

std::vector<DnsClaim> RegionHost::dns_claims() const {
    std::vector<DnsClaim> claims;
    auto const status = node_->status(loop_.now());
    for (auto const& hub : status.hubs()) {
        if (hub.role() != "serving" || hub.lease_us() <= 0) continue;
        auto const* const known = node_->hub(HubName{hub.hub()});
        for (auto const& host : hub.host_names())
            claims.push_back({host, options_.advertise_address, known->definition().instance_id(),
                              hub.epoch()});
    }
    return claims;
}

std::string RegionHost::metrics() const {
    auto const number = [](auto value) { return static_cast<double>(value); };
    MetricsText text;
    add_hub_metrics(text, node_->status(loop_.now()));
    auto const store = store_->counters();
    text.counter("tandem_store_commits_total", "Batches handed to the store",
                 number(store.batches));
    text.counter("tandem_store_syncs_total", "Synced writes; several batches may share one",
                 number(store.syncs));
    text.counter("tandem_store_bytes_total", "Bytes of these writes", number(store.bytes));
    auto const& server = server_->counters();
    text.gauge("tandem_connections", "Client connections", number(server_->connection_count()));
    text.counter("tandem_connections_accepted_total", "Since the start", number(server.accepted));
    text.counter("tandem_connections_turned_away_total", "Above the limit",
                 number(server.turned_away));
    text.counter("tandem_handshake_failures_total", "TLS handshakes that came to nothing",
                 number(server.handshake_failures));
    text.counter("tandem_proxy_header_failures_total",
                 "Connections of trusted proxies that did not say for whom",
                 number(server.bad_proxy_headers));
    text.counter("tandem_slow_readers_total", "Clients closed for not reading",
                 number(server.slow_readers));
    text.counter("tandem_client_bytes_in_total", "From clients", number(server.bytes_in));
    text.counter("tandem_client_bytes_out_total", "To clients", number(server.bytes_out));
    text.counter("tandem_commands_total", "Commands of clients", number(counters_.commands));
    text.counter("tandem_answers_total", "Answers to them", number(counters_.answers));
    text.counter("tandem_refusals_total", "Answers that were errors", number(counters_.refusals));
    text.counter("tandem_notices_total", "Events told to connections", number(counters_.notices));
    text.counter("tandem_stale_answers_total", "Answers dropped after this process was stopped",
                 number(counters_.stale_answers));
    auto const& links = links_->counters();
    text.counter("tandem_peer_refused_total", "Peers that were not who they should be",
                 number(links.refused));
    text.counter("tandem_peer_messages_in_total", "From other sites", number(links.messages_in));
    text.counter("tandem_peer_messages_out_total", "To other sites", number(links.messages_out));
    text.counter("tandem_peer_bytes_out_total", "To other sites", number(links.bytes_out));
    if (dns_) dns_->add_metrics(text);
    return text.take();
}

}  // namespace tandem::world
