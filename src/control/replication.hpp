// control/replication.hpp -- who holds the management plane: terms, claimed from the regions'
// copies.
//
//     waiting --every copy needed has promised a new term--> active      (own records are newest)
//        |                                      \--> fetching --> active  (a copy's are)
//        \--another site holds it--> passive                 active --a higher term--> waiting
//
// A claim needs the promise of every copy, for one of them may be the only one that has what was
// acknowledged last. Where this site was the holder, and its own records are whole, one promise is
// enough: what it acknowledged is durable here. `lost` are copies that an operator gave up.
//
// Invariant  in one term one site is active. What was acknowledged (CopyFeed's safe()) in any term
//            is in the records of every later one; unless a copy was given up that was not lost.
// Purity     messages and what is to be stored come back as values; no clock.
#pragma once

#include "control/copy_feed.hpp"
#include "record/management.pb.h"

#include <map>
#include <set>

namespace tandem::control {

/// When a site that is not the holder claims a term.
enum class TakeOver : std::uint8_t {
    never,
    if_lost,     ///< once the holder speaks to no copy any more
    always,
};

/// One's own records gave way to a copy's.
struct Replaced {
    peer::ControlPosition own, by;
    std::size_t differing = 0;       ///< entities that only this site had so
};

class Replication {
public:
    enum class Role : std::uint8_t { waiting, fetching, active, passive };
    struct Options {
        SiteName self;
        std::vector<SiteName> copies;        ///< none: active at once, nothing waits
        std::set<std::string> lost;          ///< copies that are not waited for
        TakeOver take_over = TakeOver::never;
        Duration copy_wait = 2s;
        Duration ask_every = 500ms;
        Duration quiet_wait = 2s;            ///< the holder speaks to no copy: it is lost
        Duration lost_wait = 6s;             ///< for that to be seen
    };
    Replication(Options options, std::function<std::vector<peer::Entry>()> read_all);

    void recover(record::ControlStanding const& own, Now now);
    void on_peer_up(SiteName const& site, Now now);
    void on_peer_down(SiteName const& site, Now now);
    void on_ack(SiteName const& from, peer::ControlAck const& ack, Now now);
    void on_snapshot(SiteName const& from, peer::ControlSnapshot const& chunk, Now now);
    void on_timer(Now now);
    std::vector<CopyMessage> take_messages();

    // ---- for the ledger
    /// A term begins: with these records instead of one's own, if there are any.
    struct Beginning {
        std::optional<std::vector<peer::Entry>> records;
        peer::ControlPosition from;          ///< of them
        peer::ControlPosition own;
    };
    bool begins() const { return beginning_.has_value(); }
    std::optional<Beginning> take_beginning() { return std::exchange(beginning_, std::nullopt); }
    /// The changes of the next batch; `standing()` is to be stored with them.
    /// Requires: active.
    void append(std::vector<ports::ViewChange> const& changes);
    bool standing_changed() const { return standing_changed_; }
    record::ControlStanding const& stored_standing() { standing_changed_ = false; return own_; }
    void on_durable(record::ControlStanding const& standing, Now now);

    // ---- what is so
    bool alone() const { return options_.copies.empty(); }
    Role role() const { return role_; }
    bool active() const { return role_ == Role::active; }
    /// Changes can be made, and will be acknowledged soon.
    bool accepts(Now now) const { return active() && (alone() || feed_.follows(now)); }
    std::uint64_t sequence() const { return own_.sequence(); }
    std::uint64_t safe() const { return alone() ? sequence() : feed_.safe(); }
    std::uint64_t term() const { return active() ? own_.term() : top_term_; }
    std::string const& holder() const { return active() ? options_.self.value : top_site_; }
    /// This site held it last, as far as it knows, and no copy can be reached that knows better:
    /// its records are fit to be read.
    bool readable(Now now) const;
    std::vector<CopyFeed::Standing> standings(Now now) const { return feed_.standings(now); }
    /// Why it still waits, for people; empty: it does not.
    std::string waits_for() const;

private:
    struct Answer {
        bool up = false;
        std::optional<peer::ControlAck> ack;         ///< last one over this link
    };
    struct Fetching {
        std::string from;
        peer::ControlPosition position;
        std::uint64_t id = 0;
        record::ControlSnapshotAssembly records;
    };

    void look_around();
    bool refused() const;
    bool everybody(std::uint64_t promised_term) const;
    std::size_t count(std::uint64_t promised_term) const;
    void consider(Now now);
    void consider_claim(Now now);
    void claim();
    void gather(Now now);
    void fetch_next();
    void begin(std::optional<std::vector<peer::Entry>> records,
               peer::ControlPosition const& from, Now now);
    void ask_all();
    void wait_again(Now now);

    Options options_;
    CopyFeed feed_;
    Role role_ = Role::waiting;
    record::ControlStanding own_;
    record::ControlStanding durable_;
    bool standing_changed_ = false;
    std::map<std::string, Answer> answers_;
    std::uint64_t claimed_ = 0;              ///< the term being claimed; 0: none
    bool needs_all_ = false;                 ///< that claim needs every copy's promise
    std::optional<Fetching> fetching_;
    std::uint64_t last_fetch_ = 0;
    std::optional<Beginning> beginning_;
    // What the copies say, taken together:
    peer::ControlPosition newest_;           ///< of all records heard of, own ones included
    std::uint64_t top_term_ = 0;             ///< promised anywhere
    std::string top_site_;
    bool top_connected_ = false;             ///< its site speaks to a copy
    Time since_{};                           ///< in this role
    Time alive_at_{};                        ///< when the holder last spoke to a copy
    Time next_ask_{};
    std::vector<CopyMessage> messages_;
};

}  // namespace tandem::control
