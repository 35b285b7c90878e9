// sim/lease_world.cpp -- two regions' Ownership and three Voters, with no hub behind them.
//
// What a region would append is one stored value here (its Memory), and what it would ship is one
// heartbeat, so thousands of histories fit into a second.
//
// Watched from outside: never two owners at one moment; no epoch begun twice, none lower than one
// begun before; when the weather has cleared somebody serves soon, with one site gone too.
#include "failover/options.hpp"
#include "failover/ownership.hpp"
#include "failover/voter.hpp"
#include "sim/history.hpp"
#include "sim/network.hpp"
#include "sim/process.hpp"

#include <memory>

namespace tandem::sim {
namespace {

constexpr char const* hub = "h";
constexpr std::array<char const*, site_count> names{"east", "west", "witness"};
SiteName site_name(std::size_t site) { return SiteName{names[site]}; }
std::size_t site_of(std::string const& name) {
    return name == names[0] ? 0 : name == names[1] ? 1 : witness_site;
}

/// How nasty this history is: each habit is drawn, "not at all" and "terribly" included.
struct Weather {
    int order_percent, break_percent, cut_percent, crash_percent, pause_percent;
    Duration disk_max, pause_max;
    bool automatic;
};

/// What survives a crash.
struct Disk {
    std::optional<record::Promise> promise;
    failover::Ownership::Memory memory;
};

class World : History {
public:
    explicit World(Request const& request)
        : History(request), network_(schedule_, random_) {
        weather_ = {.order_percent = random_.one_of({0, 10, 60}),
                    .break_percent = random_.one_of({0, 5, 30}),
                    .cut_percent = random_.one_of({0, 5, 30}),
                    .crash_percent = random_.one_of({0, 5, 25}),
                    .pause_percent = random_.one_of({0, 5, 25}),
                    .disk_max = random_.one_of<Duration>({1ms, 20ms, 900ms}),
                    .pause_max = random_.one_of<Duration>({500ms, 4s, 12s}),
                    .automatic = random_.chance(70)};
        network_.habits = {.delay_max = random_.one_of<Duration>({2ms, 300ms, 3s}),
                           .silent_loss_percent = random_.one_of({0, 5, 40})};
        network_.on_deliver([this](std::size_t to, std::size_t from, std::string const& bytes) {
            input(to, [this, to, from, bytes] { receive(to, from, bytes); });
        });
        for (auto& site : sites_)
            site.clock = {.per_mille = random_.one_of({960, 990, 1000, 1010, 1040}),
                          .started = random_.up_to(1000s)};
        for (auto& site : sites_) site.disk.memory.owner = names[0];
    }

    Outcome run() {
        for (std::size_t a = 0; a < site_count; ++a)
            for (std::size_t b = 0; b < a; ++b) network_.restore(a, b);
        for (std::size_t site = 0; site < site_count; ++site) boot(site);
        trouble();
        go(120s);
        clear_the_sky();
        go(150s);
        count("served at the end", owner() ? 1 : 0);
        if (!owner()) fail("nobody serves though the sky is clear");
        Moment const calm = schedule_.now();
        go(calm + 20s);
        if (!owner()) fail("it did not last");
        return std::move(outcome_);
    }

private:
    struct Site : Process {
        Clock clock;
        Disk disk;
        std::unique_ptr<failover::Voter> voter;
        std::unique_ptr<failover::Ownership> own;
        Moment disk_free{};
        std::optional<Moment> timer;
    };

    // ---- checks
    bool serving(std::size_t region) const {
        Site const& site = sites_[region];
        return site.up && site.own->serving(site.clock.read(schedule_.now()));
    }
    std::optional<std::size_t> owner() const {
        for (std::size_t region : {0U, 1U})
            if (serving(region)) return region;
        return std::nullopt;
    }
    void watch() {
        if (serving(0) && serving(1)) fail("two owners");
    }
    void begun(Epoch epoch) {
        if (epoch <= last_begun_) fail("epoch " + std::to_string(value(epoch)) + " begun again");
        last_begun_ = std::max(last_begun_, epoch);
        count("epochs");
    }
    void go(Moment until) {
        while (!failed() && schedule_.step(until)) watch();
    }

