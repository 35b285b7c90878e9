// failover/ownership_steps.cpp -- Ownership's transitions; its inputs and queries stand in
// ownership.cpp.
#include "base/assert.hpp"
#include "failover/ownership.hpp"

#include <algorithm>
#include <utility>

namespace tandem::failover {

// ---- campaigns

void Ownership::campaign(Now now, Actions& out) {
    TANDEM_ASSERT(wanted_.has_value(), "a campaign for nothing");
    Epoch target = next(std::max(highest_, burned_));
    // What nobody granted to another may be asked for again: failed campaigns use up no epochs.
    if (lease_.epoch() > highest_ && lease_.epoch() > burned_ && !lease_.ever_held())
        target = lease_.epoch();
    if (value(target) > Position::epoch_max) {
        fail_campaign("the hub has used up its epochs", now, out);
        return;
    }
    retry_at_.reset();
    bool const ask_pair = needs_pair_ && wanted_->kind == record::FAILOVER_NONE;
    lease_.ask_first(ask_pair ? pair_ : std::nullopt);
    lease_.start(target, now);
    state_ = State::campaigning;
    refused_ = false;
}

void Ownership::campaign_later(Duration wait, Now now) {
    Duration const jitter{static_cast<Duration::rep>(
        fresh_id() % static_cast<std::uint64_t>(options_.campaign_retry.count()))};
    retry_at_ = now.mono + wait + jitter;
}

/// Back to following. A vote that somebody gave us is given back, or it would block the others.
void Ownership::abandon(Actions& out) {
    if (lease_.ever_granted()) {
        burned_ = std::max(burned_, lease_.epoch());
        out.emplace_back(ReleaseVotes{lease_.epoch()});
    }
    lease_.stop();
    state_ = State::following;
}

void Ownership::fail_campaign(std::string const& why, Now now, Actions& out) {
    if (state_ == State::campaigning) abandon(out);
    if (!wanted_->operation_id.empty())
        out.emplace_back(Progress{wanted_->operation_id, {}, why});
    wanted_.reset();
    retry_at_.reset();
    if (!last_owner_) return;
    wanted_ = Campaign{};   // what was ordered has failed; going on is ours all the same
    campaign_later(options_.campaign_retry, now);
}

void Ownership::try_begin(Now now, Actions& out) {
    // Our own voter's promise is what a restart of this process remembers: without it the same
    // epoch could be begun twice, and positions in it given out twice.
    if (!lease_.held(now) || !lease_.granted_by(self_, now)) return;
    bool const unplanned = wanted_->kind == record::FAILOVER_FORCED ||
                           wanted_->kind == record::FAILOVER_AUTOMATIC;
    if (unplanned && !eligible_)
        return fail_campaign("this region's copy is not complete", now, out);
    highest_ = lease_.epoch();
    state_ = State::serving;
    owner_ = self_.value;
    last_owner_ = true;
    needs_pair_ = false;
    refused_ = false;
    lease_.ask_first(std::nullopt);
    Campaign const won = *std::exchange(wanted_, std::nullopt);
    if (!won.operation_id.empty())
        out.emplace_back(Progress{won.operation_id, "votes-granted", {}});
    out.emplace_back(BeginServing{highest_, won.kind, std::exchange(served_by_, self_.value),
                               won.operation_id});
}

void Ownership::on_refusal(SiteName const& voter, peer::VoteReply const& reply, Now now,
                           Actions& out) {
    Epoch const promised{reply.promised_epoch()};
    Epoch const asked = lease_.epoch();
    if (promised > asked || (promised == asked && reply.promised_to() != self_.value)) {
        if (reply.promised_to() != self_.value)
            return on_outbid(promised, reply.promised_to(), now, out);
    }
    if (state_ != State::campaigning) {
        refused_ = true;
        if (reply.promised_to() == self_.value) burned_ = std::max(burned_, promised);
        return;
    }
    if (promised >= asked) {  // ours, and given back: an epoch that an earlier life of us wanted
        burned_ = std::max(burned_, promised);
        lease_.stop();
        return campaign(now, out);
    }
    Duration const patience = wanted_->kind == record::FAILOVER_PLANNED
                                  ? options_.campaign_retry / 5
                                  : options_.campaign_retry;
    Duration const wait{reply.wait_us()};
    lease_.ask_again(voter, now.mono + (wait.count() > 0 ? std::min(wait, patience) : patience));
}

/// A voter has promised our epoch, or a higher one, to somebody else.
void Ownership::on_outbid(Epoch promised, std::string const& to, Now now,
                          Actions& out) {
    if (owns()) {
        refused_ = true;
        if (promised == lease_.epoch()) return;  // that voter is lost to us, the majority is not
        step_down(promised, to, out);
        wanted_ = Campaign{};
        needs_pair_ = true;
        return campaign_later(options_.campaign_retry, now);
    }
    abandon(out);
    burned_ = std::max(burned_, lease_.epoch());
    highest_ = std::max(highest_, promised);
    owner_ = to;
    out.emplace_back(StopServing{highest_, owner_});
    // Even if it was the pair's own voter, asked last: the pair may have found its copy incomplete.
    if (wanted_->kind == record::FAILOVER_NONE) needs_pair_ = true;
    campaign_later(options_.campaign_retry, now);
}

void Ownership::check_campaign(Now now, Actions& out) {
    if (wanted_ && wanted_->give_up_at && now.mono >= *wanted_->give_up_at)
        fail_campaign("the voters did not agree in time", now, out);
    if (wanted_ && wanted_->kind == record::FAILOVER_AUTOMATIC && !may_automatic())
        fail_campaign("no longer wanted", now, out);
    bool const lost_hope = state_ == State::fenced && refused_ &&
                           now.mono >= fenced_at_ + options_.lease.term;
    if (lost_hope) {
        wanted_ = Campaign{};
        return campaign(now, out);
    }
    if (waits_for_silence() && now.mono >= last_heard_ + options_.automatic_after) {
        if (!wanted_ || needs_pair_) served_by_ = pair_->value;
        wanted_ = Campaign{record::FAILOVER_AUTOMATIC, {}, {}, {}};
        lease_.ask_first(std::nullopt);
        if (state_ == State::following)
            retry_at_ = std::max(retry_at_.value_or(now.mono), now.mono);
    }
    if (state_ == State::following && wanted_ && retry_at_ && now.mono >= *retry_at_)
        campaign(now, out);
}

// ---- the owner

void Ownership::step_down(Epoch epoch, std::string const& owner, Actions& out) {
    end_hand_over("another region took the hub over", out);
    Epoch const ours = lease_.epoch();
    lease_.stop();
    state_ = State::following;
    highest_ = std::max(highest_, epoch);
    owner_ = owner;
    out.emplace_back(StopServing{highest_, owner_});
    out.emplace_back(ReleaseVotes{ours});
}

void Ownership::check_lease(Now now, Actions& out) {
    if (state_ != State::serving || lease_.held(now)) return;
    state_ = State::fenced;
    fenced_at_ = now.mono;
    out.emplace_back(PauseAdmission{});
}

// ---- orders

void Ownership::order_planned(Order const& order, Now now, Actions& out) {
    auto const refuse = [&](char const* why) {
        out.emplace_back(Progress{order.operation_id, {}, why});
    };
    if (state_ == State::draining || state_ == State::handing_over)
        return refuse("a failover is under way");
    if (state_ != State::serving) return refuse("this region does not serve the hub");
    if (order.to_region == self_.value) return refuse("this region owns the hub already");
    if (!pair_ || order.to_region != pair_->value) return refuse("not the paired region");
    state_ = State::draining;
    order_ = order;
    hand_over_until_ = now.mono + options_.drain_wait_max;
    out.emplace_back(PauseAdmission{});
    out.emplace_back(Progress{order.operation_id, "admission-stopped", {}});
}

void Ownership::order_forced(Order const& order, Now now, Actions& out) {
    auto const refuse = [&](char const* why) {
        out.emplace_back(Progress{order.operation_id, {}, why});
    };
    if (order.to_region != self_.value) return refuse("not the region to take over");
    if (owns()) return refuse("this region owns the hub already");
    if (!eligible_) return refuse("this region's copy is not complete");
    if (wanted_ && !wanted_->operation_id.empty()) return refuse("a failover is under way");
    wanted_ = Campaign{record::FAILOVER_FORCED, order.operation_id, {},
                       now.mono + options_.forced_wait_max};
    if (state_ != State::campaigning) campaign(now, out);
    lease_.ask_first(std::nullopt);
    out.emplace_back(Progress{order.operation_id, "votes-asked", {}});
}

void Ownership::end_hand_over(char const* why, Actions& out) {
    if (state_ != State::draining && state_ != State::handing_over) return;
    out.emplace_back(Progress{order_.operation_id, {}, why});
    hand_over_until_.reset();
}

void Ownership::check_hand_over(Now now, Actions& out) {
    if (!hand_over_until_ || now.mono < *hand_over_until_) return;
    if (state_ == State::draining) {
        end_hand_over("the paired region did not catch up in time", out);
        state_ = State::serving;
        check_lease(now, out);
        if (state_ == State::serving) out.emplace_back(ResumeAdmission{});
        return;
    }
    TANDEM_ASSERT(state_ == State::handing_over, "a hand-over ends that was not begun");
    // HandedOver stands in the log, so nothing may follow in this epoch: only a new one helps.
    end_hand_over("the paired region did not confirm in time", out);
    wanted_ = Campaign{};
    campaign(now, out);
}

}  // namespace tandem::failover
