#include "record/control_snapshot.hpp"

#include <gtest/gtest.h>

namespace tandem::record {
namespace {

std::vector<peer::Entry> entries(std::size_t count, std::size_t bytes) {
    std::vector<peer::Entry> all(count);
    for (std::size_t i = 0; i < count; ++i) {
        all[i].set_key("key" + std::to_string(i));
        all[i].set_value(std::string(bytes, 'x'));
    }
    return all;
}

std::vector<peer::ControlSnapshot> cut(std::uint64_t id, std::size_t count, std::size_t bytes) {
    auto chunks = cut_snapshot(entries(count, bytes));
    for (auto& chunk : chunks) chunk.set_snapshot_id(id);
    return chunks;
}

TEST(ControlSnapshot, ComesTogetherAsItWasCut) {
    auto const chunks = cut(1, 5, control_chunk_bytes / 2);
    EXPECT_GT(chunks.size(), 2U);
    ControlSnapshotAssembly assembly;
    for (std::size_t i = 0; i < chunks.size(); ++i)
        EXPECT_EQ(assembly.take(chunks[i]), i + 1 == chunks.size());
    ASSERT_EQ(assembly.entries().size(), 5U);
    EXPECT_EQ(assembly.entries()[4].key(), "key4");
}

TEST(ControlSnapshot, OfNothingIsOneChunk) {
    auto const chunks = cut(1, 0, 0);
    ASSERT_EQ(chunks.size(), 1U);
    EXPECT_TRUE(ControlSnapshotAssembly{}.take(chunks[0]));
}

TEST(ControlSnapshot, LeavesOutWhatDoesNotFollow) {
    auto const chunks = cut(1, 4, control_chunk_bytes);
    ControlSnapshotAssembly assembly;
    EXPECT_FALSE(assembly.take(chunks[1]));
    assembly.take(chunks[0]);
    assembly.take(chunks[0]);
    EXPECT_EQ(assembly.chunks(), 1U);
    EXPECT_FALSE(assembly.take(chunks[2]));
    EXPECT_EQ(assembly.chunks(), 1U);
}

TEST(ControlSnapshot, AnotherBeginsAnewAndACompleteOneIsNotTakenTwice) {
    auto const first = cut(1, 4, control_chunk_bytes);
    auto const second = cut(2, 1, 1);
    ControlSnapshotAssembly assembly;
    assembly.take(first[0]);
    EXPECT_TRUE(assembly.take(second[0]));
    EXPECT_EQ(assembly.entries().size(), 1U);
    EXPECT_FALSE(assembly.take(second[0]));
}

}  // namespace
}  // namespace tandem::record
