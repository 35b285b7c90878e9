#include "failover/lease.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <functional>

namespace tandem::failover {

Lease::Lease(Options options, std::vector<SiteName> voters) : options_(options) {
    TANDEM_ASSERT(!voters.empty(), "a lease needs a voter");
    TANDEM_ASSERT(options_.guard < options_.term, "the guard eats up the whole term");
    for (auto& voter : voters) {
        votes_.emplace_back();
        votes_.back().voter = std::move(voter);
    }
}

void Lease::start(Epoch epoch, Now now) {
    TANDEM_ASSERT(epoch > epoch_ || (epoch == epoch_ && !ever_held_),
                  "a lease would be asked for in an epoch that is past");
    epoch_ = epoch;
    asking_ = true;
    ever_held_ = false;
    for (auto& vote : votes_) {
        vote.ask_at = now.mono;
        vote.held_back = false;
        vote.until.reset();
        vote.pending.clear();
    }
}

void Lease::stop() {
    asking_ = false;
    for (auto& vote : votes_) {
        vote.until.reset();
        vote.pending.clear();
    }
}

void Lease::ask_again(SiteName const& voter, Time when) {
    for (auto& vote : votes_)
        if (vote.voter == voter) vote.ask_at = when;
}

bool Lease::may_ask(Vote const& vote, Now now) const {
    if (first_ && vote.voter != *first_ && !granted_by(*first_, now)) return false;
    if (!last_ || vote.voter != *last_) return true;
    auto const others = std::count_if(votes_.begin(), votes_.end(), [&](Vote const& other) {
        return other.voter != *last_ && other.until && *other.until > now.mono;
    });
    return static_cast<std::size_t>(others) + 1 >= majority();
}

void Lease::note_ask(Vote& vote, std::uint64_t ask_id, Now now) {
    std::erase_if(vote.pending, [&](Pending const& pending) {
        return pending.asked_at + options_.term <= now.mono;
    });
    vote.pending.push_back({ask_id, now.mono});
    vote.ask_at = now.mono + options_.renew_every;
}

void Lease::on_grant(SiteName const& voter, Epoch epoch, std::uint64_t ask_id, Now now) {
    if (!asking_ || epoch != epoch_) return;
    for (auto& vote : votes_) {
        if (vote.voter != voter) continue;
        auto const asked = std::find_if(
            vote.pending.begin(), vote.pending.end(),
            [&](Pending const& pending) { return pending.ask_id == ask_id; });
        if (asked == vote.pending.end()) return;
        Time const until = asked->asked_at + options_.term - options_.guard;
        vote.pending.erase(asked);
        if (until <= now.mono) return;
        vote.until = std::max(vote.until.value_or(until), until);
    }
    for (auto& vote : votes_) vote.held_back = false;
    ever_held_ = ever_held_ || held(now);
}

bool Lease::held(Now now) const {
    auto const expires = expires_at();
    return asking_ && expires && now.mono < *expires;
}

bool Lease::ever_granted() const {
    return std::any_of(votes_.begin(), votes_.end(),
                       [](Vote const& vote) { return vote.until.has_value(); });
}

bool Lease::granted_by(SiteName const& voter, Now now) const {
    return std::any_of(votes_.begin(), votes_.end(), [&](Vote const& vote) {
        return vote.voter == voter && vote.until && *vote.until > now.mono;
    });
}

std::optional<Time> Lease::expires_at() const {
    std::vector<Time> ends;
    for (auto const& vote : votes_)
        if (vote.until) ends.push_back(*vote.until);
    if (ends.size() < majority()) return std::nullopt;
    std::sort(ends.begin(), ends.end(), std::greater<>{});
    return ends[majority() - 1];
}

std::optional<Time> Lease::next_deadline() const {
    if (!asking_) return std::nullopt;
    std::optional<Time> next;
    for (auto const& vote : votes_) {
        if (!vote.held_back) next = std::min(next.value_or(vote.ask_at), vote.ask_at);
    }
    return next;
}

}  // namespace tandem::failover
