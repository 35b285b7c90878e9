// failover/lease.hpp -- may this region act as the owner of a hub right now?
//
// A region serves while a majority of the three voters has granted it the same epoch and those
// grants have not run out. A grant runs from the moment we *asked*, so a slow reply can shorten our
// lease but never stretch it; `guard` pays for the drift between our clock and a voter's.
//
//     idle --start--> asking --majority--> held --run out--> lapsed --majority again--> held
//                        \________________________ a higher epoch was seen ______________--> idle
//
// Invariant, checked across regions by sim/: at every instant at most one region holds a hub's
// lease, and a region's epoch never goes back.
// Purity     no clock, no socket. Ask ids come from the caller's random source.
#pragma once

#include "base/ids.hpp"
#include "base/position.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace tandem::failover {

class Lease {
public:
    struct Options {
        Duration term;
        Duration guard;            ///< subtracted from term on our side; covers clock drift
        Duration renew_every;      ///< also how often unanswered asks are repeated
        std::size_t voters = 3;    ///< odd; the voters given to the constructor count
    };
    struct Ask {
        SiteName voter;
        Epoch epoch{};
        std::uint64_t ask_id = 0;
    };

    Lease(Options options, std::vector<SiteName> voters);

    /// Begins to ask for `epoch`. Requires: higher than any epoch asked for before, or the same
    /// again when it was never held and not given back.
    void start(Epoch epoch, Now now);
    void stop();
    /// Until `first` has granted nobody else is asked; nullopt: no such order.
    void ask_first(std::optional<SiteName> first) { first_ = std::move(first); }
    /// `last` is asked only when with its grant a majority would be complete. A candidate's own
    /// voter: so one that reaches nobody promises nothing.
    void ask_last(SiteName last) { last_ = std::move(last); }
    /// This voter refused; ask it again then, not sooner.
    void ask_again(SiteName const& voter, Time when);

    /// Asks that are due now. `fresh_id` is called for each.
    template <class FreshId>
    std::vector<Ask> asks(Now now, FreshId&& fresh_id) {
        std::vector<Ask> out;
        if (!asking_) return out;
        for (auto& vote : votes_) {
            if (vote.ask_at > now.mono) continue;
            vote.held_back = !may_ask(vote, now);
            if (vote.held_back) continue;
            out.push_back({vote.voter, epoch_, fresh_id()});
            note_ask(vote, out.back().ask_id, now);
        }
        return out;
    }
    /// Grants of another epoch, of an unknown ask, or that come too late change nothing.
    void on_grant(SiteName const& voter, Epoch epoch, std::uint64_t ask_id, Now now);

    bool held(Now now) const;      ///< majority granted, and not run out
    bool ever_held() const { return ever_held_; }                 ///< in this epoch
    bool ever_granted() const;                                    ///< by anybody, in this epoch
    bool granted_by(SiteName const& voter, Now now) const;        ///< and not run out
    Epoch epoch() const { return epoch_; }
    bool asking() const { return asking_; }
    std::optional<Time> expires_at() const;     ///< nullopt: no majority has granted yet
    std::optional<Time> next_deadline() const;  ///< of the next ask; running out is not one

private:
    struct Pending {
        std::uint64_t ask_id = 0;
        Time asked_at{};
    };
    struct Vote {
        SiteName voter;
        Time ask_at{};
        bool held_back = false;         ///< due, but not its turn: until the next grant
        std::optional<Time> until;
        std::vector<Pending> pending;   ///< oldest first; those too old to be worth a grant dropped
    };
    std::size_t majority() const { return votes_.size() / 2 + 1; }
    bool may_ask(Vote const& vote, Now now) const;
    void note_ask(Vote& vote, std::uint64_t ask_id, Now now);

    Options options_;
    std::vector<Vote> votes_;
    std::optional<SiteName> first_;
    std::optional<SiteName> last_;
    Epoch epoch_{};
    bool asking_ = false;
    bool ever_held_ = false;
};

}  // namespace tandem::failover
