// ports/store.hpp -- what a log and a view need of the disk.
//
// A partition is two ordered maps on disk: its log (position -> record bytes) and its view
// (key -> entity bytes). A Commit changes both at once, atomically and durably. Node state that
// belongs to no partition (votes, hub definitions) are meta entries.
//
// Ordering  commits become durable in the order in which they were submitted; on_durable of a
//           ticket implies all earlier tickets. After a crash a prefix of them is there.
// Errors    a write that cannot be made durable ends the process (panic): going on would lie.
//           A full disk is found before it is reached: `writable()` turns false while there is
//           still room to finish what was begun.
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/position.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tandem::ports {

struct LogEntry {
    Position position;
    Bytes record;  ///< as record/codec.hpp encodes it
};

struct ViewChange {
    Bytes key;
    std::optional<Bytes> value;  ///< nullopt: erase
};

struct Commit {
    PartitionKey partition;
    std::vector<LogEntry> append;
    std::vector<ViewChange> view;
    std::optional<Position> trim_before;     ///< drop the log below this position
    std::optional<Position> truncate_after;  ///< drop the log above this position (salvage)
    bool clear_view = false;                 ///< first, before `view`: a snapshot begins
    bool clear_log = false;                  ///< first, before `append`
};

/// Changes of several partitions and of node state that become durable together.
struct Batch {
    std::vector<Commit> commits;
    std::vector<ViewChange> meta;
    bool empty() const { return commits.empty() && meta.empty(); }
};

enum class Ticket : std::uint64_t {};

/// A frozen sight of one partition's view, however the partition goes on meanwhile.
class ViewSnapshot {
public:
    virtual ~ViewSnapshot() = default;
    /// The next entries in key order, about `bytes_max` of them; empty at the end.
    virtual std::vector<ViewChange> next(std::size_t bytes_max) = 0;
};

class Store {
public:
    virtual ~Store() = default;

    /// Hands a batch over. The world later calls its owner's on_durable(ticket). Tickets rise by 1.
    virtual Ticket submit(Batch batch) = 0;
    /// False when so little room is left that new writes must be refused.
    virtual bool writable() const = 0;

    // Reads see everything whose ticket is durable, and may see more.
    /// Log entries from `from` on, in order, until `bytes_max` is exceeded or the log ends.
    virtual std::vector<LogEntry> read_log(PartitionKey const& partition, Position from,
                                           std::size_t bytes_max) = 0;
    virtual std::optional<LogEntry> first_log(PartitionKey const& partition) = 0;
    virtual std::optional<LogEntry> last_log(PartitionKey const& partition) = 0;
    /// The last entry at or below `position`.
    virtual std::optional<LogEntry> log_at_or_before(PartitionKey const& partition,
                                                     Position position) = 0;
    virtual std::unique_ptr<ViewSnapshot> view_snapshot(PartitionKey const& partition) = 0;
    virtual std::vector<ViewChange> read_meta(ByteView prefix) = 0;

    /// Puts a diverged tail aside, where no later commit touches it; returns what to tell people
    /// (a path). Durable when it returns.
    virtual std::string salvage(PartitionKey const& partition, Epoch epoch,
                                std::vector<LogEntry> const& tail) = 0;
};

}  // namespace tandem::ports
