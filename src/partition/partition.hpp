// partition/partition.hpp -- one partition: a log of records and the view they add up to.
//
// The owner appends facts, the follower takes records as they come; both apply them to the view at
// once and collect them for the store. What is applied is not yet durable: `end()` runs ahead of
// `durable()`, and nothing may leave this process that rests on more than `durable()`.
//
//     append / append_replica --> pending --take_commit--> submitted --on_durable--> durable
//
// Records newer than limits::partition_cache_bytes stay in memory, so that live readers and the
// sender need no disk. The stored view holds two keys of ours: "!end" (position and chain of the
// log's last record, written with every batch: view and log must agree at recovery) and
// "!snapshot" (a snapshot is under way or needed: the view does not fit the log).
//
// Invariant  end() only rises while this object lives, but for truncate and snapshots.
// Invariant  durable() is Position{} while incomplete, and until the commit that ended that is
//            durable; otherwise it only rises.
// Invariant  each record's chain follows from the one before it; a record that does not is refused.
// Invariant  the epoch of a record is never below the epoch of the one before it.
// Purity     reads the store, never waits for it, reads no clock.
#pragma once

#include "base/ids.hpp"
#include "base/position.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "hub/view.hpp"
#include "partition/lag_ledger.hpp"
#include "ports/store.hpp"
#include "record/codec.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace tandem::partition {

/// A place in a log: a position and the chain of the record that stands there.
struct Mark {
    Position position;
    record::Chain chain{};
    bool operator==(Mark const&) const = default;
};

/// The entities of a view as it was when the log ended at `at`.
struct FrozenView {
    Mark at;
    std::unique_ptr<ports::ViewSnapshot> entries;
};

class Partition {
public:
    Partition(PartitionKey key, ports::Store& store);

    /// Reads view and log back. Errors: malformed (damaged log or view; nothing is deleted).
    Result<void> recover();

    // ---- the owner
    /// Appends one fact. Requires: epoch >= end().epoch(), and the partition is not `incomplete()`.
    Position append(record::Fact const& fact, Epoch epoch, WallTime now);
    /// Drops the log below `before`, in both regions: appends Trimmed.
    Position trim(Position before, Epoch epoch, WallTime now);

    // ---- the follower
    /// Takes records that follow on `end()`. All or none.
    /// Errors: malformed (checksum, or a chain or epoch that does not follow).
    Result<void> append_replica(std::vector<Bytes> const& records);
    /// Cuts the log after `keep`; the view no longer fits, so the partition is `incomplete` until a
    /// snapshot has come. Returns what was cut (already taken out of the pending commits).
    std::vector<ports::LogEntry> truncate(Mark keep);
    /// A snapshot of the view at `at` begins. The log goes on after its end, or is cleared first.
    void begin_snapshot(Mark at, bool keep_log);
    /// Errors: malformed -- an entity that is none, records that do not follow on the log.
    Result<void> take_snapshot(std::vector<ports::ViewChange> const& entries,
                               std::vector<Bytes> const& log_records);
    /// Errors: malformed -- the log records did not end at the snapshot's mark.
    Result<void> end_snapshot();
    /// True while a snapshot is under way or needed: must not serve, nor be promoted.
    bool incomplete() const { return incomplete_; }

    // ---- the store's side
    /// What is pending since the last call, or nullopt. The caller submits it and calls on_durable
    /// with the `end()` of the moment of this call once its ticket is durable: once for each
    /// commit, in their order.
    std::optional<ports::Commit> take_commit();
    void on_durable(Position up_to);

    // ---- reading
    PartitionKey const& key() const { return key_; }
    hub::View const& view() const { return view_; }
    Mark end() const { return end_; }
    Position durable() const { return settled_ ? stored_ : Position{}; }
    WallTime end_time() const { return end_time_; }
    /// The last telemetry in the log, durable or not; none() when none is known: a partition that
    /// was read back looks at its newest records only.
    Position newest_telemetry() const { return newest_telemetry_; }
    WallTime newest_telemetry_time() const { return newest_telemetry_time_; }
    /// Position of the first record still in the log; none() when the log is empty.
    Position log_start() const { return log_start_; }

