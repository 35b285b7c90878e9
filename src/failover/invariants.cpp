// failover/invariants.cpp -- what must be true of an Ownership after every input.
#include "base/assert.hpp"
#include "failover/ownership.hpp"

namespace tandem::failover {

void Ownership::check_invariants() const {
    TANDEM_ASSERT(!owns() || lease_.asking(), "an owner does not renew its lease");
    TANDEM_ASSERT(!owns() || lease_.epoch() == highest_,
                  "an owner's epoch is not the highest known");
    TANDEM_ASSERT(!owns() || owner_ == self_.value, "an owner does not know that it is one");
    TANDEM_ASSERT(!owns() || !wanted_, "an owner campaigns");
    TANDEM_ASSERT(state_ != State::campaigning || wanted_, "a campaign for no reason");
    TANDEM_ASSERT(state_ != State::campaigning || lease_.asking(), "a campaign asks nobody");
    TANDEM_ASSERT(state_ != State::campaigning || lease_.epoch() > highest_,
                  "a campaign for an epoch that is not new");
    TANDEM_ASSERT(state_ != State::campaigning || lease_.epoch() > burned_,
                  "a campaign for an epoch that was given back");
    TANDEM_ASSERT(state_ != State::following || !lease_.asking(), "a follower asks for votes");
    TANDEM_ASSERT(hand_over_until_.has_value() ==
                      (state_ == State::draining || state_ == State::handing_over),
                  "a hand-over without an end");
    TANDEM_ASSERT(!retry_at_ || wanted_, "a retry of nothing");
}

}  // namespace tandem::failover
