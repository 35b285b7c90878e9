#include "control/ledger.hpp"

#include <iterator>

namespace tandem::control {

Result<void> Ledger::recover() {
    for (auto const& entry : store_.read_meta(model_prefix)) {
        if (!entry.value) return Error{Errc::malformed, "management entry without value"};
        TANDEM_CHECK(model_.load(entry));
    }
    return {};
}

std::uint64_t Ledger::next_revision() {
    record::SettingsRevision next;
    next.set_value(model_.revision() + 1);
    put(next);
    return next.value();
}

void Ledger::promise(record::Promise const& promise) {
    batch_.meta.push_back({vote_prefix + promise.hub(), promise.SerializeAsString()});
    promises_.push_back(promise);
}

void Ledger::emit(Output output) {
    if (!batch_.empty()) {
        waiting_.push_back(std::move(output));
    } else if (!in_flight_.empty()) {
        in_flight_.back().outputs.push_back(std::move(output));
    } else {
        ready_.push_back(std::move(output));
    }
}

void Ledger::emit_now(Output output) { ready_.push_back(std::move(output)); }

void Ledger::flush() {
    if (batch_.empty()) return;
    ports::Ticket const ticket = store_.submit(std::exchange(batch_, {}));
    in_flight_.push_back({ticket, std::exchange(waiting_, {}), std::exchange(promises_, {})});
}

void Ledger::on_durable(ports::Ticket ticket) {
    while (!in_flight_.empty() && in_flight_.front().ticket <= ticket) {
        auto& outputs = in_flight_.front().outputs;
        ready_.insert(ready_.end(), std::make_move_iterator(outputs.begin()),
                      std::make_move_iterator(outputs.end()));
        auto& promises = in_flight_.front().promises;
        kept_.insert(kept_.end(), promises.begin(), promises.end());
        in_flight_.pop_front();
    }
}

}  // namespace tandem::control