    /// Records after `after`, up to and including `limit`, oldest first, until bytes_max.
    std::vector<ports::LogEntry> read(Position after, Position limit, std::size_t bytes_max) const;
    /// The mark at exactly `position`, if the log still has it. Position{} gives Mark{} when the
    /// log begins at its very start.
    std::optional<Mark> mark_at(Position position) const;
    /// The last record position whose time is before `time` (Position{} when none): by bisection.
    Position last_before(WallTime time) const;
    /// Time of the first record after `after`, or nullopt.
    std::optional<WallTime> time_after(Position after) const;
    /// The last mark at or below `position`, or nullopt when the log has none there (any more).
    std::optional<Mark> mark_at_or_before(Position position) const;
    /// A frozen sight of the stored view, which may be ahead of durable(). nullopt: none is stored.
    std::optional<FrozenView> view_snapshot() const;
    /// Records and bytes after `after` up to end(): exact for what is in memory; below that the
    /// records are exact, and the bytes are taken to be of the same average size.
    struct Backlog {
        std::uint64_t records = 0, bytes = 0;
    };
    Backlog backlog(Position after) const;
    /// Of which kinds they are, as far as it is known: what a partition was told to forget, and
    /// what it has not looked at since it was read back, is of no kind.
    LagLedger::Kinds backlog_by_kind(Position after) const { return ledger_.after(after); }
    /// The pair has everything up to here.
    void forget_lag(Position up_to) { ledger_.forget(up_to); }

private:
    struct Cached {
        record::Header header;
        Bytes record;
        std::uint64_t bytes_before = 0;                    ///< a running sum over the cache
    };
    struct Pending {
        std::vector<ports::LogEntry> append;
        std::set<Bytes> dirty;                             ///< entities, serialised when taken
        std::map<Bytes, std::optional<Bytes>> entries;     ///< of a snapshot, and our own keys
        std::optional<Position> trim_before;
        std::optional<Position> truncate_after;
        bool clear_view = false;
        bool clear_log = false;
        bool end_moved = false;
    };
    struct InFlight {
        Position end;
        std::uint64_t generation = 0;
        bool complete = false;
    };

    Result<void> recover_log();
    Result<void> recover_view();
    Position check_from(Position last) const;
    Result<void> check_follows(ByteView record, record::Header const& header) const;
    void take(record::Header const& header, Bytes record);
    void apply(record::Header const& header, record::Fact const& fact);
    void note(record::Header const& header, record::Fact const& fact);
    void apply_trim(Position before);
    void become_incomplete();
    void forget_after(Mark keep);
    void remember(record::Header const& header, Bytes record);
    void evict();
    std::size_t cached_after(Position after) const;        ///< index of the first one after it
    std::optional<ports::LogEntry> stored_at_or_before(Position position) const;

    PartitionKey key_;
    ports::Store& store_;
    hub::View view_;
    LagLedger ledger_;

    Mark end_;
    WallTime end_time_{};
    Position newest_telemetry_;
    WallTime newest_telemetry_time_{};
    Position log_start_;
    bool from_start_ = true;         ///< nothing was ever before log_start_
    bool incomplete_ = false;
    std::optional<Mark> snapshot_;   ///< where the snapshot under way will end

    Position stored_;                ///< the log up to here is durable
    bool settled_ = true;            ///< and so is the view that belongs to it
    std::uint64_t generation_ = 0;   ///< of commits; truncate and begin_snapshot begin a new one

    Pending pending_;
    std::deque<InFlight> in_flight_;
    std::deque<Cached> cache_;       ///< every record after cache_after_
    std::size_t cache_bytes_ = 0;
    Position cache_after_;
};

}  // namespace tandem::partition
