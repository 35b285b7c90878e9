#include "control/witness.hpp"

#include <utility>

namespace tandem::control {

Result<void> Witness::recover(ports::Store& store, Now now) {
    for (auto const& entry : store.read_meta(vote_prefix)) {
        record::Promise promise;
        if (!entry.value || !promise.ParseFromString(*entry.value))
            return Error{Errc::malformed, "damaged promise " + entry.key};
        voter_.recover(promise, now);
    }
    return {};
}

void Witness::on_durable() {
    for (auto const& promise : ledger_.take_promises()) voter_.on_stored(promise);
}

void Witness::on_request(SiteName const& from, peer::VoteRequest const& request, Now now) {
    auto answer = voter_.on_request(request, from, now);
    SendTo reply{from, {}};
    *reply.message.mutable_vote_reply() = std::move(answer.reply);
    if (answer.store_first) {
        ledger_.promise(*answer.store_first);
        ledger_.emit_local(std::move(reply));
    } else {
        ledger_.emit_now(std::move(reply));   // a renewal or a refusal promises nothing new
    }
}

void Witness::on_release(SiteName const& from, peer::VoteRelease const& release, Now now) {
    if (auto const promise = voter_.on_release(release, from, now)) ledger_.promise(*promise);
}

void Witness::depose(std::string const& hub, std::uint32_t epoch, Now now) {
    peer::Depose message;
    message.set_hub(hub);
    message.set_epoch(epoch);
    if (!elsewhere_) return on_depose(message, now);
    SendTo order{*elsewhere_, {}};
    *order.message.mutable_depose() = message;
    ledger_.emit(std::move(order));
}

}  // namespace tandem::control
