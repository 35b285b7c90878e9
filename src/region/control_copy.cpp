#include "region/control_copy.hpp"

namespace tandem::region {

namespace {
constexpr std::string_view standing_key = "control/standing";
constexpr std::string_view entity_prefix = "control/e/";
}  // namespace

Result<void> ControlCopy::recover() {
    for (auto const& entry : store_.read_meta(standing_key))
        if (!entry.value || !standing_.ParseFromString(*entry.value))
            return Error{Errc::malformed, "damaged node entry " + entry.key};
    durable_ = standing_;
    for (auto const& entry : store_.read_meta(entity_prefix))
        keys_.insert(entry.key.substr(entity_prefix.size()));
    return {};
}

void ControlCopy::on_peer_down(SiteName const& site) {
    live_.erase(site.value);
    fetches_.erase(site.value);
}

/// Takes a higher term as a promise to whoever is in it.
bool ControlCopy::hears(SiteName const& from, std::uint64_t term) {
    if (term < standing_.promised_term()) return false;
    if (term == standing_.promised_term() && from.value != standing_.promised_to()) return false;
    live_.insert(from.value);
    if (term == standing_.promised_term()) return true;
    standing_.set_promised_term(term);
    standing_.set_promised_to(from.value);
    incoming_.forget();
    changed_ = true;
    return true;
}

void ControlCopy::stand(std::uint64_t term, std::string const& holder, std::uint64_t sequence) {
    standing_.set_term(term);
    standing_.set_holder(holder);
    standing_.set_sequence(sequence);
    changed_ = true;
}

void ControlCopy::put(Bytes const& key, Bytes value) {
    keys_.insert(key);
    changes_.push_back({Bytes{entity_prefix} + key, std::move(value)});
}

void ControlCopy::erase(Bytes const& key) {
    keys_.erase(key);
    changes_.push_back({Bytes{entity_prefix} + key, std::nullopt});
}

void ControlCopy::on_ask(SiteName const& from, peer::ControlAsk const& ask) {
    if (ask.claim_term() != 0) hears(from, ask.claim_term());
    answer(from);
}

void ControlCopy::on_append(SiteName const& from, peer::ControlAppend const& append) {
    auto const& previous = append.previous();
    if (hears(from, append.term()) && previous.term() == standing_.term() &&
        previous.sequence() == standing_.sequence()) {
        for (auto const& entry : append.entries()) {
            if (entry.sequence() != standing_.sequence() + 1 || entry.term() != append.term())
                break;
            for (auto const& change : entry.changes())
                change.gone() ? erase(change.key()) : put(change.key(), change.value());
            stand(entry.term(), from.value, entry.sequence());
        }
    }
    answer(from);
}

void ControlCopy::on_snapshot(SiteName const& from, peer::ControlSnapshot const& chunk) {
    auto const& position = chunk.position();
    bool const older = position.term() > chunk.term() || position.term() < standing_.term() ||
                       (position.term() == standing_.term() &&
                        position.sequence() <= standing_.sequence());
    if (hears(from, chunk.term()) && !older && incoming_.take(chunk)) {
        std::set<Bytes> gone = std::exchange(keys_, {});
        for (auto const& entry : incoming_.entries()) {
            gone.erase(entry.key());
            put(entry.key(), entry.value());
        }
        for (auto const& key : gone) erase(key);
        stand(position.term(), position.holder(), position.sequence());
    }
    answer(from);
}

void ControlCopy::on_fetch(SiteName const& from, peer::ControlFetch const& fetch) {
    Fetch& open = fetches_[from.value];
    if (open.id != fetch.fetch_id()) {
        // What the store shows may be ahead of what is known to be durable: who asks asks again.
        if (fetch.number() != 0 || changed_ || !in_flight_.empty()) return;
        std::vector<peer::Entry> entries;
        for (auto& stored : store_.read_meta(entity_prefix)) {
            peer::Entry& entry = entries.emplace_back();
            entry.set_key(stored.key.substr(entity_prefix.size()));
            entry.set_value(stored.value.value_or(Bytes{}));
        }
        open = {fetch.fetch_id(), record::cut_snapshot(std::move(entries))};
        for (auto& chunk : open.chunks) {
            chunk.set_snapshot_id(fetch.fetch_id());
            *chunk.mutable_position() = record::position_of(durable_);
        }
    }
    if (fetch.number() >= open.chunks.size()) return;
    peer::Envelope envelope;
    *envelope.mutable_control_snapshot() = open.chunks[fetch.number()];
    replies_.emplace_back(from, std::move(envelope));
}

void ControlCopy::collect(ports::Batch& batch) {
    if (!changed_) return;
    for (auto& change : changes_) batch.meta.push_back(std::move(change));
    changes_.clear();
    batch.meta.push_back({Bytes{standing_key}, standing_.SerializeAsString()});
}

void ControlCopy::submitted(ports::Ticket ticket) {
    if (!std::exchange(changed_, false)) return;
    in_flight_.push_back({ticket, standing_, std::exchange(asking_, {})});
}

void ControlCopy::on_durable(ports::Ticket ticket) {
    while (!in_flight_.empty() && in_flight_.front().ticket <= ticket) {
        InFlight const done = std::move(in_flight_.front());
        in_flight_.pop_front();
        durable_ = done.standing;
        for (auto const& site : done.asking) send_standing(site);
    }
}

void ControlCopy::answer(SiteName const& site) {
    if (changed_) asking_.insert(site.value);
    else if (!in_flight_.empty()) in_flight_.back().asking.insert(site.value);
    else send_standing(site.value);
}

void ControlCopy::send_standing(std::string const& site) {
    peer::Envelope envelope;
    auto& ack = *envelope.mutable_control_ack();
    *ack.mutable_position() = record::position_of(durable_);
    ack.set_promised_term(durable_.promised_term());
    ack.set_promised_to(durable_.promised_to());
    ack.set_promised_connected(live_.contains(durable_.promised_to()));
    ack.set_snapshot_id(incoming_.id());
    ack.set_snapshot_chunks(incoming_.chunks());
    replies_.emplace_back(SiteName{site}, std::move(envelope));
}

}  // namespace tandem::region
