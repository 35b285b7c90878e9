// sim/memory.hpp -- the outside checker's memory: what was acknowledged to somebody, and in which
// circumstances, to be looked for when everything has healed.
//
// Every effect carries a mark of its own ("#d1-42!") somewhere in its record, so that it can be
// found in a log or a salvage file without knowing what kind of fact it is.
#pragma once

#include "base/position.hpp"
#include "base/time.hpp"
#include "record/fact.pb.h"
#include "sim/disk.hpp"
#include "sim/schedule.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace tandem::sim {

class Memory {
public:
    struct Acknowledged {
        Moment at{};
        WallTime wall{};
        Epoch epoch{};
        std::size_t region = 0;
        bool sync = false;
    };
    void note(std::string const& mark, Acknowledged how) { acknowledged_[mark] = how; }
    /// Every record that ever got onto a disk; returns why that must not be, or "".
    std::string note_record(PartitionKey const& partition, ports::LogEntry const& entry);
    /// Records older than this may have been trimmed.
    void forget_before(WallTime wall) { forget_before_ = wall; }

    /// Looks for everything that was acknowledged. `owner` is the disk of the hub's owner.
    std::vector<std::string> check(Disk const& owner, std::vector<Disk const*> const& all) const;
    std::size_t size() const { return acknowledged_.size(); }

private:
    std::map<std::string, Acknowledged> acknowledged_;
    std::map<PartitionKey, std::map<Position, std::size_t>> ever_;   ///< hash of the record's bytes
    WallTime forget_before_{};
};

}  // namespace tandem::sim
