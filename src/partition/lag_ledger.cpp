#include "partition/lag_ledger.hpp"

#include <algorithm>
#include <limits>

namespace tandem::partition {

RecordKind kind_of(record::Fact const& fact) {
    using Fact = record::Fact;
    switch (fact.kind_case()) {
        case Fact::kTelemetry: return RecordKind::telemetry;
        case Fact::kDeviceCreated:
        case Fact::kDeviceUpdated:
        case Fact::kDeviceDeleted: return RecordKind::identities;
        case Fact::kTwinChanged: return RecordKind::twins;
        case Fact::kSessionOpened:
        case Fact::kSessionChanged:
        case Fact::kSessionClosed: return RecordKind::sessions;
        default: return RecordKind::other;
    }
}

char const* name(RecordKind kind) {
    switch (kind) {
        case RecordKind::telemetry: return "telemetry";
        case RecordKind::identities: return "identities";
        case RecordKind::twins: return "twins";
        case RecordKind::sessions: return "sessions";
        case RecordKind::other: break;
    }
    return "other";
}

void LagLedger::add(Run& run, Run const& next) {
    for (std::size_t i = 0; i < record_kinds; ++i) {
        if (next.records[i] == 0) continue;
        if (run.records[i] == 0) run.oldest[i] = next.oldest[i];
        run.records[i] += next.records[i];
    }
    run.count += next.count;
    run.last = next.last;
}

void LagLedger::take(Position position, WallTime time, RecordKind kind) {
    auto const index = static_cast<std::size_t>(kind);
    Run one{.last = position, .count = 1};
    one.records[index] = 1;
    one.oldest[index] = time;
    if (!runs_.empty() && runs_.back().count < run_records_) return add(runs_.back(), one);
    if (runs_.size() == runs_max && run_records_ <= std::numeric_limits<std::uint32_t>::max() / 4) {
        for (std::size_t i = 0; i < runs_max / 2; ++i) {
            runs_[i] = runs_[2 * i];
            add(runs_[i], runs_[2 * i + 1]);
        }
        runs_.resize(runs_max / 2);
        run_records_ *= 2;
    }
    if (runs_.size() == runs_max) return add(runs_.back(), one);
    runs_.push_back(one);
}

void LagLedger::forget(Position position) {
    while (!runs_.empty() && runs_.front().last <= position) {
        from_ = runs_.front().last;
        runs_.pop_front();
    }
    if (runs_.size() < runs_max / 4) run_records_ = std::max(run_records_ / 2, 1U);
    if (runs_.empty()) run_records_ = 1;
}

void LagLedger::restart(Position end) {
    runs_.clear();
    run_records_ = 1;
    from_ = end;
}

LagLedger::Kinds LagLedger::after(Position position) const {
    Kinds kinds;
    auto run = std::upper_bound(runs_.begin(), runs_.end(), position,
                                [](Position wanted, Run const& one) { return wanted < one.last; });
    for (; run != runs_.end(); ++run) {
        for (std::size_t i = 0; i < record_kinds; ++i) {
            if (run->records[i] == 0) continue;
            if (kinds[i].records == 0) kinds[i].oldest = run->oldest[i];
            kinds[i].records += run->records[i];
        }
    }
    return kinds;
}

}  // namespace tandem::partition
