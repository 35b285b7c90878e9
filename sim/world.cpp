// sim/world.cpp -- the processes: how they start, die, get their inputs and perform their outputs.
#include "sim/world.hpp"

#include "failover/options.hpp"
#include "region/hub_node.hpp"

namespace tandem::sim {

namespace {

std::optional<std::size_t> site_of(SiteName const& name) {
    for (std::size_t site = 0; site < site_count; ++site)
        if (name.value == site_names[site]) return site;
    return std::nullopt;
}

region::Node::Options node_options(std::size_t index) {
    return {.self = SiteName{site_names[index]},
            .witness = SiteName{site_names[witness_site]},
            .observers = {SiteName{site_names[witness_site]}},
            .voter = failover::voter_options,
            .ownership = failover::ownership_options,
            .tick = 100ms,
            .status_every = 1s,
            .trim_every = 5s,
            .session_grace = 10s,
            .endpoints = {}};
}

}  // namespace

World::World(Request const& request)
    : History(request), network_(schedule_, random_) {
    draw_weather();
    definition_.set_name("hub1");
    definition_.add_host_names("hub1.tandem.test");
    definition_.add_regions(site_names[0]);
    definition_.add_regions(site_names[1]);
    definition_.set_partition_count(2);
    definition_.set_instance_id("one");
    *definition_.mutable_initial_settings() = settings_;
    network_.on_deliver([this](std::size_t to, std::size_t from, std::string const& bytes) {
        input(to, [this, to, from, bytes] { receive(to, from, bytes); });
    });
    network_.on_changed([this](std::size_t site, std::size_t peer, bool up) {
        input(site, [this, site, peer, up] { link_changed(site, peer, up); });
    });
}

Outcome World::run() {
    for (std::size_t site = 0; site < site_count; ++site) boot(site);
    start_clients();
    check_lag();
    schedule_.after(2s, [this] { trouble(); });
    go(60s);
    clear_the_sky();
    auto before = acknowledgements_;
    go(100s);
    expect_service("though the sky is clear", before);
    std::size_t const gone = random_.below(site_count + 2);
    if (gone < site_count && !failed()) {
        crash(gone);
        before = acknowledgements_;
        go(115s);
        expect_service("with one site gone", before);
        if (!sites_[gone].up) boot(gone);
    }
    go(140s);
    clients_ = false;
    go(155s);
    if (!failed()) check_healed();
    count("acknowledgements", acknowledgements_);
    count("marks", memory_.size());
    return std::move(outcome_);
}

void World::go(Moment until) {
    while (!failed() && schedule_.step(until)) watch();
}

// ---- life and death

void World::boot(std::size_t index) {
    Site& site = sites_[index];
    site.start();
    Now const now = site.clock.read(schedule_.now());
    if (index == witness_site) {
        site.voter = std::make_unique<failover::Voter>(failover::voter_options);
        if (witness_promise_) site.voter->recover(*witness_promise_, now);
        return set_links();
    }
    site.store = std::make_unique<Store>(
        site.disk,
        Store::World{schedule_, random_, site.slowness,
                     [this, index](ports::Ticket ticket) {
                         input(index, [this, index, ticket] {
                             Site& mine = sites_[index];
                             mine.node->on_durable(ticket, mine.clock.read(schedule_.now()));
                         });
                     },
                     [this](PartitionKey const& partition, ports::LogEntry const& entry) {
                         auto why = memory_.note_record(partition, entry);
                         if (!why.empty()) fail(std::move(why));
                     }});
    site.node = std::make_unique<region::Node>(node_options(index), *site.store, *site.random);
    if (auto const recovered = site.node->recover(now); !recovered.ok())
        fail(std::string{site_names[index]} + " cannot recover: " + recovered.error().detail);
    say(std::string{site_names[index]} + " starts");
    after_input(index);
    set_links();
    tick(index, site.life);
}

void World::crash(std::size_t index) {
    Site& site = sites_[index];
    if (!site.up) return;
    say(std::string{site_names[index]} + " dies");
    count("crashes");
    site.die();
    set_links();
    site.node.reset();
    site.store.reset();
    site.voter.reset();
    for (auto& device : devices_)
        if (device.region == index && device.is != Device::Is::away) leave(device, true);
    std::erase_if(asked_, [index](auto const& one) { return one.second.region == index; });
}

void World::input(std::size_t index, std::function<void()> what) {
    if (sites_[index].take(std::move(what))) after_input(index);
}

void World::after_input(std::size_t index) {
    Site& site = sites_[index];
    if (!site.up || !site.node) return;
    site.node->flush(site.clock.read(schedule_.now()));
    for (auto const& output : site.node->take_outputs())
        std::visit([this, index](auto const& one) { perform(index, one); }, output);
}

void World::tick(std::size_t index, std::uint64_t life) {
    if (sites_[index].life != life) return;
    input(index, [this, index] {
        Site& mine = sites_[index];
        mine.node->on_timer(mine.clock.read(schedule_.now()));
    });
    Site const& site = sites_[index];
    Moment const next = site.clock.when(site.node->next_deadline());
    schedule_.at(std::max(next, schedule_.now() + 20ms),
                 [this, index, life] { tick(index, life); });
}

// ---- links and messages

/// A link is there when both ends are up and no trouble has broken it.
void World::set_links() {
    for (std::size_t a = 0; a < site_count; ++a) {
        for (std::size_t b = 0; b < a; ++b) {
            bool const up = sites_[a].up && sites_[b].up && broken_[a][b] == 0;
            if (up == network_.up(a, b)) continue;
            if (up)
                network_.restore(a, b);
            else
                network_.down(a, b);
        }
    }
}

void World::link_changed(std::size_t site, std::size_t peer, bool up) {
    if (site == witness_site) {
        if (up) introduce(peer);
        return;
    }
    Site& mine = sites_[site];
    Now const now = mine.clock.read(schedule_.now());
    if (up)
        mine.node->on_peer_up(SiteName{site_names[peer]}, now);
    else
        mine.node->on_peer_down(SiteName{site_names[peer]}, now);
}

void World::introduce(std::size_t region) {
    peer::Envelope envelope;
    *envelope.mutable_define_hub()->mutable_definition() = definition_;
    network_.send(witness_site, region, envelope);
}

void World::receive(std::size_t to, std::size_t from, std::string const& bytes) {
    peer::Envelope message;
    message.ParseFromString(bytes);
    if (trace_ && message.has_vote_reply()) {
        auto const& vote = message.vote_reply();
        say(std::string{"      "} + site_names[from] + (vote.granted() ? " grants " : " denies ") +
            std::to_string(vote.epoch()) + " to " + site_names[to] + ", promised " +
            std::to_string(vote.promised_epoch()) + " to " + vote.promised_to());
    }
    if (to == witness_site) return witness_receive(from, message);
    Site& site = sites_[to];
    site.node->on_message(SiteName{site_names[from]}, message,
                          site.clock.read(schedule_.now()));
}

void World::witness_receive(std::size_t from, peer::Envelope const& message) {
    Site& site = sites_[witness_site];
    Now const now = site.clock.read(schedule_.now());
    if (message.has_failover_progress()) {
        auto const& progress = message.failover_progress();
        say(std::string{"  "} + site_names[from] + " reports " + progress.step().name() +
            progress.failed());
    }
    if (message.has_vote_release()) {
        if (auto promise =
                site.voter->on_release(message.vote_release(), SiteName{site_names[from]}, now))
            keep_promise(*promise, [] {});
    }
    if (!message.has_vote_request()) return;
    auto answer =
        site.voter->on_request(message.vote_request(), SiteName{site_names[from]}, now);
    peer::Envelope envelope;
    *envelope.mutable_vote_reply() = answer.reply;
    auto reply = [this, from, envelope] { network_.send(witness_site, from, envelope); };
    if (answer.store_first) return keep_promise(*answer.store_first, reply);
    reply();
}

void World::keep_promise(record::Promise const& promise, std::function<void()> then) {
    Site const& site = sites_[witness_site];
    schedule_.after(weather_.disk_max, [this, life = site.life, promise, then] {
        if (sites_[witness_site].life != life) return;
        witness_promise_ = promise;
        input(witness_site, [this, promise, then] {
            sites_[witness_site].voter->on_stored(promise);
            then();
        });
    });
}

// ---- outputs

void World::perform(std::size_t index, region::SendTo const& output) {
    auto const to = site_of(output.site);
    if (to && *to != index) network_.send(index, *to, output.message);
}

void World::perform(std::size_t index, region::Answer const& output) {
    auto const found = asked_.find(output.token);
    if (found == asked_.end() || found->second.connection != output.connection) return;
    Asked const asked = found->second;
    asked_.erase(found);
    if (output.reply.ok()) acknowledged(index);
    answered(asked, index, output.reply);
}

void World::perform(std::size_t, region::Notify const& output) {
    auto const* closed = std::get_if<hub::Closed>(&output.event);
    if (closed == nullptr) return;
    for (auto& device : devices_)
        if (device.connection == output.connection && device.is != Device::Is::away)
            leave(device, closed->reason == hub::CloseReason::owner_moved);
}

Outcome run_full_world(Request const& request) { return World{request}.run(); }

}  // namespace tandem::sim
