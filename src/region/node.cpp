#include "region/node.hpp"

#include "identity/ed25519.hpp"
#include "region/hub_node.hpp"

#include <algorithm>
#include <utility>

namespace tandem::region {

namespace {

// Meta entries of a region's store (docs/log-format.md).
constexpr char const* hub_prefix = "hub/";
constexpr char const* vote_prefix = "vote/";
constexpr char const* epoch_prefix = "epoch/";
constexpr char const* past_prefix = "past/";
constexpr char const* concierge_keys_key = "concierge/keys";

template <class Message>
Result<std::vector<Message>> read_all(ports::Store& store, char const* prefix) {
    std::vector<Message> messages;
    for (auto const& entry : store.read_meta(prefix)) {
        Message message;
        if (!entry.value || !message.ParseFromString(*entry.value))
            return Error{Errc::malformed, "damaged node entry " + entry.key};
        messages.push_back(std::move(message));
    }
    return messages;
}

}  // namespace

Node::Node(Options options, ports::Store& store, ports::Random& random)
    : options_(std::move(options)),
      store_(store),
      random_(random),
      voter_(options_.voter),
      concierge_(options_.self),
      copy_(store) {}

Node::~Node() = default;

std::uint64_t Node::random() {
    std::uint64_t value = 0;
    random_.fill({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
    return value;
}

Result<void> Node::recover(Now now) {
    TANDEM_CHECK(copy_.recover());
    TANDEM_TRY(auto promises, read_all<record::Promise>(store_, vote_prefix));
    for (auto const& promise : promises) voter_.recover(promise, now);
    TANDEM_TRY(auto epochs, read_all<record::Promise>(store_, epoch_prefix));
    TANDEM_TRY(auto pasts, read_all<record::Promise>(store_, past_prefix));
    for (auto const& past : pasts) past_[past.hub()] = Epoch{past.epoch()};
    TANDEM_TRY(auto definitions, read_all<record::HubDefinition>(store_, hub_prefix));
    TANDEM_TRY(auto keys, read_all<peer::ConciergeKeys>(store_, concierge_keys_key));
    for (auto const& kept : keys) take_keys(kept);

    for (auto const& definition : definitions) {
        if (definition.deleted()) {
            tombstones_[definition.name()] = definition;
            continue;
        }
        add_hub(definition, now, true);
        HubNode& hub = *hubs_.at(definition.name());
        TANDEM_CHECK(hub.recover());
    }
    for (auto& [name, hub] : hubs_) {
        failover::Ownership::Memory memory;
        memory.owner = hub->definition().regions(0);
        memory.highest = past(name);
        for (auto const& known : epochs) {
            if (known.hub() != name || Epoch{known.epoch()} <= memory.highest) continue;
            memory.highest = Epoch{known.epoch()};
            memory.owner = known.holder();
        }
        if (auto promise = promise_of(name);
            promise && Epoch{promise->epoch()} > memory.highest) {
            memory.highest = Epoch{promise->epoch()};
            memory.promised_to = promise->holder();
        }
        hub->start(memory, now);
    }
    for (auto const& known : epochs)
        if (!hubs_.contains(known.hub()))
            past_[known.hub()] = std::max(past(known.hub()), Epoch{known.epoch()});
    next_tick_ = now.mono;
    return {};
}

HubNode* Node::find(std::string const& name) {
    auto const found = hubs_.find(name);
    return found == hubs_.end() ? nullptr : found->second.get();
}

HubNode const* Node::hub(HubName const& name) const {
    auto const found = hubs_.find(name.value);
    return found == hubs_.end() ? nullptr : found->second.get();
}

HubNode* Node::find_by_host(std::string const& host) {
    if (auto const found = by_host_.find(host); found != by_host_.end()) return found->second;
    if (host.empty() && hubs_.size() == 1) return hubs_.begin()->second.get();
    // SASL PLAIN may say no more than the first label of the host: sas.root.{hub}.
    return find(host);
}

void Node::add_hub(record::HubDefinition const& definition, Now now, bool recovering) {
    auto hub = std::make_unique<HubNode>(*this, definition);
    HubNode& added = *hub;
    hubs_[definition.name()] = std::move(hub);
    for (auto const& host : definition.host_names()) by_host_[host] = &added;
    for (auto const& [site, up] : up_)
        if (up) added.on_peer_up(SiteName{site}, now);
    if (recovering) return;
    failover::Ownership::Memory memory;
    memory.owner = definition.regions(0);
    memory.highest = past(definition.name());
    added.start(memory, now);
}

Epoch Node::past(std::string const& name) const {
    auto const found = past_.find(name);
    return found == past_.end() ? Epoch{} : found->second;
}

/// What is known of a name's epochs so far is of hubs that are gone: the next one's are higher, but
/// who owned those hubs, or was promised them, says nothing of who owns it. Kept beside the
/// definition, so that a restart knows it too.
void Node::end_past(std::string const& name) {
    Epoch highest = past(name);
    if (auto const promise = voter_.promise(HubName{name}))
        highest = std::max(highest, Epoch{promise->epoch()});
    if (HubNode const* hub = find(name)) highest = std::max(highest, hub->ownership().epoch());
    if (value(highest) == 0) return;
    past_[name] = highest;
    record::Promise kept;
    kept.set_hub(name);
    kept.set_epoch(value(highest));
    batch_.meta.push_back({past_prefix + name, kept.SerializeAsString()});
}

std::optional<record::Promise> Node::promise_of(std::string const& name) const {
    auto promise = voter_.promise(HubName{name});
    if (promise && Epoch{promise->epoch()} <= past(name)) promise.reset();
    return promise;
}

void Node::remove_hub(HubName const& name) {
    HubNode* hub = find(name.value);
    if (hub == nullptr) return;
    hub->shut();
    for (std::size_t slot = 0; slot < hub->slot_count(); ++slot) {
        ports::Commit commit;
        commit.partition = hub->partition(slot).key();
        commit.clear_log = true;
        commit.clear_view = true;
        removals_.push_back(std::move(commit));
    }
    std::erase_if(by_host_, [hub](auto const& entry) { return entry.second == hub; });
    for (auto& flight : in_flight_)
        std::erase_if(flight.written, [hub](auto const& written) { return written.hub == hub; });
    hubs_.erase(name.value);
    status_due_ = true;
}

void Node::define(record::HubDefinition const& definition, Now now) {
    std::string const& name = definition.name();
    bool const here =
        definition.regions_size() > 0 &&
        std::any_of(definition.regions().begin(), definition.regions().end(),
                    [this](auto const& region) { return region == options_.self.value; });
    if (!here || name.empty()) return;

    if (HubNode* hub = find(name)) {
        bool const same = hub->definition().instance_id() == definition.instance_id();
        if (same && !definition.deleted()) return;
        if (!same && definition.deleted()) return;
    } else if (auto const gone = tombstones_.find(name);
               gone != tombstones_.end() &&
               gone->second.instance_id() == definition.instance_id()) {
        return;
    }
    end_past(name);
    remove_hub(HubName{name});
    batch_.meta.push_back({hub_prefix + name, definition.SerializeAsString()});
    if (definition.deleted()) {
        tombstones_[name] = definition;
        return;
    }
    tombstones_.erase(name);
    add_hub(definition, now, false);
    status_due_ = true;
}

void Node::on_peer_up(SiteName const& site, Now now) {
    up_[site.value] = true;
    for (auto& [name, hub] : hubs_) hub->on_peer_up(site, now);
    send(site, [&] {
        peer::Envelope envelope;
        *envelope.mutable_node_status() = status(now);
        return envelope;
    }());
}

void Node::on_peer_down(SiteName const& site, Now now) {
    up_[site.value] = false;
    concierge_.on_down(site);
    copy_.on_peer_down(site);
    for (auto& [name, hub] : hubs_) hub->on_peer_down(site, now);
    status_due_ = true;
}

void Node::send(SiteName const& site, peer::Envelope message) {
    outputs_.emplace_back(SendTo{site, std::move(message)});
}

void Node::answer(ConnectionId connection, std::uint64_t token, Result<hub::Reply> reply) {
    outputs_.emplace_back(Answer{connection, token, std::move(reply)});
}

void Node::notify(ConnectionId connection, hub::Event event) {
    outputs_.emplace_back(Notify{connection, std::move(event)});
}

void Node::store_promise(record::Promise const& promise) {
    batch_.meta.push_back({vote_prefix + promise.hub(), promise.SerializeAsString()});
    promises_waiting_.push_back(promise);
}

void Node::store_epoch(record::Promise const& known) {
    batch_.meta.push_back({epoch_prefix + known.hub(), known.SerializeAsString()});
}

void Node::on_durable(ports::Ticket ticket, Now now) {
    copy_.on_durable(ticket);
    while (!in_flight_.empty() && in_flight_.front().ticket <= ticket) {
        InFlight flight = std::move(in_flight_.front());
        in_flight_.pop_front();
        for (auto const& written : flight.written)
            written.hub->on_written(written.slot, written.end, now);
        for (auto const& promise : flight.promises) voter_.on_stored(promise);
        for (auto const& [site, reply] : flight.votes) deliver_vote(site, reply, now);
    }
}

void Node::on_timer(Now now) {
    if (now.mono < next_tick_) return;
    next_tick_ = now.mono + options_.tick;
    for (auto& [name, hub] : hubs_) hub->on_timer(now);
    if (status_due_ || now.mono >= next_status_) send_status(now);
}

void Node::submit(ConnectionId connection, std::uint64_t token, std::string const& hub_host,
                  hub::Command command, Now now) {
    HubNode* hub = find_by_host(hub_host);
    if (hub == nullptr) {
        answer(connection, token, Error{Errc::hub_not_found, "no hub of that name here"});
        return;
    }
    hub->submit(Asker{connection, token}, std::move(command), now);
}

void Node::on_connection_opened(ConnectionId connection, hub::Client client) {
    clients_[connection] = client;
}

void Node::on_connection_closed(ConnectionId connection, Now now) {
    clients_.erase(connection);
    for (auto& [name, hub] : hubs_) hub->on_connection_closed(connection, now);
}

void Node::flush(Now now) {
    ports::Batch batch = std::exchange(batch_, {});
    InFlight flight;
    for (auto& commit : removals_) batch.commits.push_back(std::move(commit));
    removals_.clear();
    for (auto& [name, hub] : hubs_) hub->collect(batch, flight.written);
    copy_.collect(batch);
    flight.votes = std::exchange(votes_waiting_, {});
    flight.promises = std::exchange(promises_waiting_, {});
    if (!batch.empty()) {
        flight.ticket = store_.submit(std::move(batch));
        copy_.submitted(flight.ticket);
        in_flight_.push_back(std::move(flight));
    }
    if (status_due_) send_status(now);
}

std::vector<Output> Node::take_outputs() {
    for (auto& [site, message] : copy_.take_replies()) send(site, std::move(message));
    return std::exchange(outputs_, {});
}

peer::NodeStatus Node::status(Now now) const {
    peer::NodeStatus status;
    status.set_site(options_.self.value);
    status.set_display_name(options_.display_name);
    status.set_writable(store_.writable());
    status.set_control_term(copy_.term());
    status.set_control_site(copy_.site());
    for (auto const& endpoint : options_.endpoints) *status.add_endpoints() = endpoint;
    for (auto const& [name, hub] : hubs_) *status.add_hubs() = hub->status(now);
    return status;
}

void Node::send_status(Now now) {
    status_due_ = false;
    next_status_ = now.mono + options_.status_every;
    peer::NodeStatus const report = status(now);
    concierge_.on_status(options_.self, report, now);
    for (auto const& site : options_.observers) {
        if (!up_[site.value]) continue;
        peer::Envelope envelope;
        *envelope.mutable_node_status() = report;
        send(site, std::move(envelope));
    }
}

void Node::on_keys(peer::ConciergeKeys const& keys) {
    if (keys.keys().empty()) return;
    batch_.meta.push_back({concierge_keys_key, keys.SerializeAsString()});
    take_keys(keys);
}

void Node::take_keys(peer::ConciergeKeys const& keys) {
    std::vector<Bytes> seeds;
    for (auto const& key : keys.keys())
        if (key.seed().size() == identity::ed25519_seed_bytes) seeds.push_back(key.seed());
    concierge_.set_keys(std::move(seeds));
}

}  // namespace tandem::region
