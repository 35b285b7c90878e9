// Who holds the management plane, told with one Ledger and two copies whose answers are written by
// hand. Whole histories: sim/control_world.cpp.
#include "control/ledger.hpp"
#include "control/test_parts.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

SiteName const self{"witness"}, east{"east"}, west{"west"};

/// A copy that obeys, and can be told not to.
struct Copy {
    record::ControlStanding standing;
    std::map<std::string, std::string> records;
    bool confirms = true;
    bool other_speaks = false;       ///< who holds the promise has a link to it
};

struct Rig {
    explicit Rig(TakeOver take_over = TakeOver::never) : take_over_(take_over) { start(); }
    void start() {
        Replication::Options options;
        options.self = self;
        options.copies = {east, west};
        options.take_over = take_over_;
        store.pending.clear();
        ledger = std::make_unique<Ledger>(store, options);
        ASSERT_TRUE(ledger->recover(now).ok());
    }
    void link(SiteName const& site, bool up) {
        up ? ledger->on_peer_up(site, now) : ledger->on_peer_down(site, now);
        up_[site.value] = up;
        settle();
    }
    void both() {
        link(east, true);
        link(west, true);
    }
    void pass(Duration time) {
        for (Duration done{0}; done < time; done += 100ms) {
            now.mono += 100ms;
            now.wall += 100ms;
            ledger->on_timer(now);
            settle();
        }
    }
    void settle() {
        for (int round = 0; round < 20; ++round) {
            ledger->flush(now);
            ledger->on_durable(store.sync(), now);
            if (ledger->take_activation()) ++activations;
            auto outputs = ledger->take_outputs();
            if (outputs.empty()) return;
            for (auto& output : outputs) {
                if (auto* send = std::get_if<SendTo>(&output)) perform(*send);
                else if (auto* answer = std::get_if<Respond>(&output))
                    answers[answer->request] = answer->response.status;
            }
        }
    }
    void perform(SendTo const& sent) {
        Copy& copy = copies[sent.site.value];
        if (!up_[sent.site.value] || !copy.confirms) return;
        auto const& message = sent.message;
        auto& at = copy.standing;
        peer::Envelope envelope;
        if (message.has_control_fetch()) {
            auto& chunk = *envelope.mutable_control_snapshot();
            chunk.set_snapshot_id(message.control_fetch().fetch_id());
            chunk.set_last(true);
            chunk.mutable_position()->set_term(at.term());
            chunk.mutable_position()->set_sequence(at.sequence());
            for (auto const& [key, value] : copy.records) {
                auto& entry = *chunk.add_entries();
                entry.set_key(key);
                entry.set_value(value);
            }
            return ledger->on_message(sent.site, envelope, now);
        }
        std::uint64_t term = message.control_snapshot().term();
        if (message.has_control_ask()) term = message.control_ask().claim_term();
        if (message.has_control_append()) term = message.control_append().term();
        if (term > at.promised_term()) {
            at.set_promised_term(term);
            at.set_promised_to(self.value);
        }
        bool const ours = term == at.promised_term() && at.promised_to() == self.value;
        if (ours && message.has_control_append())
            for (auto const& entry : message.control_append().entries()) {
                at.set_term(entry.term());
                at.set_holder(self.value);
                at.set_sequence(entry.sequence());
                for (auto const& change : entry.changes())
                    copy.records[change.key()] = change.value();
            }
        if (ours && message.has_control_snapshot()) {
            copy.records.clear();
            for (auto const& entry : message.control_snapshot().entries())
                copy.records[entry.key()] = entry.value();
            at.set_term(message.control_snapshot().position().term());
            at.set_holder(self.value);
            at.set_sequence(message.control_snapshot().position().sequence());
        }
        say(sent.site);
    }
    void say(SiteName const& site) {
        Copy const& copy = copies[site.value];
        peer::Envelope envelope;
        auto& ack = *envelope.mutable_control_ack();
        ack.mutable_position()->set_term(copy.standing.term());
        ack.mutable_position()->set_holder(copy.standing.holder());
        ack.mutable_position()->set_sequence(copy.standing.sequence());
        ack.set_promised_term(copy.standing.promised_term());
        ack.set_promised_to(copy.standing.promised_to());
        ack.set_promised_connected(copy.other_speaks);
        ledger->on_message(site, envelope, now);
    }
    /// Another site holds the plane, and has this one record.
    void held_elsewhere(std::uint64_t term, std::uint64_t sequence) {
        for (auto const& site : {east, west}) {
            auto& at = copies[site.value].standing;
            at.set_term(term);
            at.set_holder("control-west");
            at.set_sequence(sequence);
            at.set_promised_term(term);
            at.set_promised_to("control-west");
            copies[site.value].records = {{"m/operation/theirs", operation("theirs")}};
        }
    }
    static std::string operation(std::string const& id) {
        record::ManagementOperation made;
        made.set_id(id);
        return made.SerializeAsString();
    }
    RequestId change(std::string const& id) {
        RequestId const request{++requests_};
        ledger->expect(request, false);
        record::ManagementOperation made;
        made.set_id(id);
        ledger->put(made);
        ledger->emit(Respond{request, http::Response{.status = 200, .headers = {}, .body = {}}});
        settle();
        return request;
    }
    RequestId read() {
        RequestId const request{++requests_};
        ledger->expect(request, true);
        ledger->emit(Respond{request, http::Response{.status = 200, .headers = {}, .body = {}}});
        settle();
        return request;
    }
    bool has(std::string const& id) const { return ledger->model().operation(id) != nullptr; }