    // ---- processes
    void boot(std::size_t index) {
        Site& site = sites_[index];
        site.start();
        Now const now = site.clock.read(schedule_.now());
        site.voter = std::make_unique<failover::Voter>(failover::voter_options);
        if (site.disk.promise) site.voter->recover(*site.disk.promise, now);
        if (index == witness_site) return;
        site.own = std::make_unique<failover::Ownership>(
            failover::ownership_options, site_name(index), site_name(1 - index),
            site_name(witness_site));
        site.own->set_eligible(true);
        site.own->set_automatic(weather_.automatic);
        auto memory = site.disk.memory;
        if (site.disk.promise && Epoch{site.disk.promise->epoch()} > memory.highest) {
            memory.highest = Epoch{site.disk.promise->epoch()};
            memory.promised_to = site.disk.promise->holder();
        }
        say(std::string{names[index]} + " starts, epoch " + std::to_string(value(memory.highest)) +
            " of " + memory.owner);
        act(index, site.own->start(memory, now, random_.next()));
        beat(index, site.life);
    }
    void crash(std::size_t index) {
        Site& site = sites_[index];
        if (!site.up) return;
        say(std::string{names[index]} + " crashes");
        site.die();
        site.timer.reset();
        site.disk_free = {};
        count("crashes");
    }
    void input(std::size_t index, std::function<void()> what) {
        if (sites_[index].take(std::move(what))) set_timer(index);
    }
    void set_timer(std::size_t index) {
        Site& site = sites_[index];
        if (!site.up || !site.own) return;
        auto const deadline = site.own->next_deadline();
        if (!deadline) return;
        Moment const when = std::max(schedule_.now() + 1ms, site.clock.when(*deadline));
        if (site.timer && *site.timer <= when) return;
        site.timer = when;
        schedule_.at(when, [this, index, life = site.life, when] {
            if (sites_[index].life != life || sites_[index].timer != when) return;
            sites_[index].timer.reset();
            input(index, [this, index] {
                Site& mine = sites_[index];
                act(index, mine.own->on_timer(mine.clock.read(schedule_.now()), random_.next()));
            });
        });
    }
    /// Runs `then` when everything written so far is durable.
    void write(std::size_t index, std::function<void()> change, std::function<void()> then) {
        Site& site = sites_[index];
        Moment const done = schedule_.now() + random_.up_to(weather_.disk_max);
        site.disk_free = std::max(site.disk_free, done);
        schedule_.at(site.disk_free, [this, index, life = site.life, change, then] {
            if (sites_[index].life != life) return;
            change();
            input(index, then);
        });
    }

