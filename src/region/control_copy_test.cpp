#include "region/control_copy.hpp"

#include "support/memory_store.hpp"

#include <gtest/gtest.h>

namespace tandem::region {
namespace {

SiteName const home{"witness"}, away{"control-west"};

struct Rig {
    Rig() { start(); }
    void start() {
        copy = std::make_unique<ControlCopy>(store);
        ASSERT_TRUE(copy->recover().ok());
    }
    void write() {
        ports::Batch batch;
        copy->collect(batch);
        if (!batch.empty()) copy->submitted(store.submit(std::move(batch)));
    }
    void sync() {
        write();
        for (auto ticket : store.sync()) copy->on_durable(ticket);
    }
    /// The last answer, if there is one.
    std::optional<peer::ControlAck> answer() {
        auto replies = copy->take_replies();
        if (replies.empty() || !replies.back().second.has_control_ack()) return std::nullopt;
        return replies.back().second.control_ack();
    }
    peer::ControlAck ask(SiteName const& site, std::uint64_t term) {
        peer::ControlAsk ask;
        ask.set_claim_term(term);
        copy->on_ask(site, ask);
        sync();
        return answer().value();
    }
    void append(SiteName const& site, std::uint64_t term, std::uint64_t previous_term,
                std::uint64_t sequence, std::string const& key, bool gone = false) {
        peer::ControlAppend append;
        append.set_term(term);
        append.mutable_previous()->set_term(previous_term);
        append.mutable_previous()->set_sequence(sequence - 1);
        auto& entry = *append.add_entries();
        entry.set_term(term);
        entry.set_sequence(sequence);
        auto& change = *entry.add_changes();
        change.set_key(key);
        change.set_value("value of " + key);
        change.set_gone(gone);
        copy->on_append(site, append);
    }
    std::set<std::string> keys() {
        std::set<std::string> found;
        for (auto const& entry : store.read_meta("control/e/"))
            found.insert(entry.key.substr(std::string{"control/e/"}.size()));
        return found;
    }

    testing::MemoryStore store;
    std::unique_ptr<ControlCopy> copy;
};

TEST(ControlCopy, ConfirmsOnlyWhatIsDurable) {
    Rig rig;
    rig.append(home, 1, 0, 1, "m/a");
    rig.write();
    EXPECT_FALSE(rig.answer());
    rig.sync();
    auto const answer = rig.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->position().sequence(), 1U);
    EXPECT_EQ(rig.keys(), std::set<std::string>{"m/a"});
}

TEST(ControlCopy, TakesNoEntryThatDoesNotFollow) {
    Rig rig;
    rig.append(home, 1, 0, 1, "m/a");
    rig.append(home, 1, 1, 3, "m/c");
    rig.sync();
    EXPECT_EQ(rig.answer()->position().sequence(), 1U);
    EXPECT_EQ(rig.keys(), std::set<std::string>{"m/a"});
}

TEST(ControlCopy, HearsNoLowerTermAfterAPromise) {
    Rig rig;
    rig.append(home, 1, 0, 1, "m/a");
    EXPECT_EQ(rig.ask(away, 2).promised_to(), away.value);
    rig.append(home, 1, 1, 2, "m/b");
    rig.sync();
    EXPECT_EQ(rig.answer()->position().sequence(), 1U);
    EXPECT_EQ(rig.copy->site(), away.value);
}

TEST(ControlCopy, PromisesATermToOneSiteAlone) {
    Rig rig;
    rig.ask(home, 5);
    EXPECT_EQ(rig.ask(away, 5).promised_to(), home.value);
    rig.append(away, 5, 0, 1, "m/a");
    rig.sync();
    EXPECT_TRUE(rig.keys().empty());
}

TEST(ControlCopy, KeepsItsPromiseThroughARestart) {
    Rig rig;
    rig.append(home, 1, 0, 1, "m/a");
    rig.ask(away, 2);
    rig.start();
    auto const answer = rig.ask(home, 1);
    EXPECT_EQ(answer.promised_term(), 2U);
    EXPECT_EQ(answer.position().sequence(), 1U);
}

TEST(ControlCopy, ASnapshotTakesThePlaceOfEverything) {
    Rig rig;
    rig.append(home, 1, 0, 1, "m/a");
    rig.sync();
    peer::ControlSnapshot chunk;
    chunk.set_term(2);
    chunk.mutable_position()->set_term(2);
    chunk.mutable_position()->set_holder(away.value);
    chunk.mutable_position()->set_sequence(7);
    chunk.set_snapshot_id(1);
    chunk.add_entries()->set_key("m/b");
    rig.copy->on_snapshot(away, chunk);
    rig.sync();
    EXPECT_EQ(rig.keys(), std::set<std::string>{"m/a"});   // half a snapshot is none
    chunk.set_number(1);
    chunk.set_last(true);
    chunk.mutable_entries(0)->set_key("m/c");
    rig.copy->on_snapshot(away, chunk);
    rig.sync();
    EXPECT_EQ(rig.keys(), (std::set<std::string>{"m/b", "m/c"}));
    EXPECT_EQ(rig.answer()->position().sequence(), 7U);
}

TEST(ControlCopy, AnOlderSnapshotDoesNotTakeItBack) {
    Rig rig;
    rig.append(home, 1, 0, 1, "m/a");
    rig.append(home, 1, 1, 2, "m/b");
    peer::ControlSnapshot chunk;
    chunk.set_term(1);
    chunk.mutable_position()->set_term(1);
    chunk.mutable_position()->set_sequence(1);
    chunk.set_snapshot_id(1);
    chunk.set_last(true);
    rig.copy->on_snapshot(home, chunk);
    rig.sync();
    EXPECT_EQ(rig.keys(), (std::set<std::string>{"m/a", "m/b"}));
}

TEST(ControlCopy, GivesItsRecordsToWhoFetchesThem) {
    Rig rig;
    rig.append(home, 1, 0, 1, "m/a");
    peer::ControlFetch fetch;
    fetch.set_fetch_id(1);
    rig.copy->on_fetch(away, fetch);
    EXPECT_TRUE(rig.copy->take_replies().empty());   // not durable yet
    rig.sync();
    rig.copy->take_replies();
    rig.copy->on_fetch(away, fetch);
    auto const replies = rig.copy->take_replies();
    ASSERT_EQ(replies.size(), 1U);
    auto const& chunk = replies[0].second.control_snapshot();
    EXPECT_TRUE(chunk.last());
    EXPECT_EQ(chunk.position().sequence(), 1U);
    ASSERT_EQ(chunk.entries_size(), 1);
    EXPECT_EQ(chunk.entries(0).value(), "value of m/a");
}

TEST(ControlCopy, SaysWhetherWhoWasPromisedStillSpeaks) {
    Rig rig;
    EXPECT_TRUE(rig.ask(home, 1).promised_connected());
    rig.copy->on_peer_down(home);
    EXPECT_FALSE(rig.ask(away, 0).promised_connected());
}

}  // namespace
}  // namespace tandem::region
