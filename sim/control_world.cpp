// sim/control_world.cpp -- control's records at three sites that may hold the management plane, and
// the copies of two regions, with no hub behind them.
//
// A client makes and removes entities at whoever accepts changes, and remembers what was
// acknowledged. Operators take over: because the holder is lost, or on purpose, or two at once.
//
// Watched from outside: no term begun twice; who begins a term has everything that was ever
// acknowledged; when the weather has cleared one site is active and both copies have what it has.
#include "control/ledger.hpp"
#include "region/control_copy.hpp"
#include "sim/disk.hpp"
#include "sim/history.hpp"
#include "sim/network.hpp"

#include <memory>
#include <optional>

namespace tandem::sim {
namespace {

constexpr std::size_t controls = 3, copies = 2, processes = controls + copies;
constexpr std::array<char const*, processes> names{"witness", "control-east", "control-west",
                                                   "east", "west"};
constexpr Duration tick = 100ms;

std::size_t index_of(std::string const& name) {
    for (std::size_t i = 0; i < processes; ++i)
        if (name == names[i]) return i;
    return processes;
}
bool is_control(std::size_t process) { return process < controls; }

struct Weather {
    int crash_percent, break_percent, cut_percent, take_over_percent, both_percent;
};

enum class Told : std::uint8_t { nothing, present, gone };

class World : History {
public:
    explicit World(Request const& request)
        : History(request), network_(schedule_, random_) {
        weather_ = {.crash_percent = random_.one_of({0, 4, 15}),
                    .break_percent = random_.one_of({0, 5, 20}),
                    .cut_percent = random_.one_of({0, 5, 20}),
                    .take_over_percent = random_.one_of({0, 3, 10}),
                    .both_percent = random_.one_of({0, 0, 4})};
        slowness_ = random_.one_of<Duration>({1ms, 30ms, 700ms});
        network_.habits = {.delay_max = random_.one_of<Duration>({2ms, 100ms, 1s}),
                           .silent_loss_percent = random_.one_of({0, 0, 3, 15})};
        network_.on_deliver([this](std::size_t to, std::size_t from, std::string const& bytes) {
            peer::Envelope message;
            if (message.ParseFromString(bytes)) receive(to, from, message);
        });
        network_.on_changed([this](std::size_t site, std::size_t peer, bool up) {
            if (!sites_[site].up) return;
            SiteName const name{names[peer]};
            if (is_control(site)) {
                auto& ledger = *sites_[site].ledger;
                up ? ledger.on_peer_up(name, now()) : ledger.on_peer_down(name, now());
            } else {
                if (!up) sites_[site].copy->on_peer_down(name);
            }
            pump(site);
        });
    }

    Outcome run() {
        for (std::size_t site : {0U, 3U, 4U}) boot(site, control::TakeOver::never);
        trouble();
        go(40s);
        clear_the_sky();
        go(90s);
        check_end();
        return std::move(outcome_);
    }

private:
    struct Site {
        Disk disk;
        std::unique_ptr<Store> store;
        std::unique_ptr<control::Ledger> ledger;
        std::unique_ptr<region::ControlCopy> copy;
        bool up = false;
        std::uint64_t life = 0;
    };
    struct Wish {
        std::string key;
        bool removes = false;
    };