    // ---- messages
    void receive(std::size_t to, std::size_t from, std::string const& bytes) {
        peer::Envelope message;
        message.ParseFromString(bytes);
        Site& site = sites_[to];
        Now const now = site.clock.read(schedule_.now());
        if (message.has_vote_request()) {
            vote(to, from, message.vote_request());
        } else if (message.has_vote_release()) {
            if (auto promise = site.voter->on_release(message.vote_release(), site_name(from), now))
                store(to, *promise, [] {});
        } else if (message.has_depose()) {
            site.voter->on_depose(message.depose(), now);
        } else if (message.has_vote_reply()) {
            act(to, site.own->on_vote(site_name(from), message.vote_reply(), now, random_.next()));
        } else if (message.has_append()) {
            heard(to, from, message.append());
        } else if (message.has_append_reply()) {
            if (Epoch{message.append_reply().epoch()} == site.own->epoch())
                act(to, site.own->on_drained(now));
        } else if (message.has_take_over()) {
            act(to, site.own->on_take_over(Epoch{message.take_over().epoch()}, "op", now,
                                           random_.next()));
        }
    }
    void vote(std::size_t voter, std::size_t candidate, peer::VoteRequest const& request) {
        Site& site = sites_[voter];
        auto answer = site.voter->on_request(request, site_name(candidate),
                                             site.clock.read(schedule_.now()));
        say(std::string{"  "} + names[voter] + (answer.reply.granted() ? " grants " : " refuses ") +
            std::to_string(request.epoch()) + " to " + names[candidate] + " (promised " +
            std::to_string(answer.reply.promised_epoch()) + " to " + answer.reply.promised_to() +
            ", wait " + std::to_string(answer.reply.wait_us() / 1000) + " ms)");
        auto reply = [this, voter, candidate, message = answer.reply] {
            if (voter != candidate) {
                peer::Envelope envelope;
                *envelope.mutable_vote_reply() = message;
                return network_.send(voter, candidate, envelope);
            }
            Site& mine = sites_[voter];
            act(voter, mine.own->on_vote(site_name(voter), message,
                                         mine.clock.read(schedule_.now()), random_.next()));
        };
        if (answer.store_first) return store(voter, *answer.store_first, reply);
        if (voter != candidate) return reply();
        schedule_.after(0s, [this, voter, reply] { input(voter, reply); });
    }
    void store(std::size_t voter, record::Promise const& promise, std::function<void()> then) {
        write(voter, [this, voter, promise] { sites_[voter].disk.promise = promise; },
              [this, voter, promise, then] {
                  sites_[voter].voter->on_stored(promise);
                  then();
              });
    }
    /// The owner's heartbeat; `records` of one means that it carries HandedOver.
    void heard(std::size_t to, std::size_t from, peer::Append const& append) {
        Site& site = sites_[to];
        Epoch const epoch{append.epoch()};
        if (epoch < site.own->epoch()) return;
        act(to, site.own->on_owner_heard(epoch, names[from], site.clock.read(schedule_.now())));
        if (site.own->owner() != names[from] || site.own->epoch() != epoch) return;
        bool const handed_over = append.records_size() > 0;
        write(to,
              [this, to, from, epoch, handed_over] {
                  auto& memory = sites_[to].disk.memory;
                  memory = {.highest = epoch,
                            .owner = names[from],
                            .handed_over_to = handed_over ? names[to] : "",
                            .handed_over = epoch,
                            .promised_to = {}};
              },
              [this, to, from, epoch] {
                  peer::Envelope envelope;
                  envelope.mutable_append_reply()->set_epoch(value(epoch));
                  network_.send(to, from, envelope);
              });
    }
    void beat(std::size_t index, std::uint64_t life) {
        Site& site = sites_[index];
        if (site.life != life) return;
        input(index, [this, index] {
            Site& mine = sites_[index];
            if (!mine.own->serving(mine.clock.read(schedule_.now()))) return;
            peer::Envelope envelope;
            envelope.mutable_append()->set_epoch(value(mine.own->epoch()));
            if (mine.own->state() == failover::State::handing_over)
                envelope.mutable_append()->add_records("handed over");
            network_.send(index, 1 - index, envelope);
        });
        schedule_.after(500ms, [this, index, life] { beat(index, life); });
    }

    // ---- actions
    void act(std::size_t index, failover::Actions const& actions) {
        for (auto const& action : actions)
            std::visit([this, index](auto const& one) { perform(index, one); }, action);
        set_timer(index);
    }
    void perform(std::size_t index, failover::AskVoter const& ask) {
        peer::Envelope envelope;
        auto& request = *envelope.mutable_vote_request();
        request.set_hub(hub);
        request.set_epoch(value(ask.epoch));
        request.set_ask_id(ask.ask_id);
        std::size_t const voter = site_of(ask.voter.value);
        if (voter == index) return vote(index, index, request);
        network_.send(index, voter, envelope);
    }
    void perform(std::size_t index, failover::ReleaseVotes const& action) {
        peer::Envelope envelope;
        envelope.mutable_vote_release()->set_hub(hub);
        envelope.mutable_vote_release()->set_epoch(value(action.epoch));
        receive(index, index, envelope.SerializeAsString());
        network_.send(index, 1 - index, envelope);
        network_.send(index, witness_site, envelope);
    }
    void perform(std::size_t index, failover::BeginServing const& action) {
        say(std::string{names[index]} + " begins epoch " + std::to_string(value(action.epoch)) +
            " kind " + std::to_string(action.kind));
        begun(action.epoch);
        if (action.kind == record::FAILOVER_PLANNED) count("planned");
        if (action.kind == record::FAILOVER_FORCED) count("forced");
        if (action.kind == record::FAILOVER_AUTOMATIC) count("automatic");
        write(index,
              [this, index, epoch = action.epoch] {
                  sites_[index].disk.memory = {
                      .highest = epoch,
                      .owner = names[index],
                      .handed_over_to = {},
                      .handed_over = {},
                      .promised_to = {}};
              },
              [] {});
    }
    void perform(std::size_t index, failover::AppendHandedOver const& action) {
        write(index,
              [this, index, to = action.to_region] {
                  sites_[index].disk.memory.handed_over_to = to;
              },
              [] {});
    }
    void perform(std::size_t index, failover::SendTakeOver const& action) {
        peer::Envelope envelope;
        envelope.mutable_take_over()->set_epoch(value(action.epoch));
        network_.send(index, 1 - index, envelope);
    }
    void perform(std::size_t, failover::PauseAdmission const&) {}
    void perform(std::size_t, failover::ResumeAdmission const&) {}
    void perform(std::size_t index, failover::StopServing const& action) {
        say(std::string{names[index]} + " stops for epoch " + std::to_string(value(action.epoch)) +
            " of " + action.owner);
    }
    void perform(std::size_t, failover::Progress const&) {}

