// region/control_copy.hpp -- this region's copy of control's records: kept, never looked into.
//
//     claims, entries, snapshots  -->  ControlCopy  -->  store entries, answers once durable
//
// A control process that means to hold the management plane claims a term; from then on this copy
// hears no lower term, and nobody else in that one. Entries are taken only if they follow on what
// is here; otherwise the holder learns what is here, and sends a snapshot.
//
// Shape      store's meta entries "control/standing": record::ControlStanding, and "control/e/" +
//            stored key: an entity's bytes.
// Invariant  an answer says only what is durable here. A snapshot takes effect as a whole.
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "ports/store.hpp"
#include "record/control_snapshot.hpp"
#include "record/management.pb.h"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tandem::region {

class ControlCopy {
public:
    explicit ControlCopy(ports::Store& store) : store_(store) {}

    /// Errors: malformed.
    Result<void> recover();

    void on_peer_down(SiteName const& site);
    void on_ask(SiteName const& from, peer::ControlAsk const& ask);
    void on_append(SiteName const& from, peer::ControlAppend const& append);
    void on_snapshot(SiteName const& from, peer::ControlSnapshot const& chunk);
    void on_fetch(SiteName const& from, peer::ControlFetch const& fetch);

    /// Moves what has changed into the batch; the ticket that the batch then gets, if any did.
    void collect(ports::Batch& batch);
    void submitted(ports::Ticket ticket);
    void on_durable(ports::Ticket ticket);

    using Reply = std::pair<SiteName, peer::Envelope>;
    std::vector<Reply> take_replies() { return std::exchange(replies_, {}); }

    /// The highest term heard of, and the site that claimed it: the one to take orders from.
    /// Term 0: none yet.
    std::uint64_t term() const { return standing_.promised_term(); }
    std::string const& site() const { return standing_.promised_to(); }
    record::ControlStanding const& durable() const { return durable_; }

private:
    struct InFlight {
        ports::Ticket ticket{};
        record::ControlStanding standing;
        std::set<std::string> asking;
    };
    struct Fetch {
        std::uint64_t id = 0;
        std::vector<peer::ControlSnapshot> chunks;
    };

    bool hears(SiteName const& from, std::uint64_t term);
    void put(Bytes const& key, Bytes value);
    void erase(Bytes const& key);
    void stand(std::uint64_t term, std::string const& holder, std::uint64_t sequence);
    void answer(SiteName const& site);
    void send_standing(std::string const& site);

    ports::Store& store_;
    record::ControlStanding standing_;       ///< with what is not durable yet
    record::ControlStanding durable_;
    std::set<Bytes> keys_;                   ///< stored, without the prefix
    std::vector<ports::ViewChange> changes_;
    bool changed_ = false;                   ///< the next batch has something of ours
    std::set<std::string> asking_;           ///< to be answered when that batch is durable
    std::deque<InFlight> in_flight_;
    record::ControlSnapshotAssembly incoming_;
    std::map<std::string, Fetch> fetches_;   ///< by who asked
    std::set<std::string> live_;             ///< that claimed or appended over their present link
    std::vector<Reply> replies_;
};

}  // namespace tandem::region