    // ---- checks
    void go(Moment until) {
        while (!failed() && schedule_.step(until)) {}
    }
    Now now() const {
        return {Time{1h} + schedule_.now(), WallTime{1'700'000'000s} + schedule_.now()};
    }
    void check_model(std::size_t site) {
        auto const& model = sites_[site].ledger->model();
        for (auto const& [key, told] : told_) {
            bool const there = model.operation(key) != nullptr;
            if (told == Told::present && !there) fail(key + " was acknowledged, and is missing");
            if (told == Told::gone && there) fail(key + " was removed, and is there");
        }
    }
    void begun(std::size_t site) {
        std::uint64_t const term = sites_[site].ledger->replication().term();
        say(std::string{names[site]} + " begins term " + std::to_string(term));
        count("terms begun");
        if (terms_.contains(term)) fail("term " + std::to_string(term) + " begun twice");
        // One that was claimed before a higher one, and begun after, has nobody to confirm
        // anything.
        if (terms_.empty() || term > *terms_.rbegin()) check_model(site);
        terms_.insert(term);
    }
    void check_end() {
        if (failed()) return;
        std::optional<std::size_t> holder;
        for (std::size_t site = 0; site < controls; ++site) {
            if (!sites_[site].up || !sites_[site].ledger->replication().accepts(now())) continue;
            if (holder) return fail("two sites accept changes though the sky is clear");
            holder = site;
        }
        if (!holder) return fail("nobody holds the plane though the sky is clear");
        check_model(*holder);
        auto const records = entities(sites_[*holder].disk, "");
        for (std::size_t site = controls; site < processes; ++site)
            if (entities(sites_[site].disk, "control/e/") != records)
                fail(std::string{names[site]} + "'s copy differs");
        count("ended well");
    }
    static std::map<Bytes, Bytes> entities(Disk const& disk, std::string const& prefix) {
        std::map<Bytes, Bytes> found;
        for (auto const& [key, value] : disk.meta)
            if (key.starts_with(prefix + "m/")) found[key.substr(prefix.size())] = value;
        return found;
    }

    // ---- processes
    void boot(std::size_t index, control::TakeOver take_over) {
        Site& site = sites_[index];
        if (site.up) return;
        site.up = true;
        ++site.life;
        site.store = std::make_unique<Store>(
            site.disk, Store::World{.schedule = schedule_,
                                    .random = random_,
                                    .slowness = slowness_,
                                    .durable = [this, index](ports::Ticket ticket) {
                                        durable(index, ticket);
                                    },
                                    .written = {}});
        if (is_control(index)) {
            control::Replication::Options options;
            options.self = SiteName{names[index]};
            options.copies = {SiteName{names[3]}, SiteName{names[4]}};
            options.take_over = take_over;
            site.ledger = std::make_unique<control::Ledger>(*site.store, options);
            if (!site.ledger->recover(now()).ok()) fail("a site cannot read its records");
        } else {
            site.copy = std::make_unique<region::ControlCopy>(*site.store);
            if (!site.copy->recover().ok()) fail("a copy cannot be read");
        }
        say(std::string{names[index]} + " starts");
        for (std::size_t other = 0; other < processes; ++other)
            if (is_control(other) != is_control(index) && sites_[other].up)
                network_.restore(index, other);
        beat(index, site.life);
    }
    void crash(std::size_t index) {
        Site& site = sites_[index];
        if (!site.up) return;
        say(std::string{names[index]} + " dies");
        site.up = false;
        site.ledger.reset();
        site.copy.reset();
        site.store.reset();
        for (std::size_t other = 0; other < processes; ++other) network_.down(index, other);
    }
    void beat(std::size_t index, std::uint64_t life) {
        schedule_.after(tick, [this, index, life] {
            if (!sites_[index].up || sites_[index].life != life) return;
            if (is_control(index)) {
                sites_[index].ledger->on_timer(now());
                pump(index);
            }
            beat(index, life);
        });
    }
    void durable(std::size_t index, ports::Ticket ticket) {
        Site& site = sites_[index];
        is_control(index) ? site.ledger->on_durable(ticket, now()) : site.copy->on_durable(ticket);
        pump(index);
    }
    void receive(std::size_t to, std::size_t from, peer::Envelope const& message) {
        Site& site = sites_[to];
        if (!site.up) return;
        SiteName const sender{names[from]};
        if (is_control(to)) {
            site.ledger->on_message(sender, message, now());
        } else if (message.has_control_ask()) {
            site.copy->on_ask(sender, message.control_ask());
        } else if (message.has_control_append()) {
            site.copy->on_append(sender, message.control_append());
        } else if (message.has_control_snapshot()) {
            count("snapshot chunks");
            site.copy->on_snapshot(sender, message.control_snapshot());
        } else if (message.has_control_fetch()) {
            count("chunks fetched");
            site.copy->on_fetch(sender, message.control_fetch());
        }
        pump(to);
    }
    void pump(std::size_t index) {
        Site& site = sites_[index];
        if (!is_control(index)) {
            ports::Batch batch;
            site.copy->collect(batch);
            if (!batch.empty()) site.copy->submitted(site.store->submit(std::move(batch)));
            for (auto& [to, message] : site.copy->take_replies())
                network_.send(index, index_of(to.value), message);
            return;
        }
        if (site.ledger->take_activation()) begun(index);
        site.ledger->flush(now());
        for (auto& output : site.ledger->take_outputs()) {
            if (auto* send = std::get_if<control::SendTo>(&output))
                network_.send(index, index_of(send->site.value), send->message);
            else
                answered(index, std::get<control::Respond>(output));
        }
    }

    // ---- the client
    void wish(std::size_t index) {
        control::Ledger& ledger = *sites_[index].ledger;
        if (!ledger.replication().accepts(now())) return;
        control::RequestId const request{++requests_};
        Wish made{.key = "k" + std::to_string(requests_), .removes = false};
        if (random_.chance(30)) {
            for (auto const& [key, told] : told_)
                if (told == Told::present && random_.chance(20)) made = {key, true};
        }
        if (made.removes && ledger.model().operation(made.key) == nullptr) return;
        told_[made.key] = Told::nothing;
        wishes_[request] = made;
        ledger.expect(request, false);
        if (made.removes) {
            ledger.remove<record::ManagementOperation>(made.key);
        } else {
            record::ManagementOperation entity;
            entity.set_id(made.key);
            entity.set_error_message(std::string(random_.below(3000), 'x'));
            ledger.put(entity);
        }
        ledger.emit(control::Respond{request, http::Response{.status = 200,
                                                             .headers = {},
                                                             .body = {}}});
        pump(index);
    }
    void answered(std::size_t index, control::Respond const& answer) {
        auto const found = wishes_.find(answer.request);
        if (found == wishes_.end()) return;
        Wish const made = found->second;
        wishes_.erase(found);
        if (answer.response.status != 200) return count("not acknowledged");
        say(std::string{names[index]} + " acknowledges " + made.key);
        count("acknowledged");
        told_[made.key] = made.removes ? Told::gone : Told::present;
    }

    // ---- weather
    void trouble() {
        schedule_.after(random_.between(50ms, 400ms), [this] {
            if (calm_) return;
            for (std::size_t site = 0; site < controls; ++site)
                if (sites_[site].up) wish(site);
            for (std::size_t site = 0; site < processes; ++site) {
                if (random_.chance(weather_.crash_percent)) crash(site);
                if (!is_control(site) || site == 0)
                    if (!sites_[site].up && random_.chance(25))
                        boot(site, control::TakeOver::never);
            }
            for (std::size_t site = 0; site < controls; ++site)
                for (std::size_t copy = controls; copy < processes; ++copy) trouble(site, copy);
            if (random_.chance(weather_.take_over_percent)) take_over();
            if (random_.chance(weather_.both_percent)) take_over(), take_over();
            trouble();
        });
    }
    void trouble(std::size_t site, std::size_t copy) {
        if (!sites_[site].up || !sites_[copy].up) return;
        if (random_.chance(weather_.break_percent)) network_.down(site, copy);
        else if (random_.chance(weather_.cut_percent))
            random_.chance(50) ? network_.cut(site, copy) : network_.cut(copy, site);
        else if (random_.chance(40)) network_.restore(site, copy);
    }
    void take_over() {
        auto const site = static_cast<std::size_t>(random_.below(controls));
        crash(site);
        boot(site, random_.chance(50) ? control::TakeOver::always : control::TakeOver::if_lost);
        count("take-overs ordered");
    }
    void clear_the_sky() {
        calm_ = true;
        network_.habits = {.delay_max = 5ms, .silent_loss_percent = 0};
        slowness_ = 2ms;
        for (std::size_t site = controls; site < processes; ++site)
            boot(site, control::TakeOver::never);
        auto const chosen = static_cast<std::size_t>(random_.below(controls));
        for (std::size_t site = 0; site < controls; ++site) {
            crash(site);
            boot(site, site == chosen ? control::TakeOver::always : control::TakeOver::never);
        }
        for (std::size_t site = 0; site < controls; ++site)
            for (std::size_t copy = controls; copy < processes; ++copy)
                network_.restore(site, copy);
        schedule_.after(20s, [this] {
            for (std::size_t site = 0; site < controls; ++site) wish(site);
        });
    }

    NetworkOf<processes> network_;
    Weather weather_{};
    Duration slowness_{};
    std::array<Site, processes> sites_;
    std::map<std::string, Told> told_;
    std::map<control::RequestId, Wish> wishes_;
    std::set<std::uint64_t> terms_;
    std::uint64_t requests_ = 0;
    bool calm_ = false;
};

}  // namespace

Outcome run_control_world(Request const& request) {
    return World{request}.run();
}

}  // namespace tandem::sim
