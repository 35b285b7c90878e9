#include "control/ledger.hpp"

#include <iterator>

namespace tandem::control {

Result<void> Ledger::recover() {
    for (auto const& entry : store_.read_meta(model_prefix)) {
        if (!entry.value) return Error{Errc::malformed, "management entry without value"};
        TANDEM_CHECK(model_.load(entry.key, *entry.value));
    }
    return {};
}

void Ledger::apply(record::ManagementRecord const& record) {
    batch_.meta.push_back(model_.apply(record));
}

void Ledger::put(record::ResourceGroup const& group) {
    record::ManagementRecord record;
    *record.mutable_group_put() = group;
    apply(record);
}

void Ledger::put(record::HubResource const& hub) {
    record::ManagementRecord record;
    *record.mutable_hub_put() = hub;
    apply(record);
}

void Ledger::put(record::ManagementOperation const& operation) {
    record::ManagementRecord record;
    *record.mutable_operation_put() = operation;
    apply(record);
}

void Ledger::put(record::AccessToken const& token) {
    record::ManagementRecord record;
    *record.mutable_token_put() = token;
    apply(record);
}

void Ledger::put(record::HubTombstone const& tombstone) {
    record::ManagementRecord record;
    *record.mutable_tombstone_put() = tombstone;
    apply(record);
}

void Ledger::remove_group(std::string const& key) {
    record::ManagementRecord record;
    record.set_group_removed(key);
    apply(record);
}

void Ledger::remove_hub(std::string const& name) {
    record::ManagementRecord record;
    record.set_hub_removed(name);
    apply(record);
}

void Ledger::remove_operation(std::string const& id) {
    record::ManagementRecord record;
    record.set_operation_removed(id);
    apply(record);
}

void Ledger::remove_token(Bytes const& hash) {
    record::ManagementRecord record;
    record.set_token_removed(hash);
    apply(record);
}

void Ledger::remove_tombstone(std::string const& key) {
    record::ManagementRecord record;
    record.set_tombstone_removed(key);
    apply(record);
}

std::uint64_t Ledger::next_revision() {
    record::ManagementRecord record;
    record.set_revision(model_.revision() + 1);
    apply(record);
    return model_.revision();
}

void Ledger::put(record::Promise const& promise) {
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
