// sim/weather.cpp -- what befalls the sites: links, disks, clocks, deaths, pauses, and operators.
#include "region/hub_node.hpp"
#include "sim/world.hpp"

namespace tandem::sim {

void World::draw_weather() {
    weather_ = {.break_percent = random_.one_of({0, 5, 30}),
                .cut_percent = random_.one_of({0, 5, 30}),
                .crash_percent = random_.one_of({0, 5, 25}),
                .pause_percent = random_.one_of({0, 5, 25}),
                .order_percent = random_.one_of({0, 10, 50}),
                .stuck_percent = random_.one_of({0, 0, 10}),
                .full_percent = random_.one_of({0, 0, 10}),
                .settings_percent = random_.one_of({0, 0, 15}),
                .jump_percent = random_.one_of({0, 0, 10}),
                .disk_max = random_.one_of<Duration>({1ms, 20ms, 400ms}),
                .pause_max = random_.one_of<Duration>({500ms, 4s, 12s}),
                .trouble_every = random_.one_of<Duration>({2s, 6s}),
                .pace = random_.one_of<Duration>({60ms, 400ms})};
    network_.habits = {.delay_max = random_.one_of<Duration>({2ms, 80ms, 1500ms}),
                       .silent_loss_percent = 0};
    settings_.set_automatic_failover(random_.chance(60));
    settings_.set_goal(random_.chance(40) ? record::GOAL_REGION_SYNC : record::GOAL_REGION_ASYNC);
    settings_.set_retention_days(1);
    settings_.add_consumer_groups("$Default");
    for (auto& site : sites_) {
        site.clock = {.per_mille = random_.one_of({960, 1000, 1000, 1040}),
                      .started = random_.up_to(1000s),
                      .wall_error = random_.one_of<Duration>({0s, -3s, 10s})};
        site.slowness = weather_.disk_max;
        site.random = std::make_unique<Random>(random_.next());
    }
}

void World::trouble() {
    if (clear_) return;
    schedule_.after(random_.up_to(weather_.trouble_every), [this] { trouble(); });
    auto const a = random_.below(site_count), b = (a + 1 + random_.below(2)) % site_count;
    Duration const length = random_.up_to(random_.one_of<Duration>({1s, 15s}));
    auto const heal = [this, a, b] {
        --broken_[a][b];
        --broken_[b][a];
        set_links();
    };
    if (random_.chance(weather_.break_percent)) {
        ++broken_[a][b];
        ++broken_[b][a];
        set_links();
        schedule_.after(length, heal);
    }
    if (random_.chance(weather_.cut_percent)) {
        // A cut is not noticed for a while; then the link is taken down and made anew.
        network_.cut(a, b);
        if (random_.chance(50)) network_.cut(b, a);
        schedule_.after(random_.up_to(8s), [this, a, b, heal, length] {
            ++broken_[a][b];
            ++broken_[b][a];
            set_links();
            schedule_.after(length, heal);
        });
    }
    if (random_.chance(weather_.crash_percent)) {
        crash(a);
        schedule_.after(length, [this, a] {
            if (!sites_[a].up) boot(a);
        });
    }
    if (random_.chance(weather_.pause_percent)) pause(b);
    if (random_.chance(weather_.order_percent)) order();
    if (random_.chance(weather_.settings_percent)) change_settings(false);
    Site& site = sites_[random_.below(2)];
    if (random_.chance(weather_.stuck_percent)) {
        site.slowness = 6s;
        schedule_.after(length, [this, &site] { site.slowness = weather_.disk_max; });
    }
    if (random_.chance(weather_.full_percent)) {
        site.disk.full = true;
        schedule_.after(length, [&site] { site.disk.full = false; });
    }
    if (random_.chance(weather_.jump_percent)) {
        say("thirteen hours pass");
        for (auto& each : sites_) each.clock.wall_error += 13h;
    }
}

void World::pause(std::size_t index) {
    Site& site = sites_[index];
    if (!site.up || site.paused) return;
    count("pauses");
    auto const after_each = [this, index] {
        after_input(index);
        watch();
    };
    site.pause(schedule_, random_.up_to(weather_.pause_max), after_each, [] {});
}

void World::order() {
    auto const present = owner();
    bool const forced = random_.chance(30);
    if (!sites_[witness_site].up || sites_[witness_site].paused || (!present && !forced)) return;
    std::size_t const to = forced ? (present ? 1 - *present : random_.below(2)) : *present;
    peer::Envelope envelope;
    auto& order = *envelope.mutable_failover_order();
    order.set_hub("hub1");
    order.set_operation_id("op" + std::to_string(schedule_.now().count()));
    order.set_to_region(site_names[forced ? to : 1 - to]);
    order.set_forced(forced);
    say(std::string{forced ? "forced" : "planned"} + " order for " + order.to_region());
    count(forced ? "forced orders" : "planned orders");
    network_.send(witness_site, to, envelope);
    if (!forced || !present) return;
    peer::Envelope other;
    other.mutable_depose()->set_hub("hub1");
    other.mutable_depose()->set_epoch(value(hub(*present)->ownership().epoch()));
    sites_[witness_site].voter->on_depose(other.depose(),
                                          sites_[witness_site].clock.read(schedule_.now()));
    network_.send(witness_site, to, other);
}

/// As control does: to the owner, with a revision that rises. `calm`: what the last act needs.
void World::change_settings(bool calm) {
    auto const present = owner();
    if (!present) return;
    if (calm) {
        settings_.set_automatic_failover(true);   // and synchronous hubs wait for a lost pair
        settings_.set_goal(record::GOAL_REGION_ASYNC);
    } else {
        settings_.set_goal(random_.chance(50) ? record::GOAL_REGION_SYNC
                                              : record::GOAL_REGION_ASYNC);
        settings_.set_automatic_failover(random_.chance(60));
    }
    settings_.set_revision(settings_.revision() + 1);
    peer::Envelope envelope;
    envelope.mutable_configure_hub()->set_hub("hub1");
    *envelope.mutable_configure_hub()->mutable_settings() = settings_;
    network_.send(witness_site, *present, envelope);
}

void World::clear_the_sky() {
    clear_ = true;
    say("the sky clears");
    network_.habits = {.delay_max = 5ms, .silent_loss_percent = 0};
    weather_.disk_max = 2ms;
    schedule_.after(24s, [this] {   // by then everything that was to end by itself has
        for (auto& row : broken_) row.fill(1);
        set_links();
        for (auto& row : broken_) row.fill(0);
        for (std::size_t index = 0; index < site_count; ++index) {
            sites_[index].slowness = weather_.disk_max;
            sites_[index].disk.full = false;
            if (!sites_[index].up) boot(index);
        }
        set_links();
    });
    schedule_.after(30s, [this] { change_settings(true); });
}

}  // namespace tandem::sim
