#include "control/control.hpp"

#include "codec/time_text.hpp"
#include "control/concierge_keys.hpp"
#include "control/elsewhere.hpp"
#include "control/hub_document.hpp"
#include "control/hub_access.hpp"
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
        constexpr std::string_view others = ".-:[]_";
        if (!is_letter_or_digit(c) && others.find(c) == std::string_view::npos) return false;
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
    TANDEM_CHECK(plane_->ledger.recover(now));
    TANDEM_CHECK(plane_->witness.recover(plane_->store, now));
    load_concierge_keys(*plane_);
    plane_->fleet.start(now);
    plane_->next_tick = now.mono;
    plane_->next_sweep = now.mono + sweep_every;
    if (plane_->ledger.active()) activate(now);
    return {};
}

/// This process holds the management plane from now on: what was begun before is looked after.
void Control::activate(Now now) {
    plane_->audit.activate(now);
    for (auto const& id : plane_->principals.take_configuration(now))
        plane_->roles.make_owner(id, plane_->principals.find(id)->user(), now);
    plane_->tokens.tend_keys(now);
    load_concierge_keys(*plane_);
    plane_->failovers.recover(now);
    if (auto const wanted = std::exchange(plane_->wanted, std::nullopt)) {
        auto const made = make(*wanted, now);
        TANDEM_ASSERT(made.ok(), "what is to be made at the start was looked at before");
    }
    for (auto const& region : plane_->options.regions) {
        if (!plane_->fleet.up(region.name.value)) continue;
        send_concierge_keys(*plane_, SiteName{region.name.value}, now);
        plane_->hubs.on_peer_up(SiteName{region.name.value}, now);
        plane_->failovers.on_peer_up(SiteName{region.name.value}, now);
    }
}

void Control::look(Now now) {
    if (plane_->ledger.take_activation()) activate(now);
}

Result<void> Control::bootstrap(Bootstrap const& wanted, Now now) {
    if (plane_->context.region(wanted.location.value) == nullptr)
        return Error{Errc::argument_invalid, "no region '" + wanted.location.value + "'"};
    if (plane_->ledger.active()) return make(wanted, now);
    plane_->wanted = wanted;
    return {};
}

Result<void> Control::make(Bootstrap const& wanted, Now now) {
    Ledger& ledger = plane_->ledger;
    Region const* region = plane_->context.region(wanted.location.value);
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
    // A hub to try things on: nobody who measures it is to run into a tier's quota.
    json::object const body{
        {"sku", json::object{{"name", "S1"}, {"capacity", 1}}},
        {"properties", json::object{{"tandem", json::object{{"unlimited", true}}}}}};
    if (auto refused = read_hub(body, nullptr,
                                {wanted.subscription, wanted.group, wanted.hub,
                                 plane_->options.tenant, format_iso8601(now.wall)},
                                wish))
        return Error{Errc::argument_invalid, refused->message};
    record::HubResource hub;
    hub.set_subscription(wanted.subscription);
    hub.set_group(wanted.group);
    hub.set_name(wanted.hub);
    hub.set_location(region->name.value);
    hub.set_document(json::serialize(wish.document));
    record::HubSettings& settings = *hub.mutable_settings();
    apply_document(wish.document, settings);
    settings.set_retention_days(wish.retention_days);
    settings.add_consumer_groups("$Default");
    for (auto const& policy : default_policies(plane_->random)) *settings.add_policies() = policy;
    auto& first = *hub.add_consumer_groups();
    first.set_name("$Default");
    first.set_created_us(to_micros(now.wall));
    plane_->data_access.fill(hub);
    plane_->hubs.create(std::move(hub), wish.partition_count, now);
    return {};
}

void Control::on_request(RequestId id, http::Request const& request, std::string const& base_url,
                         Now now, std::string const& source) {
    // What the concierge says rests on the regions' words, not on anything recorded here.
    if (auto response = plane_->concierge.answer(request, now))
        return plane_->ledger.emit_now(Respond{id, std::move(*response)});
    bool const reads = only_reads(request);
    plane_->ledger.expect(id, reads);
    if (auto refusal = refuse_now(*plane_, request, reads, now))
        return plane_->ledger.emit_now(Respond{id, std::move(*refusal)});
    if (auto response = route(*plane_, id, request, base_url, source, now))
        plane_->context.respond(id, std::move(*response));
    else if (plane_->sign_in.compares(id))
        plane_->waiting.insert_or_assign(id, Plane::Waiting{request, base_url, source});
}

/// The request is handled once more; this time it is known whether the password is right.
void Control::on_checked(RequestId id, SecretVerdict const& verdict, Now now) {
    auto const waiting = plane_->waiting.extract(id);
    bool const wanted = !waiting.empty() && plane_->ledger.expects(id);
    plane_->sign_in.on_checked(id, verdict, wanted, now);
    if (!wanted) return;
    auto const& [request, base_url, source] = waiting.mapped();
    if (auto response = route(*plane_, id, request, base_url, source, now))
        plane_->context.respond(id, std::move(*response));
}

void Control::on_request_abandoned(RequestId id) {
    plane_->queries.abandon(id);
    plane_->live_events.abandon(id);
    plane_->hubs.abandon(id);
    plane_->waiting.erase(id);
    plane_->audit.abandoned(id);
    plane_->ledger.forget(id);
}

