#include "world/control_host.hpp"

#include "world/http_session.hpp"
#include "world/log.hpp"
#include "world/metrics.hpp"

#include <algorithm>
#include <utility>

namespace tandem::world {

namespace {
constexpr Duration copy_behind_told = 5s;   ///< of a copy that lags: said in the log
/// "10.0.0.1:4711" without its port.
std::string host_of(std::string const& address) { return address.substr(0, address.rfind(':')); }
}  // namespace

ControlHost::ControlHost(EventLoop& loop, Options options)
    : loop_(loop),
      options_(std::move(options)),
      tick_(loop, [this] { control_->on_timer(loop_.now()); }),
      alive_(std::make_shared<bool>(true)) {}

ControlHost::~ControlHost() {
    *alive_ = false;
}

Result<void> ControlHost::start() {
    TANDEM_TRY(store_, RocksStore::open(loop_, options_.store, [this](ports::Ticket ticket) {
                   control_->on_durable(ticket, loop_.now());
               }));
    control_ = std::make_unique<control::Control>(options_.control, *store_, random_);
    TANDEM_CHECK(control_->recover(loop_.now()));
    if (options_.bootstrap) TANDEM_CHECK(control_->bootstrap(*options_.bootstrap, loop_.now()));
    fetcher_ = std::make_unique<Fetcher>(
        loop_, Fetcher::Options{options_.server_tls.authority, options_.fetch_rules},
        [this](control::FetchId id, Result<http::Response> result) {
            control_->on_fetched(id, std::move(result), loop_.now());
        });
    checker_ = std::make_unique<SecretChecker>(
        loop_, [this](control::RequestId id, control::SecretVerdict const& verdict) {
            control_->on_checked(id, verdict, loop_.now());
        });
    TANDEM_CHECK(open_https());
    TANDEM_CHECK(open_peers());
    if (!options_.admin.address.empty()) {
        admin_ = std::make_unique<Admin>(
            loop_, random_,
            Admin::with_health(
                {{"/metrics", Admin::metrics_page([this] { return metrics(); })}},
                [this] {
                    return control_->writable() ? std::vector<std::string>{}
                                                : std::vector<std::string>{"the disk is full"};
                }));
        TANDEM_TRY(ports_.admin, admin_->start(options_.admin));
    }
    loop_.after_batch([this, alive = alive_] {
        if (*alive) pump();
    });
    tick_.set(control_->next_deadline());
    log_event(Level::info, "control.started", {{"dir", options_.store.dir.string()}});
    return {};
}

Result<void> ControlHost::open_https() {
    server_ = std::make_unique<Server>(
        loop_, random_,
        Server::Handlers{[](ConnectionId, gateway::Request) {}, [](ConnectionId) {}},
        options_.connections_max);
    if (options_.https.address.empty()) return {};
    TANDEM_TRY(tls_, TlsContext::make(TlsContext::Role::service, options_.server_tls));
    auto const factory = [this](gateway::ConnectionInfo info, ConnectionId id) {
        return std::make_unique<HttpSession>(
            [this, id, source = host_of(info.peer_address)](http::Request request) {
                on_http(id, std::move(request), source);
            },
            [this, id] { on_gone(id); });
    };
    TANDEM_TRY(ports_.https, server_->listen(options_.https, tls_.get(), factory));
    fallback_url_ = options_.public_url;
    if (fallback_url_.empty()) {
        fallback_url_ = "https://" + options_.https.address + ":" + std::to_string(ports_.https);
    }
    return {};
}

Result<void> ControlHost::open_peers() {
    auto const speaks = [this](SiteName const& site) {
        auto const& peers = options_.peers.peers;
        return std::any_of(peers.begin(), peers.end(),
                           [&](PeerLinks::Peer const& peer) { return peer.site == site; });
    };
    links_ = std::make_unique<PeerLinks>(
        loop_, options_.peers,
        PeerLinks::Handlers{
            .on_up = [this](SiteName const& site) { control_->on_peer_up(site, loop_.now()); },
            .on_down = [this](SiteName const& site) { control_->on_peer_down(site, loop_.now()); },
            .on_message =
                [this, speaks](SiteName const& site, peer::Envelope const& message) {
                    if (speaks(site)) control_->on_message(site, message, loop_.now());
                }});
    TANDEM_CHECK(links_->start());
    ports_.peer = links_->port();
    return {};
}

void ControlHost::on_http(ConnectionId connection, http::Request request,
                          std::string const& source) {
    if (options_.before && told_.role == control::Replication::Role::active) {
        if (auto const answer = options_.before(request)) return respond(connection, *answer);
    }
    std::uint64_t const id = ++last_request_;
    asked_by_[id] = connection;
    asking_[connection] = id;
    control_->on_request(control::RequestId{id}, request,
                         control::base_url_of(request, fallback_url_), loop_.now(), source);
}

void ControlHost::on_gone(ConnectionId connection) {
    auto const found = asking_.find(connection);
    if (found == asking_.end()) return;
    control_->on_request_abandoned(control::RequestId{found->second});
    asked_by_.erase(found->second);
    asking_.erase(found);
}

void ControlHost::respond(ConnectionId connection, http::Response const& response) {
    auto* const session = static_cast<HttpSession*>(server_->session(connection));
    if (session == nullptr) return;
    session->respond(response, loop_.now());
    server_->touch(connection);
}

void ControlHost::perform(control::Output& output) {
    if (auto* const send = std::get_if<control::SendTo>(&output)) {
        return links_->send(send->site, send->message);
    }
    if (auto* const fetch = std::get_if<control::Fetch>(&output)) {
        return fetcher_->start(std::move(*fetch));
    }
    if (auto* const check = std::get_if<control::SecretCheck>(&output)) {
        return checker_->check(std::move(*check));
    }
    auto const& answer = std::get<control::Respond>(output);
    auto const found = asked_by_.find(static_cast<std::uint64_t>(answer.request));
    if (found == asked_by_.end()) return;
    ConnectionId const connection = found->second;
    asking_.erase(connection);
    asked_by_.erase(found);
    respond(connection, answer.response);
}

void ControlHost::pump() {
    // Every answer may make the next request of its connection come out, so until nothing does.
    for (;;) {
        control_->flush(loop_.now());
        auto outputs = control_->take_outputs();
        for (auto& output : outputs) perform(output);
        if (outputs.empty()) break;
    }
    tell();
    server_->flush();
    links_->flush();
    if (admin_) admin_->flush();
    tick_.set(control_->next_deadline());
}

/// Logs what has changed in who holds the management plane, and in the copies.
void ControlHost::tell() {
    using Role = control::Replication::Role;
    auto now = control_->standing(loop_.now());
    if (now.role != told_.role || now.term != told_.term || now.site != told_.site) {
        if (now.role == Role::active)
            log_event(Level::info, "control.term",
                      {{"site", now.site}, {"term", now.term}, {"sequence", now.sequence}});
        else if (now.role == Role::passive)
            log_event(Level::warn, "control.passive", {{"holder", now.site}, {"term", now.term}});
        else if (told_.role == Role::active)
            log_event(Level::warn, "control.deposed", {{"by", now.site}, {"term", now.term}});
    }
    if (now.waits_for != told_.waits_for && !now.waits_for.empty())
        log_event(Level::info, "control.waits", {{"for", now.waits_for}});
    if (now.replaced && !told_.replaced)
        log_event(now.replaced->own.sequence() > 0 ? Level::warn : Level::info,
                  "control.records_replaced",
                  {{"own_term", now.replaced->own.term()},
                   {"own_sequence", now.replaced->own.sequence()},
                   {"term", now.replaced->by.term()},
                   {"sequence", now.replaced->by.sequence()},
                   {"differing", now.replaced->differing}});
    if (now.role == Role::active && now.safe != told_.safe)
        log_event(now.safe ? Level::info : Level::error,
                  now.safe ? "control.safe" : "control.not_safe", {{"sequence", now.sequence}});
    for (auto const& copy : now.copies) {
        bool const behind = now.role == Role::active && copy.behind >= copy_behind_told;
        bool& told = told_behind_[copy.site.value];
        if (behind != told)
            log_event(behind ? Level::warn : Level::info,
                      behind ? "control.copy_behind" : "control.copy_in_step",
                      {{"region", copy.site.value}, {"sequence", copy.sequence}});
        told = behind;
    }
    told_ = std::move(now);
}

std::string ControlHost::metrics() const {
    auto const number = [](auto value) { return static_cast<double>(value); };
    MetricsText text;
    auto const store = store_->counters();
    text.counter("tandem_store_commits_total", "Batches handed to the store",
                 number(store.batches));
    text.counter("tandem_store_syncs_total", "Synced writes; several batches may share one",
                 number(store.syncs));
    text.gauge("tandem_connections", "Client connections", number(server_->connection_count()));
    text.counter("tandem_http_requests_total", "To the management API", number(last_request_));
    auto const& links = links_->counters();
    text.counter("tandem_peer_refused_total", "Peers that were not who they should be",
                 number(links.refused));
    text.counter("tandem_peer_messages_in_total", "From other sites", number(links.messages_in));
    text.counter("tandem_peer_messages_out_total", "To other sites", number(links.messages_out));
    add_fleet_metrics(text, control_->figures());
    auto const standing = control_->standing(loop_.now());
    bool const active = standing.role == control::Replication::Role::active;
    text.gauge("tandem_control_active", "This process holds the management plane", active ? 1 : 0);
    text.gauge("tandem_control_term", "Highest term of the management plane heard of",
               number(standing.term));
    text.gauge("tandem_control_safe", "Changes can be acknowledged", standing.safe ? 1 : 0);
    text.describe("tandem_control_copy_behind_seconds", "gauge",
                  "Age of the oldest management record that the region's copy lacks");
    for (auto const& copy : standing.copies)
        text.sample("tandem_control_copy_behind_seconds", {{"region", copy.site.value}},
                    number(copy.behind.count()) / 1e6);
    return text.take();
}

}  // namespace tandem::world
