// failover/ownership.hpp -- one region's part in deciding who owns one hub.
//
//   following --campaign (restart of the last owner, take-over, forced, automatic)--> campaigning
//   campaigning --majority--> serving       campaigning --refused by a higher epoch--> following
//   serving --lease ran out--> fenced --renewed--> serving       (fenced answers nobody)
//   serving --planned order--> draining --pair has everything--> handing_over
//   handing_over --pair confirmed HandedOver--> following (votes released, TakeOver sent)
//   draining or handing_over --too long--> back to serving, or campaigning for a new epoch
//   any --higher epoch seen--> following
//
// Knows epochs, leases and votes; nothing of what a hub holds. The caller performs the actions in
// order, appends `Promoted` and `HandedOver` where told to, and asks `serving(now)` again before
// every acknowledgement.
//
// Invariant  serving(now) implies that the lease of epoch() is held at now.
// Purity     no clock, no socket, no randomness but the ids given.
#pragma once

#include "base/ids.hpp"
#include "base/position.hpp"
#include "base/time.hpp"
#include "failover/lease.hpp"
#include "record/fact.pb.h"
#include "record/peer.pb.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tandem::failover {

enum class State : std::uint8_t {
    following, campaigning, serving, fenced, draining, handing_over,
};
char const* name(State state);     ///< the word status, metrics and logs use

struct Order {                     ///< an operator's, as control passed it on
    std::string operation_id;
    std::string to_region;
    bool forced = false;
};

// ---- actions, to be performed in the order given
struct AskVoter {                  ///< the own site among the voters too
    SiteName voter;
    Epoch epoch{};
    std::uint64_t ask_id = 0;
    bool operator==(AskVoter const&) const = default;
};
struct ReleaseVotes {              ///< to all voters
    Epoch epoch{};
    bool operator==(ReleaseVotes const&) const = default;
};
/// We own the hub now: append Promoted to every partition as the epoch's first record, then serve.
struct BeginServing {
    Epoch epoch{};
    record::FailoverKind kind = record::FAILOVER_NONE;
    std::string previous_region;
    std::string operation_id;
    bool operator==(BeginServing const&) const = default;
};
/// Draining, and when the lease has run out without another being known to own the hub: what
/// waits goes on waiting, for a ResumeAdmission, another BeginServing, or a StopServing.
struct PauseAdmission {
    bool operator==(PauseAdmission const&) const = default;
};
struct ResumeAdmission {
    bool operator==(ResumeAdmission const&) const = default;
};
struct AppendHandedOver {          ///< to every partition, as the epoch's last record
    Epoch epoch{};
    std::string to_region;
    std::string operation_id;
    bool operator==(AppendHandedOver const&) const = default;
};
struct SendTakeOver {              ///< HandedOver is durable in the pair
    Epoch epoch{};
    std::string operation_id;
    std::string to_region;
    bool operator==(SendTakeOver const&) const = default;
};
struct StopServing {               ///< another owns the hub, or will: fail what waits, follow
    Epoch epoch{};                 ///< the highest epoch known
    std::string owner;             ///< may be empty: not known yet
    bool operator==(StopServing const&) const = default;
};
struct Progress {                  ///< a named step of a failover, for the report
    std::string operation_id;
    std::string step;
    std::string failed;            ///< set: given up, for this reason
    bool operator==(Progress const&) const = default;
};
using Action = std::variant<AskVoter, ReleaseVotes, BeginServing, PauseAdmission, ResumeAdmission,
                            AppendHandedOver, SendTakeOver, StopServing, Progress>;
using Actions = std::vector<Action>;

class Ownership {
public:
    struct Options {
        Lease::Options lease;
        Duration campaign_retry;       ///< between campaigns; the caller's jitter is added
        Duration automatic_after;      ///< silence of the owner before an automatic campaign
        Duration drain_wait_max;       ///< for the pair to catch up once admission has stopped
        Duration handover_wait_max;    ///< for the pair to take over before we take it back
        Duration forced_wait_max;      ///< a forced order gives up after this
    };
    /// What this region remembers of the hub when its process starts.
    struct Memory {
        Epoch highest{};               ///< promised or seen, whichever is higher
        std::string owner;             ///< who served last, as far as known (a promise is no proof)
        std::string handed_over_to;    ///< our log's last record says so; empty: it does not
        Epoch handed_over{};           ///< and in which epoch
        std::string promised_to;       ///< to whom our own voter promised `highest`, if it did
    };

