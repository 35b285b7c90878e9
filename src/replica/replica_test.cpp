// replica/replica_test.cpp -- a sender and a receiver over two partitions.

#include "support/pair.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace tandem::replica {
namespace {

using testing::device_created;
using testing::Pair;
using testing::telemetry;

/// A follower that has everything the owner has, three devices among it.
struct Streaming : Pair {
    Streaming() {
        promote();
        for (char const* id : {"d1", "d2", "d3"}) append(device_created(id));
        connect();
        EXPECT_TRUE(settle());
    }
    void append_many(int count, std::size_t bytes = 100) {
        for (int i = 0; i < count; ++i) append(telemetry(std::string(bytes, 'x')));
    }
};

TEST(Replica, StreamsAnEmptyFollowerUpWithoutASnapshot) {
    Streaming pair;
    EXPECT_TRUE(pair.same());
    EXPECT_TRUE(pair.owner->sender->streaming());
    EXPECT_EQ(pair.snapshots, 0U);
    EXPECT_EQ(pair.follower->partition->view().device_count(), 3U);
}

TEST(Replica, SendsOnlyWhatIsDurableHere) {
    Streaming pair;
    pair.append(telemetry("not durable"));
    auto const messages = pair.owner->sender->next(pair.epoch, {}, pair.now);
    EXPECT_TRUE(messages.empty());
}

TEST(Replica, ConfirmsOnlyWhatIsDurableThere) {
    Streaming pair;
    auto const before = pair.owner->sender->acked();
    pair.append(telemetry("x"));
    pair.owner->sync();
    for (auto& message : pair.owner->sender->next(pair.epoch, {}, pair.now)) pair.deliver(message);
    EXPECT_EQ(pair.follower->partition->end(), pair.owner->partition->end());
    EXPECT_FALSE(pair.follower->receiver->on_durable(pair.epoch));
    EXPECT_EQ(pair.owner->sender->acked(), before);
}

TEST(Replica, CatchesUpAfterTheLinkWasDown) {
    Streaming pair;
    pair.owner->sender->on_disconnected();
    pair.append_many(5000);
    pair.append(device_created("d4"));
    pair.step();
    pair.connect();
    EXPECT_TRUE(pair.settle());
    EXPECT_TRUE(pair.same());
    EXPECT_EQ(pair.snapshots, 0U);
}

TEST(Replica, KeepsUnconfirmedBytesWithinTheWindow) {
    Streaming pair;
    pair.append_many(200, 100'000);
    pair.owner->sync();
    std::size_t bytes = 0;
    for (auto const& message : pair.owner->sender->next(pair.epoch, {}, pair.now))
        bytes += message.ByteSizeLong();
    EXPECT_GT(bytes, limits::replication_window_bytes / 2);
    EXPECT_LT(bytes, limits::replication_window_bytes + limits::replication_batch_bytes);
}

TEST(Replica, TellsTheFollowerTheOwnersEndWhenIdle) {
    Streaming pair;
    pair.step(600ms);
    EXPECT_EQ(pair.follower->receiver->owner_end(), pair.owner->partition->end().position);
}

TEST(Replica, GoesOnAfterTheFollowerCrashed) {
    Streaming pair;
    pair.append_many(10);
    pair.step();
    pair.append_many(10);
    pair.owner->sync();
    for (auto& message : pair.owner->sender->next(pair.epoch, {}, pair.now)) pair.deliver(message);
    pair.follower->restart();
    ASSERT_TRUE(pair.follower->recovered);
    pair.connect();
    EXPECT_TRUE(pair.settle());
    EXPECT_TRUE(pair.same());
    EXPECT_EQ(pair.snapshots, 0U);
}

/// The owner's log no longer has what the follower lacks.
struct Trimmed : Pair {
    Trimmed() {
        promote();
        for (int i = 0; i < 300; ++i) append(device_created("d" + std::to_string(i)));
        for (int i = 0; i < 100; ++i) append(telemetry(std::string(100'000, 'x')));
        a.partition->trim(Position{epoch, 150}, epoch, now.wall);
        for (int i = 0; i < 100; ++i) append(telemetry("after"));
        connect();
    }
};

TEST(Replica, GivesASnapshotToAnEmptyFollowerWhenTheLogWasTrimmed) {
    Trimmed pair;
    EXPECT_TRUE(pair.settle());
    EXPECT_TRUE(pair.same());
    EXPECT_EQ(pair.snapshots, 1U);
    EXPECT_EQ(pair.follower->partition->view().device_count(), 300U);
    EXPECT_EQ(pair.follower->partition->log_start(), (Position{pair.epoch, 150}));
    EXPECT_TRUE(pair.follower->store.salvaged.empty());
}

TEST(Replica, GivesASnapshotToAFollowerBehindTheStartOfTheLog) {
    Streaming pair;
    pair.owner->sender->on_disconnected();
    pair.append_many(100);
    auto const before = pair.append(telemetry("last"));
    pair.owner->partition->trim(before, pair.epoch, pair.now.wall);
    pair.step();
    pair.connect();
    EXPECT_TRUE(pair.settle());
    EXPECT_TRUE(pair.same());
    EXPECT_EQ(pair.snapshots, 1U);
    EXPECT_TRUE(pair.follower->store.salvaged.empty());  // all of it was the owner's
}

TEST(Replica, GoesOnWithWhatWasAppendedDuringASnapshot) {
    Trimmed pair;
    for (int i = 0; i < 40; ++i) {
        pair.append(device_created("late" + std::to_string(i)));
        pair.step(10ms);
    }
    EXPECT_TRUE(pair.settle());
    EXPECT_TRUE(pair.same());
    EXPECT_EQ(pair.snapshots, 1U);
}

TEST(Replica, BeginsASnapshotAnewAfterTheFollowerCrashedInIt) {
    Trimmed pair;
    for (int i = 0; i < 3; ++i) pair.step();
    ASSERT_TRUE(pair.follower->partition->incomplete());
    pair.follower->restart();
    ASSERT_TRUE(pair.follower->recovered);
    EXPECT_TRUE(pair.follower->partition->incomplete());
    EXPECT_TRUE(pair.follower->partition->durable().none());
    pair.connect();
    EXPECT_TRUE(pair.settle());
    EXPECT_TRUE(pair.same());
    EXPECT_EQ(pair.snapshots, 2U);
}

TEST(Replica, CutsADivergedTailAndHandsItOver) {
    Streaming pair;
    auto const common = pair.owner->partition->end();
    pair.owner->sender->on_disconnected();
    pair.append(telemetry("lost 1"));
    pair.append(device_created("lost 2"));
    pair.owner->sync();
    pair.fail_over();
    pair.append(device_created("new"));
    EXPECT_TRUE(pair.settle());
    EXPECT_TRUE(pair.same());
    EXPECT_EQ(pair.snapshots, 1U);
    ASSERT_EQ(pair.follower->store.salvaged.size(), 1U);
    auto const& tail = pair.follower->store.salvaged.front();
    ASSERT_EQ(tail.size(), 2U);
    EXPECT_GT(tail.front().position, common.position);
    EXPECT_EQ(record::decode(tail.front().record)->fact.telemetry().body(), "lost 1");
}

TEST(Replica, CutsATailThatWasNotEvenDurable) {
    Streaming pair;
    pair.owner->sender->on_disconnected();
    pair.append(telemetry("lost, and not durable"));
    pair.owner->submit();
    pair.fail_over();
    EXPECT_TRUE(pair.settle());
    EXPECT_TRUE(pair.same());
    EXPECT_EQ(pair.follower->store.salvaged.size(), 1U);
}

// Both served alone in turn: the common mark is below two epochs of the one and one of the other.
TEST(Replica, FindsTheCommonMarkBelowSeveralEpochs) {
    Streaming pair;
    pair.owner->sender->on_disconnected();
    for (int i = 0; i < 3; ++i) {
        pair.append(telemetry("lost"));
        pair.epoch = next(pair.epoch);
        pair.promote();
    }
    pair.owner->sync();
    pair.fail_over();
    EXPECT_TRUE(pair.settle());
    EXPECT_TRUE(pair.same());
    ASSERT_EQ(pair.follower->store.salvaged.size(), 1U);
    EXPECT_EQ(pair.follower->store.salvaged.front().size(), 6U);
}

TEST(Replica, ReturnsWithoutASnapshotWhenNothingDiverged) {
    Streaming pair;
    pair.fail_over();
    pair.append(device_created("new"));
    EXPECT_TRUE(pair.settle());
    EXPECT_TRUE(pair.same());
    EXPECT_EQ(pair.snapshots, 0U);
    EXPECT_TRUE(pair.follower->store.salvaged.empty());
}

TEST(Replica, DoesNotCutBeforeTheOwnersEpochIsDurable) {
    Streaming pair;
    pair.owner->sender->on_disconnected();
    pair.append(telemetry("tail"));
    pair.owner->sync();
    pair.fail_over();
    EXPECT_TRUE(pair.owner->sender->next(pair.epoch, {}, pair.now).empty());
}

// bad-inputs 48: what is not exactly the next record of the owner's log changes nothing.
TEST(Replica, RefusesBitFlipsGapsAndOtherChains) {
    Streaming pair;
    pair.append(telemetry("one"));
    pair.append(telemetry("two"));
    pair.owner->sync();
    auto const messages = pair.owner->sender->next(pair.epoch, {}, pair.now);
    ASSERT_EQ(messages.size(), 1U);
    auto const good = messages.front().append();
    auto const before = pair.follower->partition->end();
    auto& receiver = *pair.follower->receiver;
    for (std::size_t byte = 0; byte < good.records(0).size(); ++byte) {
        auto bad = good;
        (*bad.mutable_records(0))[byte] = static_cast<char>((*bad.mutable_records(0))[byte] ^ 0x10);
        auto const outcome = receiver.on_append(bad, pair.now);
        ASSERT_EQ(outcome.replies.size(), 1U) << byte;
        ASSERT_NE(outcome.replies.front().append_reply().status(), peer::AppendReply::OK);
    }
    auto truncated = good;
    truncated.mutable_records(1)->pop_back();
    EXPECT_EQ(receiver.on_append(truncated, pair.now).replies.size(), 1U);
    auto gap = good;
    gap.mutable_records()->DeleteSubrange(0, 1);
    EXPECT_EQ(receiver.on_append(gap, pair.now).replies.size(), 1U);
    auto other = good;
    other.set_previous_chain(7);
    EXPECT_EQ(receiver.on_append(other, pair.now).replies.front().append_reply().status(),
              peer::AppendReply::DIVERGED);
    EXPECT_EQ(pair.follower->partition->end(), before);
    EXPECT_TRUE(receiver.on_append(good, pair.now).replies.empty());
    EXPECT_EQ(pair.follower->partition->end(), pair.owner->partition->end());
}

// bad-inputs 48: a batch that comes again is confirmed, not appended again.
TEST(Replica, ConfirmsAReplayedBatch) {
    Streaming pair;
    pair.append(telemetry("one"));
    pair.owner->sync();
    auto const messages = pair.owner->sender->next(pair.epoch, {}, pair.now);
    pair.deliver(messages.front());
    pair.follower->sync();
    auto const end = pair.follower->partition->end();
    auto const outcome = pair.follower->receiver->on_append(messages.front().append(), pair.now);
    ASSERT_EQ(outcome.replies.size(), 1U);
    EXPECT_EQ(outcome.replies.front().append_reply().status(), peer::AppendReply::OK);
    EXPECT_EQ(outcome.replies.front().append_reply().durable_position(), end.position.bits());
    EXPECT_EQ(pair.follower->partition->end(), end);
}

// bad-inputs 48: a message of a deposed owner that was long on its way.
TEST(Replica, IgnoresAMessageOfAnEarlierEpoch) {
    Streaming pair;
    pair.append(telemetry("late"));
    pair.owner->sync();
    auto messages = pair.owner->sender->next(pair.epoch, {}, pair.now);
    peer::Append newer;
    newer.set_epoch(value(pair.epoch) + 1);
    newer.set_stream_id(1);
    pair.follower->receiver->on_append(newer, pair.now);
    auto const end = pair.follower->partition->end();
    EXPECT_TRUE(
        pair.follower->receiver->on_append(messages.front().append(), pair.now).replies.empty());
    EXPECT_EQ(pair.follower->partition->end(), end);
}

TEST(Replica, HearsThatItWasDeposed) {
    Streaming pair;
    peer::AppendReply reply;
    reply.set_epoch(value(pair.epoch) + 1);
    reply.set_status(peer::AppendReply::STALE);
    pair.owner->sender->on_reply(reply, pair.now);
    EXPECT_EQ(pair.owner->sender->deposed_by(), next(pair.epoch));
    EXPECT_TRUE(pair.owner->sender->next(pair.epoch, {}, pair.now).empty());
    EXPECT_FALSE(pair.owner->sender->next_deadline());
}

// Whatever is lost, crashes or fails over, both logs are the same once it is quiet.
TEST(Replica, EndsUpTheSameWhateverTheWeather) {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937 random{seed};
        auto const percent = [&](unsigned p) { return random() % 100 < p; };
        unsigned const loss = std::array{0U, 5U, 40U}.at(random() % 3);
        unsigned const crash = std::array{0U, 2U, 10U}.at(random() % 3);
        unsigned const fail_over = std::array{0U, 1U, 5U}.at(random() % 3);
        unsigned const trim = std::array{0U, 2U, 10U}.at(random() % 3);
        Pair pair;
        pair.lose = [&](peer::Envelope&) { return percent(loss); };
        pair.promote();
        pair.connect();
        for (int i = 0; i < 300; ++i) {
            auto& owner = *pair.owner->partition;
            for (auto n = random() % 5; n > 0; --n)
                pair.append(percent(50) ? telemetry(std::string(random() % 30'000, 'x'))
                                        : device_created("d" + std::to_string(random() % 50)));
            if (percent(trim) && owner.end().position.index() > 10)
                owner.trim(Position{pair.epoch, owner.end().position.index() - random() % 10},
                           pair.epoch, pair.now.wall);
            pair.step(Duration{random() % 700'000});
            if (percent(crash)) {
                pair.follower->restart();
                ASSERT_TRUE(pair.follower->recovered);
                pair.connect();
            }
            if (percent(fail_over) && !pair.follower->partition->incomplete()) pair.fail_over();
            ASSERT_LE(pair.owner->sender->acked(), pair.owner->partition->durable());
        }
        pair.lose = [](peer::Envelope&) { return false; };
        pair.connect();
        ASSERT_TRUE(pair.settle());
        ASSERT_TRUE(pair.same());
    }
}

}  // namespace
}  // namespace tandem::replica
