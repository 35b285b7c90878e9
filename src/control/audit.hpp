// control/audit.hpp -- what was done on the management plane, by whom, chained so that a later
// change shows.
//
// Every request that is no read, every sign-in, every refusal makes an entry, durable before its
// answer leaves. What can be caused without any right is bounded, so that it cannot push out what
// others did: refusals of one kind are counted, the first makes an entry, those that follow within
// a while make one more, together; strangers, and each principal for itself, may cause so many
// entries by refusals, sign-ins and approvals of devices, and what is beyond that is counted. Only
// changes that somebody had the right to make are always listed.
//
// Shape   control/audit_chain.hpp. The oldest are dropped; what the oldest kept one chains to
//         stays in AuditAnchor.
// Invariant  sequences have no gaps. No text in an entry has a control character.
#pragma once

#include "control/attempts.hpp"
#include "control/ledger.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::control {

inline constexpr std::size_t audit_text_bytes_max = 256;
inline constexpr std::size_t audit_drop_at_once = 100;
/// Refusals that look the same within this time become one entry.
inline constexpr Duration audit_gather = 60s;
/// So many kinds of refusals are told apart at a time; further ones are counted together.
inline constexpr std::size_t audit_kinds_max = 64;
/// Entries that strangers may cause: so many at once, one more in a while.
inline constexpr double audit_strangers_at_once = 100;
inline constexpr Duration audit_strangers_one_more = 60s;
/// The same for each principal's refusals and sign-ins.
inline constexpr Attempts::Allowance audit_principal_allowance{.at_once = 100, .one_more = 5min};
/// So long what is beyond an allowance is counted in one entry.
inline constexpr Duration audit_gather_rest = 10min;
/// So many principals are told apart when they are beyond their allowance.
inline constexpr std::size_t audit_rests_max = 64;

/// What is not the HTTP status of an answer.
inline constexpr int audit_status_begun = 102;      ///< the answer comes later, with its own entry
inline constexpr int audit_status_abandoned = 499;  ///< the client did not wait for it
inline constexpr int audit_status_unanswered = 0;   ///< control stopped before there was one

/// Text as it may stand in an entry: printable, bounded.
std::string audit_text(std::string_view text);

class Audit {
public:
    /// `entries_max`: the oldest go when there are more.
    Audit(Ledger& ledger, std::size_t entries_max) : ledger_(ledger), entries_max_(entries_max) {}

    struct Deed {
        std::string principal;          ///< id; empty: a stranger
        std::string principal_name;
        std::string action;
        std::string scope;
        std::string correlation_id;
        std::string source;
        std::string target = {};        ///< what in the scope, as people call it; may be empty
    };
    /// What anybody who can sign in may do at will, and did: listed within the allowance.
    void record_own(Deed const& deed, int status, Now now);
    /// What can be repeated at will by whoever is refused.
    void record_refusal(Deed const& deed, int status, Now now);

    /// A request is about to be carried out. Nothing of it leaves before answered() or goes_on()
    /// has recorded it. `own`: needs no right, only a sign-in.
    void begin(RequestId request, Deed deed, bool own, Now now);
    /// What it is about, once that is known.
    void about(RequestId request, std::string target);
    /// Its answer comes later: it has an entry now, and will have one more for its end.
    void goes_on(RequestId request);
    void answered(RequestId request, int status);
    /// The client did not wait for the answer. What it asked for is done all the same.
    void abandoned(RequestId request) { answered(request, audit_status_abandoned); }

    /// This process holds the management plane from now on: what was begun and has no end yet will
    /// not be answered any more.
    void activate(Now now);
    void on_timer(Now now);

private:
    struct Begun {
        Deed deed;
        bool own = false;
        Now at;
        std::uint64_t sequence = 0;     ///< of its entry; 0: it has none yet
    };
    struct Gathered {
        Deed deed;
        int status = 0;
        Time until{};
        std::uint64_t count = 0;        ///< since the entry that began it
    };
    /// `ends`: the sequence of the entry that began it; 0: none did. Returns the entry's own.
    std::uint64_t append(Deed const& deed, int status, std::uint64_t count, Now now,
                         std::uint64_t ends = 0);
    void drop_oldest();
    bool stranger_may_write(Now now);
    bool may_write(Deed const& deed, Now now);
    void count_rest(Deed const& deed, int status, Now now);
    void write_counted(std::map<std::string, Gathered>& all, Now now);

    Ledger& ledger_;
    std::size_t entries_max_;
    std::map<RequestId, Begun> begun_;
    std::map<std::string, Gathered> gathered_;   ///< refusals, by kind
    std::map<std::string, Gathered> rests_;      ///< beyond an allowance, by principal
    Attempts principals_{audit_principal_allowance};
    Now seen_{};                        ///< the last time that anybody told us
    double strangers_ = audit_strangers_at_once;
    Time strangers_at_{};
};

}  // namespace tandem::control
