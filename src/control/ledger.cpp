#include "control/ledger.hpp"

#include "control/answer.hpp"

#include <iterator>

namespace tandem::control {

namespace {

http::Response not_confirmed() {
    return arm_error(503, "ManagementPlaneNotConfirmed",
                     "No region has confirmed this change: it may or may not be lasting. Ask for "
                     "what it changed before you repeat it.");
}

}  // namespace

Ledger::Ledger(ports::Store& store, Replication::Options options)
    : store_(store), replication_(std::move(options), [this] {
          std::vector<peer::Entry> entries;
          for (auto& stored : store_.read_meta(model_prefix)) {
              peer::Entry& entry = entries.emplace_back();
              entry.set_key(std::move(stored.key));
              entry.set_value(std::move(*stored.value));
          }
          return entries;
      }) {}

Result<void> Ledger::load() {
    model_.clear();
    for (auto const& entry : store_.read_meta(model_prefix)) {
        if (!entry.value) return Error{Errc::malformed, "management entry without value"};
        TANDEM_CHECK(model_.load(entry));
    }
    return {};
}

Result<void> Ledger::recover(Now now) {
    TANDEM_CHECK(load());
    record::ControlStanding standing;
    for (auto const& entry : store_.read_meta(standing_key))
        if (!entry.value || !standing.ParseFromString(*entry.value))
            return Error{Errc::malformed, "damaged standing"};
    replication_.recover(standing, now);
    look(now);
    return {};
}

std::uint64_t Ledger::next_revision() {
    record::SettingsRevision next;
    next.set_value(model_.revision() + 1);
    put(next);
    return next.value();
}

void Ledger::promise(record::Promise const& promise) {
    promised_.push_back({vote_prefix + promise.hub(), promise.SerializeAsString()});
    promises_.push_back(promise);
}

void Ledger::ready(Output output) {
    if (auto const* respond = std::get_if<Respond>(&output)) requests_.erase(respond->request);
    ready_.push_back(std::move(output));
}

/// The answer to a request that only reads.
bool Ledger::readable(Output const& output) const {
    auto const* respond = std::get_if<Respond>(&output);
    if (respond == nullptr) return false;
    auto const found = requests_.find(respond->request);
    return found != requests_.end() && found->second;
}

void Ledger::emit(Output output) {
    if (held_ || !changes_.empty()) {
        waiting_.push_back(std::move(output));
    } else if (!in_flight_.empty()) {
        in_flight_.back().outputs.push_back(std::move(output));
    } else if (!unsafe_.empty() && (follows_ || !readable(output))) {
        unsafe_.back().outputs.push_back(std::move(output));
    } else {
        ready(std::move(output));
    }
}

void Ledger::release_held() {
    held_ = false;
    if (!changes_.empty()) return;   // they go with these
    for (auto& output : std::exchange(waiting_, {})) emit(std::move(output));
}

void Ledger::emit_local(Output output) {
    if (!promised_.empty()) {
        local_.push_back(std::move(output));
    } else if (!in_flight_.empty()) {
        in_flight_.back().local.push_back(std::move(output));
    } else {
        ready(std::move(output));
    }
}

void Ledger::emit_now(Output output) { ready(std::move(output)); }

void Ledger::flush(Now now) {
    ports::Batch batch;
    batch.meta = std::exchange(replaced_records_, {});
    if (!changes_.empty()) {
        replication_.append(changes_);
        batch.meta.insert(batch.meta.end(), std::make_move_iterator(changes_.begin()),
                          std::make_move_iterator(changes_.end()));
        changes_.clear();
    }
    if (replication_.standing_changed())
        batch.meta.push_back({standing_key, replication_.stored_standing().SerializeAsString()});
    for (auto& change : promised_) batch.meta.push_back(std::move(change));
    promised_.clear();
    if (!batch.empty()) {
        InFlight flight;
        flight.standing = replication_.stored_standing();
        flight.local = std::exchange(local_, {});
        flight.outputs = std::exchange(waiting_, {});
        flight.promises = std::exchange(promises_, {});
        flight.ticket = store_.submit(std::move(batch));
        in_flight_.push_back(std::move(flight));
    }
    look(now);
}

void Ledger::on_durable(ports::Ticket ticket, Now now) {
    while (!in_flight_.empty() && in_flight_.front().ticket <= ticket) {
        InFlight flight = std::move(in_flight_.front());
        in_flight_.pop_front();
        for (auto& output : flight.local) ready(std::move(output));
        kept_.insert(kept_.end(), flight.promises.begin(), flight.promises.end());
        replication_.on_durable(flight.standing, now);
        unsafe_.push_back({flight.standing.sequence(), now.mono, std::move(flight.outputs)});
        look(now);
    }
}

/// What is safe goes out; so do, while no copy is to be reached, the answers that only tell.
void Ledger::release(Now now) {
    follows_ = replication_.accepts(now) || !active();
    bool const rests_here = replication_.alone() || !active();   // then nothing changes
    while (!unsafe_.empty() &&
           (rests_here || unsafe_.front().sequence <= replication_.safe())) {
        for (auto& output : unsafe_.front().outputs) ready(std::move(output));
        unsafe_.pop_front();
    }
    if (follows_) return;
    for (Unsafe& unsafe : unsafe_) {
        bool const late = now.mono - unsafe.since >= unconfirmed_wait_max;
        std::vector<Output> still;
        for (auto& output : unsafe.outputs) {
            auto* respond = std::get_if<Respond>(&output);
            if (late && respond != nullptr && !readable(output))
                respond->response = not_confirmed();
            if (readable(output) || (late && respond != nullptr)) ready(std::move(output));
            else still.push_back(std::move(output));
        }
        unsafe.outputs = std::move(still);
    }
}

std::vector<Output> Ledger::take_outputs() {
    for (auto& [site, message] : replication_.take_messages())
        ready_.emplace_back(SendTo{site, std::move(message)});
    return std::exchange(ready_, {});
}

void Ledger::on_timer(Now now) {
    replication_.on_timer(now);
    look(now);
}

void Ledger::on_peer_up(SiteName const& site, Now now) {
    replication_.on_peer_up(site, now);
    look(now);
}

void Ledger::on_peer_down(SiteName const& site, Now now) {
    replication_.on_peer_down(site, now);
    look(now);
}

void Ledger::on_message(SiteName const& from, peer::Envelope const& message, Now now) {
    if (message.has_control_ack()) replication_.on_ack(from, message.control_ack(), now);
    if (message.has_control_snapshot())
        replication_.on_snapshot(from, message.control_snapshot(), now);
    look(now);
}

/// What replication has come to since the last look.
void Ledger::look(Now now) {
    if (was_active_ && (!active() || replication_.begins())) refuse_requests();
    was_active_ = active();
    if (auto beginning = replication_.take_beginning()) begin(std::move(*beginning));
    release(now);
}

void Ledger::begin(Replication::Beginning beginning) {
    activated_ = true;
    if (!beginning.records) {
        // All that was recorded is stored: the claim became durable after it. What was not is gone.
        auto const loaded = load();
        TANDEM_ASSERT(loaded.ok(), "own records that cannot be read");
        return;
    }
    replaced_ = Replaced{beginning.own, beginning.from, 0};
    replace(*beginning.records);
}

void Ledger::replace(std::vector<peer::Entry> const& records) {
    std::map<Bytes, Bytes> own;
    for (auto& stored : store_.read_meta(model_prefix)) own[stored.key] = stored.value.value_or("");
    model_.clear();
    for (auto const& entry : records) {
        auto const known = own.find(entry.key());
        if (known != own.end() && known->second == entry.value()) {
            own.erase(known);
        } else if (known != own.end()) {
            ++replaced_->differing;
            own.erase(known);
        }
        ports::ViewChange change{entry.key(), entry.value()};
        auto const loaded = model_.load(change);
        TANDEM_ASSERT(loaded.ok(), "a copy of the records that cannot be read");
        replaced_records_.push_back(std::move(change));
    }
    replaced_->differing += own.size();
    for (auto const& [key, value] : own) replaced_records_.push_back({key, std::nullopt});
}

/// This site holds the plane no more: nobody can say here what becomes of what it was asked.
void Ledger::refuse_requests() {
    changes_.clear();
    waiting_.clear();
    for (auto& flight : in_flight_) flight.outputs.clear();
    unsafe_.clear();
    for (auto const& [request, reads] : std::exchange(requests_, {}))
        ready_.emplace_back(Respond{request, not_confirmed()});
}

}  // namespace tandem::control