void Control::on_peer_up(SiteName const& site, Now now) {
    plane_->fleet.on_up(site, now);
    plane_->ledger.on_peer_up(site, now);
    look(now);
    if (!plane_->ledger.active()) return;
    if (plane_->context.region(site.value) != nullptr) send_concierge_keys(*plane_, site, now);
    plane_->hubs.on_peer_up(site, now);
    plane_->failovers.on_peer_up(site, now);
}

void Control::on_peer_down(SiteName const& site, Now now) {
    plane_->fleet.on_down(site, now);
    plane_->concierge.on_down(site);
    plane_->ledger.on_peer_down(site, now);
}

void Control::on_message(SiteName const& from, peer::Envelope const& message, Now now) {
    using Kind = peer::Envelope::KindCase;
    if (plane_->context.region(from.value) == nullptr) {
        // Not one of our regions: who holds the plane may depose an owner, and that is all.
        bool const holder = from.value == plane_->ledger.replication().holder();
        if (holder && message.has_depose()) plane_->witness.on_depose(message.depose(), now);
        return;
    }
    bool const vote = message.has_vote_request() || message.has_vote_release();
    if (vote && plane_->options.witness_elsewhere) return;
    switch (message.kind_case()) {
        case Kind::kVoteRequest:
            plane_->witness.on_request(from, message.vote_request(), now);
            return;
        case Kind::kVoteRelease:
            plane_->witness.on_release(from, message.vote_release(), now);
            return;
        case Kind::kControlAck:
        case Kind::kControlSnapshot:
            plane_->ledger.on_message(from, message, now);
            look(now);
            return;
        case Kind::kOrderReply:
            if (!plane_->ledger.active()) return;
            plane_->failovers.on_order_reply(from, message.order_reply(), now);
            return;
        case Kind::kFailoverProgress:
            if (!plane_->ledger.active()) return;
            plane_->failovers.on_progress(from, message.failover_progress(), now);
            return;
        case Kind::kHubAnswer:
            if (!plane_->ledger.active()) return;
            plane_->queries.on_answer(message.hub_answer());
            plane_->failovers.on_answer(message.hub_answer(), now);
            return;
        case Kind::kEventAnswer:
            plane_->live_events.on_answer(message.event_answer());
            return;
        case Kind::kNodeStatus:
            plane_->fleet.on_status(from, message.node_status(), now);
            for (auto const& told : message.node_status().hubs())
                if (auto const* hub = plane_->ledger.model().hub(told.hub()))
                    plane_->metrics.is_of(told.hub(), hub->definition().instance_id());
            plane_->metrics.on_status(from.value, message.node_status(), now.wall);
            plane_->concierge.on_status(from, message.node_status(), now);
            if (!plane_->ledger.active()) return;
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
        case Kind::kControlFetch:
        case Kind::kConciergeKeys:
        case Kind::kEventQuery:
        case Kind::KIND_NOT_SET:
            return;   // not for the control process
    }
}

void Control::on_fetched(FetchId id, Result<http::Response> result, Now now) {
    plane_->fetches.on_fetched(id, std::move(result), now);
}

void Control::on_durable(ports::Ticket ticket, Now now) {
    plane_->ledger.on_durable(ticket, now);
    plane_->witness.on_durable();
    look(now);
}

void Control::on_timer(Now now) {
    if (now.mono < plane_->next_tick) return;
    plane_->next_tick = now.mono + tick;
    plane_->ledger.on_timer(now);
    look(now);
    if (!plane_->ledger.active()) return;
    plane_->failovers.on_timer(now);
    plane_->evacuations.on_timer(now);
    plane_->hubs.on_timer(now);
    plane_->queries.on_timer(now);
    plane_->live_events.on_timer(now);
    plane_->data_plane.on_timer(now);
    plane_->jobs.on_timer(now);
    plane_->audit.on_timer(now);
    plane_->data_access.on_timer(now);
    if (now.mono < plane_->next_sweep) return;
    plane_->next_sweep = now.mono + sweep_every;
    plane_->tokens.tend_keys(now);
    plane_->metrics.keep([this](std::string const& hub) {
        return plane_->ledger.model().hub(hub) != nullptr;
    });
    plane_->sign_in.sweep(now);
    plane_->roles.sweep();
    sweep_operations(plane_->context, now);
    plane_->jobs.sweep(now);
}

Time Control::next_deadline() const { return plane_->next_tick; }

void Control::flush(Now now) { plane_->ledger.flush(now); }

std::vector<Output> Control::take_outputs() { return plane_->ledger.take_outputs(); }

Control::Standing Control::standing(Now now) const {
    Replication const& replication = plane_->ledger.replication();
    return {.role = replication.role(),
            .site = replication.holder(),
            .term = replication.term(),
            .sequence = replication.sequence(),
            .safe = replication.accepts(now),
            .copies = replication.standings(now),
            .waits_for = replication.waits_for(),
            .replaced = plane_->ledger.replaced()};
}

std::optional<Control::HubSummary> Control::hub(HubName const& name) const {
    record::HubResource const* hub = plane_->ledger.model().hub(name.value);
    if (hub == nullptr) return std::nullopt;
    return HubSummary{definition_of(*hub), hub->state(), hub->owner(), hub->epoch()};
}

std::vector<HubFigures> Control::figures() const { return hub_figures(*plane_); }

bool Control::writable() const { return plane_->ledger.writable(); }

std::vector<HubName> Control::hubs() const {
    std::vector<HubName> names;
    for (auto const& [name, hub] : plane_->ledger.model().hubs()) names.push_back(HubName{name});
    return names;
}

}  // namespace tandem::control
