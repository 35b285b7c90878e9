// support/pair.hpp -- two partitions, an owner's sender and a follower's receiver, and the link
// between them: everything that is not the network, in one thread, driven by hand.
#pragma once

#include "partition/partition.hpp"
#include "replica/receiver.hpp"
#include "replica/sender.hpp"
#include "support/stored_partition.hpp"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace tandem::testing {

/// One region's half of a pair.
struct Side : Stored {
    Side() { restart(); }

    void restart() {
        Stored::restart();
        sender = std::make_unique<replica::Sender>(*partition);
        receiver = std::make_unique<replica::Receiver>(*partition);
    }

    std::unique_ptr<replica::Sender> sender;
    std::unique_ptr<replica::Receiver> receiver;
};

struct Pair {
    Side a;
    Side b;
    Side* owner = &a;
    Side* follower = &b;
    Epoch epoch{1};
    Now now{.mono = Time{1s}, .wall = WallTime{1'000'000s}};
    std::function<bool(peer::Envelope&)> lose = [](peer::Envelope&) { return false; };
    std::uint64_t snapshots = 0;       ///< begun
    std::uint64_t messages = 0;

    Position append(record::Fact const& fact) {
        return owner->partition->append(fact, epoch, now.wall);
    }
    Position promote() {
        record::Fact fact;
        fact.mutable_promoted()->set_region(owner == &a ? "a" : "b");
        return append(fact);
    }
    void connect() { owner->sender->on_connected(epoch, now); }
    /// The other side takes over in a new epoch; nothing is handed over.
    void fail_over() {
        owner->sender->on_disconnected();
        std::swap(owner, follower);
        epoch = next(epoch);
        promote();
        connect();
    }

    void step(Duration passed = 1ms) {
        now.mono += passed;
        now.wall += passed;
        owner->sync();
        auto const end = owner->partition->durable();
        for (auto& message : owner->sender->next(epoch, end, now)) {
            ++messages;
            if (message.has_snapshot_begin()) ++snapshots;
            if (!lose(message)) deliver(message);
        }
        follower->sync();
        if (auto reply = follower->receiver->on_durable(epoch)) answer(*reply);
    }
    void deliver(peer::Envelope const& message) {
        auto& receiver = *follower->receiver;
        replica::Receiver::Outcome outcome;
        if (message.has_append()) outcome = receiver.on_append(message.append(), now);
        if (message.has_snapshot_begin())
            outcome = receiver.on_snapshot_begin(message.snapshot_begin(), now);
        if (message.has_snapshot_chunk())
            outcome = receiver.on_snapshot_chunk(message.snapshot_chunk(), now);
        if (message.has_snapshot_end())
            outcome = receiver.on_snapshot_end(message.snapshot_end(), now);
        if (!outcome.diverged.empty())
            follower->store.salvage(pair_key, outcome.diverged_epoch, outcome.diverged);
        for (auto& reply : outcome.replies) answer(reply);
    }
    void answer(peer::Envelope& reply) {
        ++messages;
        if (!lose(reply)) owner->sender->on_reply(reply.append_reply(), now);
    }
    bool settled() const {
        auto const end = owner->partition->end().position;
        return owner->sender->acked() == end && follower->partition->durable() == end;
    }
    /// Steps until the follower has everything. False: it did not within so many.
    bool settle(int steps = 200, Duration each = 100ms) {
        for (int i = 0; i < steps && !settled(); ++i) step(each);
        return settled();
    }
    bool same() {
        return a.disk().log == b.disk().log && a.disk().view == b.disk().view &&
               a.partition->view().digest() == b.partition->view().digest();
    }
};

}  // namespace tandem::testing