    // ---- weather
    void trouble() {
        if (clear_) return;
        schedule_.after(random_.up_to(3s), [this] { trouble(); });
        auto const a = random_.below(site_count), b = (a + 1 + random_.below(2)) % site_count;
        Duration const length = random_.up_to(15s);
        if (random_.chance(weather_.break_percent)) {
            network_.down(a, b);
            schedule_.after(length, [this, a, b] { network_.restore(a, b); });
        }
        if (random_.chance(weather_.cut_percent)) {
            network_.cut(a, b);
            if (random_.chance(50)) network_.cut(b, a);
            schedule_.after(length, [this, a, b] { network_.restore(a, b); });
        }
        if (random_.chance(weather_.crash_percent)) {
            crash(a);
            schedule_.after(length, [this, a] {
                if (!sites_[a].up) boot(a);
            });
        }
        if (random_.chance(weather_.pause_percent)) pause(b);
        if (random_.chance(weather_.order_percent)) order();
    }
    void pause(std::size_t index) {
        Site& site = sites_[index];
        if (!site.up || site.paused) return;
        count("pauses");
        site.pause(schedule_, random_.up_to(weather_.pause_max), [this] { watch(); },
                   [this, index] { set_timer(index); });
    }
    void order() {
        auto const present = owner();
        std::size_t const target = random_.below(2);
        bool const forced = random_.chance(40);
        if (!present && !forced) return;
        std::size_t const to = forced ? target : *present;
        say(std::string{forced ? "forced" : "planned"} + " order to " + names[to]);
        count("orders");
        input(to, [this, to, forced] {
            Site& site = sites_[to];
            Now const now = site.clock.read(schedule_.now());
            if (forced && site.own->state() == failover::State::following) {
                peer::Depose depose;
                depose.set_hub(hub);
                depose.set_epoch(value(site.own->epoch()));
                site.voter->on_depose(depose, now);
                if (sites_[witness_site].up)
                    sites_[witness_site].voter->on_depose(
                        depose, sites_[witness_site].clock.read(schedule_.now()));
            }
            act(to, site.own->on_order({.operation_id = "op",
                                        .to_region = names[forced ? to : 1 - to],
                                        .forced = forced},
                                       now, random_.next()));
        });
    }
    void clear_the_sky() {
        clear_ = true;
        say("the sky clears");
        network_.habits = {.delay_max = 20ms, .silent_loss_percent = 0};
        weather_.disk_max = 5ms;
        std::size_t const gone = weather_.automatic ? random_.below(site_count + 1) : site_count;
        if (gone < site_count) {
            crash(gone);
            schedule_.after(1ms, [this, gone] { crash(gone); });
        }
        schedule_.after(16s, [this, gone] {
            for (std::size_t a = 0; a < site_count; ++a) {
                for (std::size_t b = 0; b < a; ++b) network_.restore(a, b);
                if (!sites_[a].up && a != gone) boot(a);
                if (a == gone) crash(a);
            }
        });
    }

    bool clear_ = false;
    Network network_;
    Weather weather_{};
    std::array<Site, site_count> sites_;
    Epoch last_begun_{};
};

}  // namespace

Outcome run_lease_world(Request const& request) { return World{request}.run(); }

}  // namespace tandem::sim
