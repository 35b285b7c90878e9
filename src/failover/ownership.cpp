#include "failover/ownership.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <utility>

namespace tandem::failover {

namespace {

std::vector<SiteName> voters_of(SiteName const& self, std::optional<SiteName> const& pair,
                                SiteName const& witness) {
    if (!pair) return {self};  // a majority of two would be both: no help, only risk
    return {witness, *pair, self};
}

/// splitmix64's finaliser: ids stay spread out though the counter moves by one.
std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}

}  // namespace

char const* name(State state) {
    switch (state) {
        case State::following: return "following";
        case State::campaigning: return "campaigning";
        case State::serving: return "serving";
        case State::fenced: return "fenced";
        case State::draining: return "draining";
        case State::handing_over: return "handing_over";
    }
    panic("a state without a name");
}

Ownership::Ownership(Options options, SiteName self, std::optional<SiteName> pair,
                     SiteName witness)
    : options_(options),
      self_(std::move(self)),
      pair_(std::move(pair)),
      lease_(options_.lease, voters_of(self_, pair_, witness)) {
    lease_.ask_last(self_);
}

std::uint64_t Ownership::fresh_id() {
    ++counter_;
    return mix(random_ + counter_ * 0x9E3779B97F4A7C15ULL);
}

bool Ownership::owns() const {
    return state_ != State::following && state_ != State::campaigning;
}

bool Ownership::may_automatic() const { return pair_ && eligible_ && automatic_; }

/// Would the owner's silence change anything? A campaign to go on that has to wait for the pair's
/// vote becomes an automatic one, which need not.
bool Ownership::waits_for_silence() const {
    if (!may_automatic()) return false;
    if (state_ == State::following) return !wanted_ || wanted_->kind == record::FAILOVER_NONE;
    return state_ == State::campaigning && needs_pair_ && wanted_->kind == record::FAILOVER_NONE;
}

Actions Ownership::finish(Now now, Actions out) {
    for (auto& ask : lease_.asks(now, [this] { return fresh_id(); }))
        out.emplace_back(AskVoter{std::move(ask.voter), ask.epoch, ask.ask_id});
    check_invariants();
    return out;
}

// ---- inputs

Actions Ownership::start(Memory const& memory, Now now, std::uint64_t random) {
    random_ = random;
    highest_ = memory.highest;
    owner_ = memory.owner;
    served_by_ = memory.owner;
    last_heard_ = now.mono;
    Actions out;
    if (memory.handed_over_to == self_.value) {
        wanted_ = Campaign{record::FAILOVER_PLANNED, {}, memory.handed_over, {}};
        campaign(now, out);
    } else if (memory.owner == self_.value || memory.promised_to == self_.value) {
        // We ask our own voter last: its promise to us says that the others had agreed. If another
        // had served before, that was a failover, and its cause is forgotten.
        wanted_ = Campaign{};
        last_owner_ = true;
        if (memory.owner != self_.value) wanted_->kind = record::FAILOVER_FORCED;
        needs_pair_ = pair_ && memory.promised_to == pair_->value;
        if (memory.handed_over_to.empty()) {
            campaign(now, out);
        } else {
            owner_ = memory.handed_over_to;
            retry_at_ = now.mono + options_.handover_wait_max;
        }
    }
    return finish(now, std::move(out));
}

Actions Ownership::on_timer(Now now, std::uint64_t random) {
    random_ = random;
    Actions out;
    check_lease(now, out);
    check_hand_over(now, out);
    check_campaign(now, out);
    return finish(now, std::move(out));
}

Actions Ownership::on_vote(SiteName const& voter, peer::VoteReply const& reply, Now now,
                           std::uint64_t random) {
    random_ = random;
    if (!lease_.asking() || Epoch{reply.epoch()} != lease_.epoch()) return {};
    Actions out;
    check_lease(now, out);
    if (!reply.granted()) {
        on_refusal(voter, reply, now, out);
        return finish(now, std::move(out));
    }
    lease_.on_grant(voter, lease_.epoch(), reply.ask_id(), now);
    if (state_ == State::campaigning) try_begin(now, out);
    if (state_ == State::fenced && lease_.held(now)) {
        state_ = State::serving;
        refused_ = false;
        out.emplace_back(ResumeAdmission{});
    }
    return finish(now, std::move(out));
}

