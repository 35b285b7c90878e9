// failover/ownership_fixture.hpp -- the region east's Ownership, and the words to talk to it. Tests
// only.
#pragma once

#include "failover/options.hpp"
#include "failover/ownership.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

namespace tandem::failover::test {

constexpr Now at(Duration since_start) { return Now{Time{since_start}, WallTime{}}; }
inline SiteName const east{"east"}, west{"west"}, witness{"witness"};

inline Ownership::Memory memory(Epoch highest, std::string const& owner,
                                std::string const& handed_over_to = {},
                                std::string const& promised_to = {}) {
    return {.highest = highest,
            .owner = owner,
            .handed_over_to = handed_over_to,
            .handed_over = handed_over_to.empty() ? Epoch{} : highest,
            .promised_to = promised_to};
}

struct East {
    Ownership own{ownership_options, east, west, witness};
    std::map<std::string, AskVoter> asked;   ///< the newest question to each voter

    Actions note(Actions actions) {
        for (auto const& action : actions)
            if (auto const* ask = std::get_if<AskVoter>(&action)) asked[ask->voter.value] = *ask;
        std::erase_if(actions, [](Action const& a) { return std::holds_alternative<AskVoter>(a); });
        return actions;
    }
    Actions start(Ownership::Memory const& known, Duration t) {
        return note(own.start(known, at(t), 1));
    }
    Actions timer(Duration t) { return note(own.on_timer(at(t), 1)); }
    Actions grant(SiteName const& voter, Duration t) {
        peer::VoteReply reply;
        reply.set_epoch(value(asked.at(voter.value).epoch));
        reply.set_ask_id(asked.at(voter.value).ask_id);
        reply.set_granted(true);
        return note(own.on_vote(voter, reply, at(t), 1));
    }
    Actions refuse(SiteName const& voter, std::uint32_t promised, std::string const& to,
                   Duration t, Duration wait = 0s) {
        peer::VoteReply reply;
        reply.set_epoch(value(asked.at(voter.value).epoch));
        reply.set_ask_id(asked.at(voter.value).ask_id);
        reply.set_promised_epoch(promised);
        reply.set_promised_to(to);
        reply.set_wait_us(wait.count());
        return note(own.on_vote(voter, reply, at(t), 1));
    }
    /// An operator's order "op": planned, to the pair, or forced, to this region.
    Actions plan(Duration t) { return note(own.on_order({"op", "west", false}, at(t), 1)); }
    Actions force(Duration t) { return note(own.on_order({"op", "east", true}, at(t), 1)); }
    /// The pair has everything.
    Actions drain(Duration t) { return note(own.on_drained(at(t))); }
    /// Serving epoch 5 at t=0, after epoch 4 was its own.
    void serve() {
        start(memory(Epoch{4}, "east"), 0s);
        grant(witness, 0s);
        grant(east, 0s);
    }
    /// Following west, which owns epoch 4.
    void follow() {
        start(memory(Epoch{4}, "west"), 0s);
        own.set_eligible(true);
    }
};
inline bool asks(East const& region, SiteName const& voter) {
    return region.asked.contains(voter.value);
}

}  // namespace tandem::failover::test
