#include "control/control.hpp"

#include "control/concierge_keys.hpp"
#include "control/hub_document.hpp"
#include "control/plane.hpp"
#include "control/policies.hpp"
#include "control/router.hpp"

#include <utility>

namespace tandem::control {

namespace {

constexpr Duration tick = 200ms;
constexpr Duration sweep_every = 60s;

bool is_authority(std::string_view text) {
    if (text.empty() || text.size() > 255) return false;
    for (char c : text) {
        bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool const digit = c >= '0' && c <= '9';
        constexpr std::string_view others = ".-:[]_";
        if (!letter && !digit && others.find(c) == std::string_view::npos) return false;
    }
    return true;
}

}  // namespace

std::string base_url_of(http::Request const& request, std::string const& fallback) {
    std::string const* host = request.headers.find("X-Forwarded-Host");
    if (host == nullptr || !is_authority(*host)) host = request.headers.find("Host");
    if (host == nullptr || !is_authority(*host)) return fallback;
    std::string const* scheme = request.headers.find("X-Forwarded-Proto");
    bool const plain = scheme != nullptr && equal_ci(*scheme, "http");
    return (plain ? "http://" : "https://") + *host;
}

Control::Control(Options options, ports::Store& store, ports::Random& random)
    : plane_(std::make_unique<Plane>(std::move(options), store, random)) {}

Control::~Control() = default;

Result<void> Control::recover(Now now) {
    TANDEM_CHECK(plane_->ledger.recover());
    TANDEM_CHECK(plane_->witness.recover(plane_->store, now));
    plane_->principals.take_configuration(now);
    plane_->tokens.tend_keys(now);
    load_concierge_keys(*plane_);
    plane_->fleet.start(now);
    plane_->failovers.recover(now);
    plane_->next_tick = now.mono;
    plane_->next_sweep = now.mono + sweep_every;
    return {};
}

Result<void> Control::bootstrap(Bootstrap const& wanted, Now now) {
    Ledger& ledger = plane_->ledger;
    Region const* region = plane_->context.region(wanted.location.value);
    if (region == nullptr)
        return Error{Errc::argument_invalid, "no region '" + wanted.location.value + "'"};
    if (ledger.model().group(wanted.subscription, wanted.group) == nullptr) {
        record::ResourceGroup group;
        group.set_subscription(wanted.subscription);
        group.set_name(wanted.group);
        group.set_location(region->name.value);
        group.set_tags("{}");
        group.set_created_us(to_micros(now.wall));
        ledger.put(group);
    }
    if (ledger.model().hub(wanted.hub) != nullptr) return {};
    HubWish wish;
    json::object const body{{"sku", json::object{{"name", "S1"}, {"capacity", 1}}}};
    if (auto refused = read_hub(body, nullptr, wish))
        return Error{Errc::argument_invalid, refused->message};
    record::HubResource hub;
    hub.set_subscription(wanted.subscription);
    hub.set_group(wanted.group);
    hub.set_name(wanted.hub);
    hub.set_location(region->name.value);
    hub.set_document(json::serialize(wish.document));
    record::HubSettings& settings = *hub.mutable_settings();
    settings.set_retention_days(wish.retention_days);
    settings.add_consumer_groups("$Default");
    for (auto const& policy : default_policies(plane_->random)) *settings.add_policies() = policy;
    auto& first = *hub.add_consumer_groups();
    first.set_name("$Default");
    first.set_created_us(to_micros(now.wall));
    plane_->hubs.create(std::move(hub), wish.partition_count, now);
    return {};
}

void Control::on_request(RequestId id, http::Request const& request, std::string const& base_url,
                         Now now, std::string const& source) {
    // What the concierge says rests on the regions' words, not on anything recorded here.
    if (auto response = plane_->concierge.answer(request, now))
        return plane_->ledger.emit_now(Respond{id, std::move(*response)});
    if (auto response = route(*plane_, id, request, base_url, source, now))
        plane_->context.respond(id, std::move(*response));
}

void Control::on_request_abandoned(RequestId id) {
    plane_->queries.abandon(id);
    plane_->live_events.abandon(id);
    plane_->hubs.abandon(id);
}

void Control::on_peer_up(SiteName const& site, Now now) {
    plane_->fleet.on_up(site, now);
    if (plane_->context.region(site.value) != nullptr) send_concierge_keys(*plane_, site, now);
    plane_->hubs.on_peer_up(site, now);
    plane_->failovers.on_peer_up(site, now);
}

void Control::on_peer_down(SiteName const& site, Now now) {
    plane_->fleet.on_down(site, now);
    plane_->concierge.on_down(site);
}

void Control::on_message(SiteName const& from, peer::Envelope const& message, Now now) {
    using Kind = peer::Envelope::KindCase;
    if (plane_->context.region(from.value) == nullptr) return;   // not one of our regions
    switch (message.kind_case()) {
        case Kind::kVoteRequest:
            plane_->witness.on_request(from, message.vote_request(), now);
            return;
        case Kind::kVoteRelease:
            plane_->witness.on_release(from, message.vote_release(), now);
            return;
        case Kind::kOrderReply:
            plane_->failovers.on_order_reply(from, message.order_reply(), now);
            return;
        case Kind::kFailoverProgress:
            plane_->failovers.on_progress(from, message.failover_progress(), now);
            return;
        case Kind::kHubAnswer:
            plane_->queries.on_answer(message.hub_answer());
            plane_->failovers.on_answer(message.hub_answer(), now);
            return;
        case Kind::kEventAnswer:
            plane_->live_events.on_answer(message.event_answer());
            return;
        case Kind::kNodeStatus:
            plane_->fleet.on_status(from, message.node_status(), now);
            plane_->concierge.on_status(from, message.node_status(), now);
            plane_->failovers.on_status(from, now);
            plane_->hubs.on_status(from, now);
            return;
        case Kind::kVoteReply:
        case Kind::kDepose:
        case Kind::kAppend:
        case Kind::kAppendReply:
        case Kind::kSnapshotBegin:
        case Kind::kSnapshotChunk:
        case Kind::kSnapshotEnd:
        case Kind::kTakeOver:
        case Kind::kSalvageNotice:
        case Kind::kDefineHub:
        case Kind::kConfigureHub:
        case Kind::kFailoverOrder:
        case Kind::kHubQuery:
        case Kind::kControlAsk:
        case Kind::kControlAppend:
        case Kind::kControlAck:
        case Kind::kControlFetch:
        case Kind::kControlSnapshot:
        case Kind::kConciergeKeys:
        case Kind::kEventQuery:
        case Kind::KIND_NOT_SET:
            return;   // not for the control process
    }
}

void Control::on_fetched(FetchId id, Result<http::Response> result, Now now) {
    plane_->fetches.on_fetched(id, std::move(result), now);
}

void Control::on_durable(ports::Ticket ticket, Now) {
    plane_->ledger.on_durable(ticket);
    plane_->witness.on_durable();
}

void Control::on_timer(Now now) {
    if (now.mono < plane_->next_tick) return;
    plane_->next_tick = now.mono + tick;
    plane_->failovers.on_timer(now);
    plane_->evacuations.on_timer(now);
    plane_->hubs.on_timer(now);
    plane_->queries.on_timer(now);
    plane_->live_events.on_timer(now);
    plane_->data_plane.on_timer(now);
    if (now.mono < plane_->next_sweep) return;
    plane_->next_sweep = now.mono + sweep_every;
    plane_->tokens.tend_keys(now);
    plane_->sign_in.sweep(now);
    sweep_operations(plane_->context, now);
}

Time Control::next_deadline() const { return plane_->next_tick; }

void Control::flush(Now) { plane_->ledger.flush(); }

std::vector<Output> Control::take_outputs() { return plane_->ledger.take_outputs(); }

std::optional<Control::HubSummary> Control::hub(HubName const& name) const {
    record::HubResource const* hub = plane_->ledger.model().hub(name.value);
    if (hub == nullptr) return std::nullopt;
    return HubSummary{definition_of(*hub), hub->state(), hub->owner(), hub->epoch()};
}

std::vector<HubName> Control::hubs() const {
    std::vector<HubName> names;
    for (auto const& [name, hub] : plane_->ledger.model().hubs()) names.push_back(HubName{name});
    return names;
}

}  // namespace tandem::control