    test::MemoryStore store;
    Now now{Time{} + 1h, wall_from_micros(1'700'000'000'000'000)};
    std::unique_ptr<Ledger> ledger;
    std::map<std::string, Copy> copies;
    std::map<RequestId, int> answers;
    int activations = 0;

private:
    TakeOver take_over_;
    std::map<std::string, bool> up_;
    std::uint64_t requests_ = 0;
};

TEST(Replication, BeginsItsFirstTermWhenEveryCopyHasPromised) {
    Rig rig;
    rig.link(east, true);
    EXPECT_FALSE(rig.ledger->active());
    rig.link(west, true);
    EXPECT_TRUE(rig.ledger->active());
    EXPECT_EQ(rig.activations, 1);
    EXPECT_EQ(rig.ledger->replication().term(), 1U);
}

TEST(Replication, AChangeIsAnsweredWhenTheCopiesInStepHaveIt) {
    Rig rig;
    rig.both();
    EXPECT_EQ(rig.answers[rig.change("a")], 200);
    rig.copies["east"].confirms = rig.copies["west"].confirms = false;
    auto const waiting = rig.change("b");
    EXPECT_FALSE(rig.answers.contains(waiting));
    rig.copies["west"].confirms = true;
    rig.pass(5s);
    EXPECT_EQ(rig.answers[waiting], 200);      // east has fallen behind, and does not count
    EXPECT_TRUE(rig.copies["west"].records.contains("m/operation/b"));
    rig.copies["east"].confirms = true;
    rig.pass(5s);
    EXPECT_EQ(rig.copies["east"].records, rig.copies["west"].records);
}

TEST(Replication, WithoutCopiesReadsAreAnsweredAndChangesAreNot) {
    Rig rig;
    rig.both();
    rig.change("a");
    rig.copies["east"].confirms = rig.copies["west"].confirms = false;
    auto const change = rig.change("b");
    auto const read = rig.read();
    rig.pass(3s);
    EXPECT_FALSE(rig.ledger->replication().accepts(rig.now));
    EXPECT_EQ(rig.answers[read], 200);
    EXPECT_FALSE(rig.answers.contains(change));
    rig.pass(unconfirmed_wait_max);
    EXPECT_EQ(rig.answers[change], 503);
}

TEST(Replication, APromiseOfTheWitnessWaitsForNoCopy) {
    Rig rig;
    rig.both();
    rig.copies["east"].confirms = rig.copies["west"].confirms = false;
    rig.change("a");
    record::Promise promise;
    promise.set_hub("hub");
    rig.ledger->promise(promise);
    RequestId const vote{99};
    rig.ledger->emit_local(
        Respond{vote, http::Response{.status = 200, .headers = {}, .body = {}}});
    rig.settle();
    EXPECT_TRUE(rig.answers.contains(vote));
    for (auto const& [key, value] : rig.copies["east"].records) EXPECT_TRUE(key.starts_with("m/"));
}

TEST(Replication, ARestartedHolderNeedsOneCopyOnly) {
    Rig rig;
    rig.both();
    rig.change("a");
    rig.start();
    rig.link(east, true);
    EXPECT_TRUE(rig.ledger->active());
    EXPECT_TRUE(rig.has("a"));
}

// Found by the simulator (seed 135): its promise hid the term that another site had begun.
TEST(Replication, AfterAClaimThatCameToNothingEveryCopyIsAsked) {
    Rig rig;
    rig.both();
    record::ControlStanding standing;
    ASSERT_TRUE(standing.ParseFromString(rig.store.meta[standing_key]));
    standing.set_promised_term(standing.term() + 1);
    rig.store.meta[standing_key] = standing.SerializeAsString();
    rig.start();
    rig.link(east, true);
    rig.pass(3s);
    EXPECT_FALSE(rig.ledger->active());
    rig.link(west, true);
    EXPECT_TRUE(rig.ledger->active());
}

TEST(Replication, LeavesThePlaneWhereItIs) {
    Rig rig;
    rig.held_elsewhere(3, 7);
    rig.both();
    rig.pass(10s);
    EXPECT_EQ(rig.ledger->replication().role(), Replication::Role::passive);
    EXPECT_EQ(rig.ledger->replication().holder(), "control-west");
}

TEST(Replication, TakesOverWithTheNewestRecords) {
    Rig rig{TakeOver::always};
    rig.held_elsewhere(3, 7);
    rig.copies["east"].standing.set_sequence(6);
    rig.copies["east"].records.clear();
    rig.link(east, true);
    rig.pass(10s);
    EXPECT_FALSE(rig.ledger->active());        // west may have more
    rig.link(west, true);
    EXPECT_TRUE(rig.ledger->active());
    EXPECT_TRUE(rig.has("theirs"));
    rig.pass(2s);
    EXPECT_EQ(rig.ledger->replication().term(), 4U);
    EXPECT_TRUE(rig.copies["east"].records.contains("m/operation/theirs"));
}

TEST(Replication, OldRecordsAreReadOnlyWhileNoCopyKnowsBetter) {
    Rig rig;
    rig.both();
    rig.change("a");
    rig.start();
    EXPECT_FALSE(rig.ledger->replication().readable(rig.now));
    rig.pass(3s);
    EXPECT_TRUE(rig.ledger->replication().readable(rig.now));
    rig.held_elsewhere(3, 7);
    rig.both();
    EXPECT_FALSE(rig.ledger->replication().readable(rig.now));
}

TEST(Replication, TakesOverFromALostHolderAlone) {
    Rig rig{TakeOver::if_lost};
    rig.held_elsewhere(3, 7);
    rig.copies["west"].other_speaks = true;
    rig.both();
    rig.pass(20s);
    EXPECT_EQ(rig.ledger->replication().role(), Replication::Role::passive);
    rig.copies["west"].other_speaks = false;
    rig.start();
    rig.both();
    rig.pass(10s);
    EXPECT_TRUE(rig.ledger->active());
}

TEST(Replication, AnIdleHolderLearnsThatItIsDeposed) {
    Rig rig;
    rig.both();
    rig.held_elsewhere(9, 7);
    rig.pass(5s);
    EXPECT_EQ(rig.ledger->replication().role(), Replication::Role::passive);
}

TEST(Replication, WhoIsDeposedAnswersNothingAsDone) {
    Rig rig;
    rig.both();
    rig.change("a");
    rig.copies["east"].confirms = rig.copies["west"].confirms = false;
    auto const waiting = rig.change("b");
    rig.copies["east"].standing.set_promised_term(9);
    rig.copies["east"].standing.set_promised_to("control-west");
    rig.say(east);
    rig.settle();
    EXPECT_FALSE(rig.ledger->active());
    EXPECT_EQ(rig.answers[waiting], 503);
    rig.ledger->put(record::ManagementOperation{});
    rig.settle();
    EXPECT_FALSE(rig.has(""));
}

TEST(Replication, AloneNothingWaits) {
    test::MemoryStore store;
    Ledger ledger{store};
    Now const now{Time{} + 1h, wall_from_micros(1)};
    ASSERT_TRUE(ledger.recover(now).ok());
    record::ManagementOperation made;
    made.set_id("a");
    ledger.put(made);
    ledger.emit(Respond{RequestId{1}, http::Response{.status = 200, .headers = {}, .body = {}}});
    ledger.flush(now);
    EXPECT_TRUE(ledger.take_outputs().empty());
    ledger.on_durable(store.sync(), now);
    EXPECT_EQ(ledger.take_outputs().size(), 1U);
}

}  // namespace
}  // namespace tandem::control
