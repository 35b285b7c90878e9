// partition/lag_ledger.hpp -- of which kinds the newest records of a log are, and since when: what
// would be lost, kind by kind, if the log ended earlier.
//
// Shape      runs of neighbouring records, oldest first: one record each while there are few,
//            longer ones where runs_max is reached. What was forgotten is not counted.
// Invariant  after(p) counts no fewer records of any kind than stand between max(p, from()) and the
//            end; exactly as many unless a run of several lies across p.
#pragma once

#include "base/position.hpp"
#include "base/time.hpp"
#include "record/fact.pb.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace tandem::partition {

enum class RecordKind : std::uint8_t { telemetry, identities, twins, sessions, other };
inline constexpr std::size_t record_kinds = 5;

RecordKind kind_of(record::Fact const& fact);
char const* name(RecordKind kind);

class LagLedger {
public:
    static constexpr std::size_t runs_max = 256;

    struct Kind {
        std::uint64_t records = 0;
        WallTime oldest{};           ///< of these; means nothing without records
    };
    using Kinds = std::array<Kind, record_kinds>;

    /// The next record of the log.
    void take(Position position, WallTime time, RecordKind kind);
    /// Nobody will ask about records up to `position` any more.
    void forget(Position position);
    /// Everything is forgotten; the log goes on after `end`.
    void restart(Position end);

    /// What is up to here is not counted.
    Position from() const { return from_; }
    Kinds after(Position position) const;

private:
    struct Run {
        Position last;
        std::array<std::uint32_t, record_kinds> records{};
        std::array<WallTime, record_kinds> oldest{};
        std::uint32_t count = 0;
    };
    static void add(Run& run, Run const& next);

    std::deque<Run> runs_;
    Position from_;
    std::uint32_t run_records_ = 1;  ///< how many records a run takes before the next one begins
};

}  // namespace tandem::partition
