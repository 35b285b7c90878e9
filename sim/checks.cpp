// sim/checks.cpp -- DESIGN's six invariants, watched from outside.
#include "region/hub_node.hpp"
#include "sim/world.hpp"

#include <algorithm>
#include <array>

namespace tandem::sim {

namespace {

std::string text(Position position) {
    return std::to_string(value(position.epoch())) + ":" + std::to_string(position.index());
}

/// Of what both still have: one may have let go of more by retention, when a snapshot came between.
bool same(std::map<Position, Bytes> const& a, std::map<Position, Bytes> const& b) {
    if (a.empty() || b.empty()) return a.empty() && b.empty();
    Position const from = std::max(a.begin()->first, b.begin()->first);
    return std::equal(a.lower_bound(from), a.end(), b.lower_bound(from), b.end());
}

}  // namespace

void World::fail(std::string what) {
    if (failed()) return;
    History::fail(std::move(what));
    for (std::size_t region : {0U, 1U}) {
        if (hub(region) == nullptr) continue;
        auto const status = hub(region)->status(sites_[region].clock.read(schedule_.now()));
        say(std::string{site_names[region]} + ": " + status.role() + ", epoch " +
            std::to_string(status.epoch()) + " of " +
            status.owner() + (status.catching_up() ? ", catching up" : "") +
            (status.pair_connected() ? "" : ", alone"));
    }
}

region::HubNode const* World::hub(std::size_t region) const {
    Site const& site = sites_[region];
    return site.up && site.node ? site.node->hub(HubName{"hub1"}) : nullptr;
}

bool World::serving(std::size_t region) const {
    auto const* mine = hub(region);
    return mine != nullptr &&
           mine->ownership().serving(sites_[region].clock.read(schedule_.now()));
}

bool World::sync(std::size_t region) const {
    auto const* mine = hub(region);
    return mine != nullptr && mine->settings().goal() == record::GOAL_REGION_SYNC &&
           !mine->status(sites_[region].clock.read(schedule_.now())).sync_suspended();
}

std::optional<std::size_t> World::owner() const {
    for (std::size_t region : {0U, 1U})
        if (serving(region)) return region;
    return std::nullopt;
}

/// Invariant 1, half of it: never two owners at one moment.
void World::watch() {
    bool const a = serving(0), b = serving(1);
    if (a && b) fail("two owners");
    for (std::size_t region : {0U, 1U}) {
        if (!(region == 0 ? a : b)) continue;
        Epoch const epoch = hub(region)->ownership().epoch();
        if (seen_serving_.insert({epoch, region}).second) {
            say(std::string{site_names[region]} + " serves in epoch " +
                std::to_string(value(epoch)));
            count("epochs");
        }
    }
}

/// The other half: in an epoch one region acknowledges, and epochs never go back.
void World::acknowledged(std::size_t region) {
    ++acknowledgements_;
    Epoch const epoch = hub(region)->ownership().epoch();
    if (!serving(region)) fail("an acknowledgement without the lease");
    auto const known = acknowledged_in_.try_emplace(epoch, region).first;
    if (known->second != region) fail("two regions acknowledged in one epoch");
    if (acknowledged_in_.rbegin()->first != epoch)
        fail("an acknowledgement in an epoch that is past");
}

/// Invariant 5: what would be lost if the owner vanished now, against what its gauge says.
void World::check_lag() {
    schedule_.after(300ms, [this] { check_lag(); });
    auto const present = owner();
    if (!present || sites_[*present].paused) return;
    Disk const& ours = sites_[*present].disk;
    Disk const& pairs = sites_[1 - *present].disk;
    std::uint64_t at_risk = 0;
    std::array<std::uint64_t, partition::record_kinds> by_kind{};
    for (std::size_t slot = 0; slot < hub(*present)->slot_count(); ++slot) {
        auto const& log = hub(*present)->partition(slot);
        auto const found = ours.partitions.find(log.key());
        if (found == ours.partitions.end()) continue;
        auto const& partition = found->second;
        auto const other = pairs.partitions.find(log.key());
        for (auto entry = partition.log.rbegin(); entry != partition.log.rend(); ++entry) {
            if (entry->first < log.log_start()) break;   // past its retention: let go of
            if (other != pairs.partitions.end() && other->second.log.contains(entry->first)) break;
            ++at_risk;
            auto const decoded = record::decode(entry->second);
            if (!decoded.ok()) continue;
            ++by_kind[static_cast<std::size_t>(partition::kind_of(decoded->fact))];
        }
    }
    auto const status = hub(*present)->status(sites_[*present].clock.read(schedule_.now()));
    count("lag checks");
    if (at_risk > 0) count("lag checks with something at risk");
    if (status.lag_records() < at_risk)
        fail("the gauge says " + std::to_string(status.lag_records()) + " records, at risk are " +
             std::to_string(at_risk));
    if (status.lag_estimated()) return;   // of some it knows that they are there, and no more
    for (int i = 0; i < status.lag_by_kind_size(); ++i)
        if (auto const& kind = status.lag_by_kind(i);
            kind.records() < by_kind[static_cast<std::size_t>(i)])
            fail("the gauge says " + std::to_string(kind.records()) + " " + kind.kind() +
                 ", at risk are " + std::to_string(by_kind[static_cast<std::size_t>(i)]));
}

/// Liveness, and invariant 6: somebody serves, and acknowledges.
void World::expect_service(char const* when, std::uint64_t before) {
    if (failed()) return;
    if (!owner()) return fail(std::string{"nobody serves "} + when);
    if (acknowledgements_ < before + 20)
        fail(std::string{"hardly anything is acknowledged "} + when);
}

/// Invariants 2, 3 and 4: nothing is missing, and both regions hold the same.
void World::check_healed() {
    auto const present = owner();
    if (!present) return fail("nobody serves in the end");
    Disk const& ours = sites_[*present].disk;
    Disk const& pairs = sites_[1 - *present].disk;
    for (auto const& [key, partition] : ours.partitions) {
        auto const other = pairs.partitions.find(key);
        std::string const name = "partition " + std::to_string(value(key.index));
        if (other == pairs.partitions.end()) {
            fail("the pair has no " + name);
        } else if (!same(partition.log, other->second.log)) {
            fail("the logs of " + name + " differ: " + std::to_string(partition.log.size()) +
                 " records, and " + std::to_string(other->second.log.size()));
        }
    }
    for (std::size_t slot = 0; slot < hub(0)->slot_count(); ++slot) {
        auto const &a = hub(0)->partition(slot), &b = hub(1)->partition(slot);
        if (a.end() != b.end())
            fail("the ends of slot " + std::to_string(slot) + " differ: " +
                 text(a.end().position) + " and " + text(b.end().position));
        if (a.view().digest() != b.view().digest())
            fail("the views of slot " + std::to_string(slot) + " differ");
    }
    memory_.forget_before(sites_[*present].clock.read(schedule_.now()).wall - 23h);
    for (auto& failure : memory_.check(ours, {&ours, &pairs})) fail(std::move(failure));
    count("records", ours.partitions.empty() ? 0 : ours.partitions.begin()->second.log.size());
    count("salvaged records", ours.salvaged.size() + pairs.salvaged.size());
}

}  // namespace tandem::sim