Actions Ownership::on_owner_heard(Epoch epoch, std::string const& owner, Now now) {
    if (epoch < highest_ || owner == self_.value) return {};
    Actions out;
    if (owns()) {
        if (epoch == lease_.epoch()) return {};  // nobody else can own ours; not worth a word
        step_down(epoch, owner, out);
        wanted_.reset();
    }
    last_heard_ = now.mono;
    if (wanted_) {
        bool const persists =
            (wanted_->kind == record::FAILOVER_PLANNED && epoch <= wanted_->handed_over) ||
            wanted_->kind == record::FAILOVER_FORCED;
        bool const outbid = state_ == State::campaigning && epoch >= lease_.epoch();
        if (state_ == State::campaigning && (!persists || outbid)) {
            abandon(out);
            out.emplace_back(StopServing{epoch, owner});
        }
        if (!persists) {
            wanted_.reset();
            retry_at_.reset();
        } else if (outbid) {
            campaign_later(options_.campaign_retry, now);
        }
    }
    highest_ = epoch;
    owner_ = owner;
    served_by_ = owner;
    last_owner_ = false;
    needs_pair_ = false;
    return finish(now, std::move(out));
}

Actions Ownership::on_epoch_seen(Epoch epoch, Now now) {
    Actions out;
    if (!owns() || epoch <= lease_.epoch()) return out;
    step_down(epoch, {}, out);
    wanted_ = Campaign{};
    needs_pair_ = pair_.has_value();
    campaign_later(options_.campaign_retry, now);
    return finish(now, std::move(out));
}

Actions Ownership::on_order(Order const& order, Now now, std::uint64_t random) {
    random_ = random;
    Actions out;
    check_lease(now, out);
    if (order.forced)
        order_forced(order, now, out);
    else
        order_planned(order, now, out);
    return finish(now, std::move(out));
}

Actions Ownership::on_drained(Now now) {
    Actions out;
    if (!lease_.held(now)) return out;  // what the pair has is known, but not that we still own it
    if (state_ == State::draining) {
        state_ = State::handing_over;
        hand_over_until_ = now.mono + options_.handover_wait_max;
        out.emplace_back(Progress{order_.operation_id, "drained", {}});
        out.emplace_back(AppendHandedOver{lease_.epoch(), order_.to_region, order_.operation_id});
    } else if (state_ == State::handing_over) {
        Epoch const epoch = lease_.epoch();
        lease_.stop();
        state_ = State::following;
        hand_over_until_.reset();
        owner_ = order_.to_region;
        out.emplace_back(Progress{order_.operation_id, "handed-over", {}});
        out.emplace_back(ReleaseVotes{epoch});
        out.emplace_back(Progress{order_.operation_id, "votes-released", {}});
        out.emplace_back(SendTakeOver{epoch, order_.operation_id, order_.to_region});
        out.emplace_back(StopServing{highest_, owner_});
        wanted_ = Campaign{};  // if the pair does not come forward: we have everything
        last_heard_ = now.mono;
        retry_at_ = now.mono + options_.handover_wait_max;
    }
    return finish(now, std::move(out));
}

Actions Ownership::on_take_over(Epoch handed_over, std::string const& operation_id, Now now,
                                std::uint64_t random) {
    random_ = random;
    if (owns() || handed_over < highest_) return {};
    if (wanted_ && wanted_->kind == record::FAILOVER_PLANNED) return {};  // said twice
    Actions out;
    if (wanted_) fail_campaign("the owner handed over meanwhile", now, out);
    highest_ = handed_over;
    if (pair_) served_by_ = pair_->value;
    last_heard_ = now.mono;
    wanted_ = Campaign{record::FAILOVER_PLANNED, operation_id, handed_over, {}};
    campaign(now, out);
    return finish(now, std::move(out));
}

void Ownership::set_eligible(bool eligible) { eligible_ = eligible; }
void Ownership::set_automatic(bool automatic) { automatic_ = automatic; }

// ---- queries

std::optional<Time> Ownership::next_deadline() const {
    std::optional<Time> next = lease_.next_deadline();
    auto const consider = [&next](std::optional<Time> at) {
        if (at) next = std::min(next.value_or(*at), *at);
    };
    if (owns() && state_ != State::fenced) consider(lease_.expires_at());
    if (state_ == State::fenced && refused_) consider(fenced_at_ + options_.lease.term);
    consider(hand_over_until_);
    if (wanted_) consider(wanted_->give_up_at);
    if (state_ == State::following && wanted_) consider(retry_at_);
    if (waits_for_silence()) consider(last_heard_ + options_.automatic_after);
    return next;
}

bool Ownership::serving(Now now) const {
    return owns() && state_ != State::fenced && lease_.held(now);
}

bool Ownership::admitting(Now now) const { return state_ == State::serving && lease_.held(now); }

std::optional<Time> Ownership::lease_expires_at() const {
    return owns() ? lease_.expires_at() : std::nullopt;
}

}  // namespace tandem::failover
