// control/copy_feed.hpp -- the holder's records on their way to the regions' copies, within one
// term.
//
//     entries, durable here  -->  CopyFeed  -->  appends, snapshots; what has been confirmed
//
// A copy that follows on what is kept here is sent entries, any other a snapshot. An entry counts
// as safe when one copy has it, and every copy that is in step: a copy is in step while it is
// connected and confirms within `copy_wait`. So of an installation in good health every copy has
// what was acknowledged.
//
// Invariant  nothing goes out before it is durable here.
// Purity     messages come back as values; no clock.
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"
#include "ports/store.hpp"
#include "record/control_snapshot.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tandem::control {

inline constexpr std::size_t copy_ring_entries_max = 4096;
inline constexpr std::size_t copy_ring_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t copy_entry_bytes_max = 2 * 1024 * 1024;   ///< a larger one: snapshot

/// A message for another site; dropped by the driver when no link to it is up.
using CopyMessage = std::pair<SiteName, peer::Envelope>;

class CopyFeed {
public:
    struct Options {
        SiteName self;
        std::vector<SiteName> copies;
        Duration copy_wait = 2s;             ///< a copy that confirms later is not in step
        Duration repeat_every = 1s;          ///< a copy silent for so long is asked
    };
    /// `read_all`: all records as they are durable here.
    CopyFeed(Options options, std::function<std::vector<peer::Entry>()> read_all)
        : options_(std::move(options)), read_all_(std::move(read_all)) {
        for (auto const& site : options_.copies) copies_.emplace_back().site = site;
    }

    /// A term of ours begins after `base`; its first entry is the next one appended.
    void begin(std::uint64_t term, peer::ControlPosition base, Now now);
    /// The next entry of the term; returns its sequence number.
    std::uint64_t append(std::vector<ports::ViewChange> const& changes);
    void on_durable(std::uint64_t sequence, Now now);

    void on_peer_up(SiteName const& site);
    void on_peer_down(SiteName const& site);
    void on_ack(SiteName const& from, peer::ControlAck const& ack, Now now);
    void on_timer(Now now);
    std::vector<CopyMessage> take_messages() { return std::exchange(messages_, {}); }

    std::uint64_t sequence() const { return sequence_; }
    std::uint64_t safe() const { return safe_; }        ///< the last entry that counts as safe
    /// Some copy is connected and confirms: what changes now can be acknowledged.
    bool follows(Now now) const;

    struct Standing {
        SiteName site;
        bool up = false;
        std::uint64_t sequence = 0;          ///< confirmed in this term
        Duration behind{};                   ///< age of the oldest entry that it has not confirmed
    };
    std::vector<Standing> standings(Now now) const;

private:
    struct Kept {
        peer::ControlEntry entry;
        std::size_t bytes = 0;
        Time durable{};
    };
    struct Push {                            ///< a snapshot on its way
        std::vector<peer::ControlSnapshot> chunks;
        std::uint64_t id = 0;
        std::uint32_t next = 0;              ///< chunk to be sent next
    };
    struct Copy {
        SiteName site;
        bool up = false;
        bool asked = false;                  ///< what was sent may be lost: its answer says
        peer::ControlPosition position;      ///< as it said last, over this link
        bool streams = false;                ///< entries up to `sent` are on their way
        std::uint64_t sent = 0;
        std::uint64_t confirmed = 0;         ///< 0: nothing in this term
        Time moved{};                        ///< last progress
        std::optional<Push> push;
    };

    bool kept(peer::ControlPosition const& position) const;
    void advance(Copy& copy);
    void send_entries(Copy& copy);
    void push(Copy& copy, std::uint32_t chunks_there);
    void ask(Copy& copy, bool in_doubt);
    Copy* find(SiteName const& site);
    Duration behind(Copy const& copy, Now now) const;
    bool in_step(Copy const& copy, Now now) const;
    void settle(Now now);
    void send(Copy const& copy, peer::Envelope message);

    Options options_;
    std::function<std::vector<peer::Entry>()> read_all_;
    std::vector<Copy> copies_;
    std::vector<CopyMessage> messages_;
    std::uint64_t term_ = 0;                 ///< 0: none begun
    peer::ControlPosition base_;             ///< what the first entry kept follows on
    std::deque<Kept> ring_;
    std::size_t ring_bytes_ = 0;
    std::uint64_t first_ = 0;                ///< the term's first entry
    std::uint64_t sequence_ = 0;
    std::uint64_t durable_ = 0;
    std::uint64_t safe_ = 0;
    std::uint64_t last_push_ = 0;
    Time begun_{};
};

}  // namespace tandem::control