    Ownership(Options options, SiteName self, std::optional<SiteName> pair, SiteName witness);

    Actions start(Memory const& memory, Now now, std::uint64_t random);
    Actions on_timer(Now now, std::uint64_t random);     ///< at next_deadline(); early is harmless
    Actions on_vote(SiteName const& voter, peer::VoteReply const& reply, Now now,
                    std::uint64_t random);
    /// Something from the owner of `epoch` was heard (an Append, a TakeOver, a status).
    Actions on_owner_heard(Epoch epoch, std::string const& owner, Now now);
    /// Somebody knows this epoch; who owns it, if anybody, is not said.
    Actions on_epoch_seen(Epoch epoch, Now now);
    /// Planned: given to the owner. Forced: given to the pair, whose caller first deposes the
    /// owner's epoch() at its own voter, as control does at the witness.
    Actions on_order(Order const& order, Now now, std::uint64_t random);
    /// Everything appended is durable in the pair (asked for in draining and handing_over).
    Actions on_drained(Now now);
    /// The old owner handed its epoch over to us.
    Actions on_take_over(Epoch handed_over, std::string const& operation_id, Now now,
                         std::uint64_t random);
    /// May this region be promoted (its copy is complete)? Told whenever it changes.
    void set_eligible(bool eligible);
    void set_automatic(bool automatic);

    std::optional<Time> next_deadline() const;
    bool serving(Now now) const;       ///< may acknowledge now: state serving, draining or
                                       ///< handing_over, and the lease held with its guard
    bool admitting(Now now) const;     ///< may take new commands now: serving only
    bool owns() const;                 ///< epoch() is ours, though we may be fenced
    State state() const { return state_; }
    Epoch epoch() const { return highest_; }             ///< the highest known
    std::string const& owner() const { return owner_; }  ///< of that epoch, as far as known
    std::optional<Time> lease_expires_at() const;

private:
    /// Why this region wants to own the hub, from the first ask until it does or gives up.
    struct Campaign {
        record::FailoverKind kind = record::FAILOVER_NONE;
        std::string operation_id;
        Epoch handed_over{};               ///< planned: a higher owner than of this ends it
        std::optional<Time> give_up_at;    ///< forced only
    };
    void campaign(Now now, Actions& out);
    void campaign_later(Duration wait, Now now);
    void abandon(Actions& out);
    void try_begin(Now now, Actions& out);
    void step_down(Epoch epoch, std::string const& owner, Actions& out);
    void on_refusal(SiteName const& voter, peer::VoteReply const& reply, Now now, Actions& out);
    void on_outbid(Epoch promised, std::string const& to, Now, Actions& out);
    void fail_campaign(std::string const& why, Now now, Actions& out);
    void order_planned(Order const& order, Now now, Actions& out);
    void order_forced(Order const& order, Now now, Actions& out);
    void end_hand_over(char const* why, Actions& out);
    void check_lease(Now now, Actions& out);
    void check_hand_over(Now now, Actions& out);
    void check_campaign(Now now, Actions& out);
    bool may_automatic() const;
    bool waits_for_silence() const;
    Actions finish(Now now, Actions out);
    std::uint64_t fresh_id();
    void check_invariants() const;         ///< invariants.cpp

    Options options_;
    SiteName self_;
    std::optional<SiteName> pair_;
    Lease lease_;
    State state_ = State::following;
    Epoch highest_{};                      ///< of an owner, or promised to another
    Epoch burned_{};                       ///< ours, never to be asked for again
    std::string owner_;
    std::string served_by_;                ///< who last really served, as far as known
    std::optional<Campaign> wanted_;
    std::optional<Time> retry_at_;         ///< following, with a campaign wanted
    /// The pair was promised an epoch that we wanted to go on in: it may have served in it, so only
    /// with its own vote do we go on as if nothing had happened.
    bool needs_pair_ = false;
    bool last_owner_ = false;              ///< as far as known nobody has served after us
    bool refused_ = false;                 ///< some voter will not renew our epoch
    Time fenced_at_{}, last_heard_{};
    Order order_;                          ///< draining, handing_over: what for
    std::optional<Time> hand_over_until_;
    bool eligible_ = false, automatic_ = false;
    std::uint64_t random_ = 0, counter_ = 0;
};

}  // namespace tandem::failover
