#include "control/copy_feed.hpp"

#include <algorithm>

namespace tandem::control {

void CopyFeed::begin(std::uint64_t term, peer::ControlPosition base, Now now) {
    term_ = term;
    sequence_ = durable_ = safe_ = base.sequence();
    first_ = sequence_ + 1;
    base_ = std::move(base);
    ring_.clear();
    ring_bytes_ = 0;
    begun_ = now.mono;
    for (Copy& copy : copies_) {
        copy.confirmed = 0;
        copy.streams = false;
        copy.push.reset();
        copy.moved = now.mono;
        if (copy.up) ask(copy, true);
    }
}

std::uint64_t CopyFeed::append(std::vector<ports::ViewChange> const& changes) {
    Kept kept;
    kept.entry.set_term(term_);
    kept.entry.set_sequence(++sequence_);
    for (auto const& change : changes) {
        auto& told = *kept.entry.add_changes();
        told.set_key(change.key);
        if (change.value) told.set_value(*change.value);
        told.set_gone(!change.value);
        kept.bytes += change.key.size() + (change.value ? change.value->size() : 0);
    }
    bool const large = kept.bytes > copy_entry_bytes_max;
    ring_bytes_ += kept.bytes;
    ring_.push_back(std::move(kept));
    while (!ring_.empty() && (large || ring_.size() > copy_ring_entries_max ||
                              ring_bytes_ > copy_ring_bytes_max)) {
        base_.set_term(term_);
        base_.set_sequence(ring_.front().entry.sequence());
        ring_bytes_ -= ring_.front().bytes;
        ring_.pop_front();
    }
    return sequence_;
}

void CopyFeed::on_durable(std::uint64_t sequence, Now now) {
    for (auto& kept : ring_)
        if (kept.entry.sequence() > durable_ && kept.entry.sequence() <= sequence)
            kept.durable = now.mono;
    durable_ = std::max(durable_, sequence);
    for (Copy& copy : copies_)
        if (copy.up) advance(copy);
    settle(now);
}

CopyFeed::Copy* CopyFeed::find(SiteName const& site) {
    for (Copy& copy : copies_)
        if (copy.site == site) return &copy;
    return nullptr;
}

void CopyFeed::on_peer_up(SiteName const& site) {
    Copy* copy = find(site);
    if (copy == nullptr) return;
    copy->up = true;
    copy->streams = false;
    copy->push.reset();
    copy->position.Clear();
    if (term_ != 0) ask(*copy, true);
}

void CopyFeed::on_peer_down(SiteName const& site) {
    if (Copy* copy = find(site)) copy->up = false;
}

void CopyFeed::on_ack(SiteName const& from, peer::ControlAck const& ack, Now now) {
    Copy* copy = find(from);
    if (copy == nullptr || term_ == 0) return;
    copy->position = ack.position();
    std::uint64_t const had = copy->confirmed;
    copy->confirmed = ack.position().term() == term_ ? ack.position().sequence() : 0;
    if (copy->confirmed != had || ack.snapshot_chunks() > 0) copy->moved = now.mono;
    if (std::exchange(copy->asked, false)) {
        copy->streams = false;
        if (copy->push) copy->push->next = ack.snapshot_id() == copy->push->id
                                               ? ack.snapshot_chunks() : 0;
    }
    if (kept(copy->position)) copy->push.reset();
    if (copy->push) push(*copy, ack.snapshot_id() == copy->push->id ? ack.snapshot_chunks() : 0);
    else advance(*copy);
    settle(now);
}

/// Sends what is next for a copy whose position is known, if anything is.
void CopyFeed::advance(Copy& copy) {
    if (copy.push || copy.asked || durable_ < first_) return;
    if (!copy.streams && kept(copy.position)) {
        copy.streams = true;
        copy.sent = copy.position.sequence();
    }
    if (copy.streams && copy.sent >= base_.sequence()) return send_entries(copy);
    copy.streams = false;
    if (durable_ < base_.sequence()) return;   // what it lacks is not durable here yet
    auto chunks = record::cut_snapshot(read_all_());
    copy.push = Push{std::move(chunks), ++last_push_, 0};
    for (auto& chunk : copy.push->chunks) {
        chunk.set_term(term_);
        chunk.set_snapshot_id(copy.push->id);
        chunk.mutable_position()->set_term(term_);
        chunk.mutable_position()->set_holder(options_.self.value);
        chunk.mutable_position()->set_sequence(durable_);
    }
    push(copy, 0);
}

bool CopyFeed::kept(peer::ControlPosition const& position) const {
    // Records of a time before terms do not say what they follow on.
    if (position.term() == 0) return false;
    if (position.term() == base_.term() && position.sequence() == base_.sequence()) return true;
    return position.term() == term_ && position.sequence() >= std::max(base_.sequence(), first_) &&
           position.sequence() <= sequence_;
}

void CopyFeed::send_entries(Copy& copy) {
    while (copy.sent < durable_) {
        peer::Envelope envelope;
        auto& append = *envelope.mutable_control_append();
        append.set_term(term_);
        bool const at_base = copy.sent == base_.sequence();
        append.mutable_previous()->set_term(at_base ? base_.term() : term_);
        append.mutable_previous()->set_sequence(copy.sent);
        std::size_t bytes = 0;
        for (std::size_t i = copy.sent - base_.sequence(); i < ring_.size(); ++i) {
            Kept const& next = ring_[i];
            if (next.entry.sequence() > durable_) break;
            if (bytes > 0 && bytes + next.bytes > record::control_chunk_bytes) break;
            bytes += next.bytes + 1;
            *append.add_entries() = next.entry;
            copy.sent = next.entry.sequence();
        }
        send(copy, std::move(envelope));
    }
}

void CopyFeed::push(Copy& copy, std::uint32_t chunks_there) {
    Push& push = *copy.push;
    if (chunks_there != push.next || push.next >= push.chunks.size()) return;
    peer::Envelope envelope;
    *envelope.mutable_control_snapshot() = push.chunks[push.next++];
    send(copy, std::move(envelope));
}

void CopyFeed::ask(Copy& copy, bool in_doubt) {
    copy.asked = copy.asked || in_doubt;
    peer::Envelope envelope;
    envelope.mutable_control_ask()->set_claim_term(term_);
    send(copy, std::move(envelope));
}

void CopyFeed::on_timer(Now now) {
    if (term_ == 0) return;
    for (Copy& copy : copies_) {
        if (!copy.up || now.mono - copy.moved < options_.repeat_every) continue;
        copy.moved = now.mono;
        // Also of one that has everything: it knows if another site has begun a term.
        ask(copy, copy.confirmed < durable_);
    }
    settle(now);
}

Duration CopyFeed::behind(Copy const& copy, Now now) const {
    if (durable_ < first_ || copy.confirmed >= durable_) return Duration{0};
    std::uint64_t const next = std::max(copy.confirmed + 1, first_);
    if (ring_.empty() || next < ring_.front().entry.sequence()) return now.mono - begun_;
    return now.mono - ring_[next - ring_.front().entry.sequence()].durable;
}

bool CopyFeed::in_step(Copy const& copy, Now now) const {
    return copy.up && behind(copy, now) < options_.copy_wait;
}

void CopyFeed::settle(Now now) {
    std::uint64_t best = 0;
    for (Copy const& copy : copies_) best = std::max(best, copy.confirmed);
    for (Copy const& copy : copies_)
        if (in_step(copy, now)) best = std::min(best, copy.confirmed);
    safe_ = std::max(safe_, std::min(best, durable_));
}

bool CopyFeed::follows(Now now) const {
    return std::any_of(copies_.begin(), copies_.end(), [&](Copy const& copy) {
        bool const catching_up =
            copy.up && copy.push && now.mono - copy.moved < options_.copy_wait;
        return catching_up || in_step(copy, now);
    });
}

std::vector<CopyFeed::Standing> CopyFeed::standings(Now now) const {
    std::vector<Standing> all;
    for (Copy const& copy : copies_)
        all.push_back({copy.site, copy.up, copy.confirmed, behind(copy, now)});
    return all;
}

void CopyFeed::send(Copy const& copy, peer::Envelope message) {
    messages_.emplace_back(copy.site, std::move(message));
}

}  // namespace tandem::control
