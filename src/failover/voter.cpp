#include "failover/voter.hpp"

#include <algorithm>

namespace tandem::failover {

namespace {

record::Promise to_promise(std::string const& hub, Epoch epoch, std::string const& holder,
                           bool released) {
    record::Promise promise;
    promise.set_hub(hub);
    promise.set_epoch(value(epoch));
    promise.set_holder(holder);
    promise.set_released(released);
    return promise;
}

}  // namespace

Voter::Voter(Options options) : options_(options) {}

void Voter::recover(record::Promise const& promise, Now now) {
    Hub& hub = hubs_[promise.hub()];
    hub.epoch = Epoch{promise.epoch()};
    hub.holder = promise.holder();
    hub.released = promise.released();
    hub.stored = true;
    hub.runs_until = hub.released ? now.mono : now.mono + options_.term;
}

bool Voter::may_grant(Hub const& hub, Epoch asked, SiteName const& candidate, Now now) const {
    if (value(asked) == 0 || value(asked) > Position::epoch_max) return false;
    if (asked <= hub.deposed || asked < hub.epoch) return false;
    if (candidate.value == hub.deposed_holder && now.mono < hub.deposed_until) return false;
    if (asked == hub.epoch) return hub.holder == candidate.value && !hub.released;
    return hub.released || hub.holder == candidate.value || now.mono >= hub.runs_until;
}

Voter::Answer Voter::on_request(peer::VoteRequest const& request, SiteName const& candidate,
                                Now now) {
    Hub& hub = hubs_[request.hub()];
    Epoch const asked{request.epoch()};
    Answer answer;
    answer.reply.set_hub(request.hub());
    answer.reply.set_epoch(request.epoch());
    answer.reply.set_ask_id(request.ask_id());
    bool const granted = may_grant(hub, asked, candidate, now);
    if (granted) {
        if (asked > hub.epoch) {
            hub.epoch = asked;
            hub.holder = candidate.value;
            hub.released = false;
            hub.stored = false;
            if (hub.deposed_holder != candidate.value) hub.deposed_holder.clear();
        }
        hub.runs_until = now.mono + options_.term;
        if (!hub.stored)
            answer.store_first = to_promise(request.hub(), hub.epoch, hub.holder, false);
    } else if (asked > hub.epoch && !hub.released) {
        Duration const wait = hub.runs_until - now.mono;
        answer.reply.set_wait_us(std::max(wait, Duration{0}).count());
    }
    answer.reply.set_granted(granted);
    answer.reply.set_promised_epoch(value(hub.epoch));
    answer.reply.set_promised_to(hub.holder);
    return answer;
}

std::optional<record::Promise> Voter::on_release(peer::VoteRelease const& release,
                                                 SiteName const& from, Now now) {
    auto const found = hubs_.find(release.hub());
    if (found == hubs_.end()) return std::nullopt;
    Hub& hub = found->second;
    if (hub.epoch != Epoch{release.epoch()} || hub.holder != from.value || hub.released)
        return std::nullopt;
    hub.released = true;
    hub.stored = false;
    hub.runs_until = now.mono;
    return to_promise(release.hub(), hub.epoch, hub.holder, true);
}

void Voter::on_stored(record::Promise const& promise) {
    auto const found = hubs_.find(promise.hub());
    if (found == hubs_.end()) return;
    Hub& hub = found->second;
    if (hub.epoch == Epoch{promise.epoch()} && hub.holder == promise.holder() &&
        hub.released == promise.released())
        hub.stored = true;
}

void Voter::on_depose(peer::Depose const& depose, Now now) {
    Epoch const epoch{depose.epoch()};
    Hub& hub = hubs_[depose.hub()];
    if (epoch < hub.epoch || value(epoch) > Position::epoch_max) return;
    hub.deposed = std::max(hub.deposed, epoch);
    if (epoch != hub.epoch || hub.holder.empty()) return;
    hub.deposed_holder = hub.holder;
    hub.deposed_until = now.mono + deposed_terms * options_.term;
}

std::optional<record::Promise> Voter::promise(HubName const& hub) const {
    auto const found = hubs_.find(hub.value);
    if (found == hubs_.end() || value(found->second.epoch) == 0) return std::nullopt;
    Hub const& known = found->second;
    return to_promise(hub.value, known.epoch, known.holder, known.released);
}

}  // namespace tandem::failover
