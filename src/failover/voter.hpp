// failover/voter.hpp -- one of the three votes on who owns a hub.
//
// A voter promises an epoch to one holder at a time. While a grant runs it refuses everybody else;
// it grants a higher epoch only when the running grant has ended, was released by its holder, or
// belongs to the one who asks. It never again grants an epoch below its promise.
//
// Promises are durable before they are answered (renewals of the same epoch need no write). How
// long a grant still runs is not stored: after a restart every promise is taken to run a whole
// term from now, for nobody knows when it was last renewed.
//
// Invariant  for one hub and epoch a voter has granted to one holder only, ever.
// Purity     no clock, no disk: promises to store come back as actions.
#pragma once

#include "base/ids.hpp"
#include "base/position.hpp"
#include "base/time.hpp"
#include "record/fact.pb.h"
#include "record/peer.pb.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace tandem::failover {

class Voter {
public:
    struct Options {
        Duration term;             ///< how long a grant runs from when it is given
    };
    /// For so many terms a deposed holder gets no higher epoch either: its grant runs out in the
    /// first, the other region asks in the second.
    static constexpr int deposed_terms = 2;
    struct Answer {
        peer::VoteReply reply;
        /// Set: store this promise, and send `reply` only when it is durable.
        std::optional<record::Promise> store_first;
    };

    explicit Voter(Options options);

    /// What was stored; before any other input.
    void recover(record::Promise const& promise, Now now);
    Answer on_request(peer::VoteRequest const& request, SiteName const& candidate, Now now);
    /// Ignored unless `from` holds that epoch. Returns the promise to store, if it changed.
    std::optional<record::Promise> on_release(peer::VoteRelease const& release,
                                              SiteName const& from, Now now);
    /// `promise` is durable. Until told so, renewals carry it in `store_first` again: a grant must
    /// not outlive the memory of it.
    void on_stored(record::Promise const& promise);
    /// From now on that epoch is not renewed (an operator forces a failover).
    void on_depose(peer::Depose const& depose, Now now);

    std::optional<record::Promise> promise(HubName const& hub) const;

private:
    struct Hub {
        Epoch epoch{};
        std::string holder;
        bool released = false;
        bool stored = false;         ///< the promise, as it is now, is durable
        Time runs_until{};
        Epoch deposed{};             ///< this epoch is not granted any more
        std::string deposed_holder;
        Time deposed_until{};        ///< until then its holder gets no higher one either
    };
    bool may_grant(Hub const& hub, Epoch asked, SiteName const& candidate, Now now) const;

    Options options_;
    std::unordered_map<std::string, Hub> hubs_;
};

}  // namespace tandem::failover
