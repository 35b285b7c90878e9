#include "partition/lag_ledger.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tandem::partition {
namespace {

Position at(std::uint64_t index) { return Position{Epoch{1}, index}; }
WallTime time_of(std::uint64_t index) {
    return wall_from_micros(static_cast<std::int64_t>(1000 * index));
}
LagLedger::Kind const& of(LagLedger::Kinds const& kinds, RecordKind kind) {
    return kinds[static_cast<std::size_t>(kind)];
}

TEST(LagLedger, CountsEachKindExactlyWhileThereAreFew) {
    LagLedger ledger;
    ledger.take(at(0), time_of(0), RecordKind::other);
    ledger.take(at(1), time_of(1), RecordKind::telemetry);
    ledger.take(at(2), time_of(2), RecordKind::twins);
    ledger.take(at(3), time_of(3), RecordKind::telemetry);
    auto const kinds = ledger.after(at(1));
    EXPECT_EQ(of(kinds, RecordKind::telemetry).records, 1U);
    EXPECT_EQ(of(kinds, RecordKind::telemetry).oldest, time_of(3));
    EXPECT_EQ(of(kinds, RecordKind::twins).records, 1U);
    EXPECT_EQ(of(kinds, RecordKind::other).records, 0U);
    EXPECT_EQ(of(ledger.after(at(3)), RecordKind::telemetry).records, 0U);
}

TEST(LagLedger, NeverCountsLessThanThereIsAndForgetsWhatItIsToldTo) {
    constexpr std::uint64_t many = 100'000;
    LagLedger ledger;
    std::vector<RecordKind> kinds;
    for (std::uint64_t i = 0; i < many; ++i) {
        kinds.push_back(static_cast<RecordKind>(i * i % record_kinds));
        ledger.take(at(i), time_of(i), kinds.back());
    }
    for (std::uint64_t const from : {std::uint64_t{0}, many / 3, many - 2, many - 1}) {
        ledger.forget(at(from / 2));
        auto const counted = ledger.after(at(from));
        LagLedger::Kinds truth;
        for (std::uint64_t i = many; i-- > from + 1;) {
            auto& kind = truth[static_cast<std::size_t>(kinds[i])];
            ++kind.records;
            kind.oldest = time_of(i);
        }
        for (std::size_t i = 0; i < record_kinds; ++i) {
            EXPECT_GE(counted[i].records, truth[i].records);
            EXPECT_LE(counted[i].records, truth[i].records + 2 * many / LagLedger::runs_max);
            if (truth[i].records == 0) continue;
            EXPECT_LE(counted[i].oldest, truth[i].oldest);
        }
    }
    ledger.forget(at(many - 1));
    EXPECT_EQ(ledger.from(), at(many - 1));
    ledger.take(at(many), time_of(many), RecordKind::sessions);
    ledger.take(at(many + 1), time_of(many + 1), RecordKind::sessions);
    EXPECT_EQ(of(ledger.after(at(many)), RecordKind::sessions).records, 1U)
        << "exact again once what was old is forgotten";
}

TEST(LagLedger, KnowsNothingOfWhatWasBeforeARestart) {
    LagLedger ledger;
    ledger.take(at(0), time_of(0), RecordKind::telemetry);
    ledger.restart(at(7));
    EXPECT_EQ(ledger.from(), at(7));
    EXPECT_EQ(of(ledger.after({}), RecordKind::telemetry).records, 0U);
}

}  // namespace
}  // namespace tandem::partition
