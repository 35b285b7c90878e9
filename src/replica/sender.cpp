// replica/sender.cpp -- finding out where the follower stands, and keeping it fed.

#include "replica/sender.hpp"

#include "base/limits.hpp"
#include "replica/messages.hpp"

#include <algorithm>
#include <utility>

namespace tandem::replica {

using partition::Mark;

namespace {

/// How often an unanswered question is put again: a pair that has just been told of a hub may not
/// have known it when we first asked.
constexpr Duration probe_every = 250ms;

std::size_t size_of(std::vector<ports::LogEntry> const& entries) {
    std::size_t bytes = 0;
    for (auto const& entry : entries) bytes += entry.record.size();
    return bytes;
}

}  // namespace

Sender::Sender(partition::Partition& partition) : partition_(partition) {}

std::uint64_t Sender::fresh_id(Now now) {
    auto const wall = std::max<std::int64_t>(to_micros(now.wall), 0);
    last_id_ = std::max(last_id_ + 1, static_cast<std::uint64_t>(wall));
    return last_id_;
}

void Sender::on_connected(Epoch epoch, Now now) {
    if (epoch != epoch_) acked_ = {};
    epoch_ = epoch;
    if (deposed_by_ && *deposed_by_ <= epoch) deposed_by_.reset();
    probe(now);
}

void Sender::on_disconnected() {
    state_ = State::down;
    snapshot_.reset();
    unconfirmed_.clear();
    unconfirmed_bytes_ = 0;
}

void Sender::probe(Now now) {
    on_disconnected();
    state_ = State::probing;
    stream_id_ = fresh_id(now);
    asked_at_.reset();
    heard_at_ = now.mono;
}

// ---- replies

void Sender::on_reply(peer::AppendReply const& reply, Now now) {
    if (state_ == State::down) return;
    if (reply.epoch() > value(epoch_)) {
        deposed_by_ = std::max(deposed_by_.value_or(Epoch{}), Epoch{reply.epoch()});
        return;
    }
    if (reply.status() == peer::AppendReply::STALE || reply.stream_id() != stream_id_) return;
    heard_at_ = now.mono;
    auto const mark = to_mark(reply.durable_position(), reply.durable_chain());
    auto const end = to_mark(reply.end_position(), reply.end_chain());
    bool const ok = reply.status() == peer::AppendReply::OK;
    bool const has_view = reply.status() != peer::AppendReply::NEED_SNAPSHOT &&
                          reply.snapshot_id() == 0;
    switch (state_) {
        case State::down: return;
        case State::streaming:
            if (ok && has_view) return confirm(mark);
            return probe(now);
        case State::snapshotting:
            if (!snapshot_) return;
            if (ok && reply.snapshot_id() == snapshot_->id) {
                snapshot_->chunks_taken = reply.snapshot_chunks();
            } else if (!ok) {
                probe(now);
            } else if (has_view && snapshot_->end_sent &&
                       mark.position >= snapshot_->view.at.position) {
                stream_from(end, now);
                confirm(mark);
            }
            return;
        case State::probing:
        case State::aligning: break;
    }
    follower_ = end;
    acked_ = {};  // it may have lost what it had
    if (reply.status() == peer::AppendReply::DIVERGED) return align(mark, true, now);
    if (partition_.mark_at(end.position) != end) return align(end, false, now);
    if (!has_view) return need_snapshot(now);
    stream_from(end, now);
    confirm(mark);
}

/// The follower's log does not end with a mark of ours; `at` is a record of its.
void Sender::align(Mark at, bool asked, Now now) {
    auto const ours = partition_.mark_at_or_before(at.position);
    bool const common = asked && ours == at;
    if (!ours || (state_ == State::aligning && common && sent_ == at)) return need_snapshot(now);
    state_ = State::aligning;
    sent_ = *ours;
    stream_id_ = fresh_id(now);
    asked_at_.reset();
}

void Sender::need_snapshot(Now now) {
    state_ = State::snapshotting;
    snapshot_.reset();
    heard_at_ = now.mono;
}

void Sender::stream_from(Mark mark, Now now) {
    state_ = State::streaming;
    sent_ = mark;
    heard_at_ = now.mono;
    snapshot_.reset();
    unconfirmed_.clear();
    unconfirmed_bytes_ = 0;
}

void Sender::confirm(Mark mark) {
    if (mark.position <= acked_ || partition_.mark_at(mark.position) != mark) return;
    acked_ = mark.position;
    while (!unconfirmed_.empty() && unconfirmed_.front().end <= acked_) {
        unconfirmed_bytes_ -= unconfirmed_.front().bytes;
        unconfirmed_.pop_front();
    }
}

// ---- messages

bool Sender::may_send() const {
    return state_ != State::down && !deposed_by_ && !partition_.incomplete() &&
           !partition_.durable().none() && partition_.durable().epoch() >= epoch_;
}

std::vector<peer::Envelope> Sender::next(Epoch epoch, Position acknowledged, Now now) {
    acknowledged_ = acknowledged;
    if (state_ == State::down) return {};
    if (epoch != epoch_) on_connected(epoch, now);
    if (!may_send()) return {};
    if (now.mono - heard_at_ >= limits::replication_reply_wait_max &&
        (state_ == State::streaming || state_ == State::snapshotting))
        probe(now);
    std::vector<peer::Envelope> out;
    switch (state_) {
        case State::down: return out;
        case State::probing:
        case State::aligning: out = next_probe(now); break;
        case State::streaming: out = next_stream(); break;
        case State::snapshotting: out = next_snapshot(now); break;
    }
    if (!out.empty()) {
        sent_at_ = now.mono;
    } else if (now.mono - sent_at_ >= limits::replication_heartbeat_every &&
               (state_ == State::streaming || state_ == State::snapshotting)) {
        out.push_back(append_after(state_ == State::streaming ? sent_
                                   : snapshot_                ? snapshot_->view.at
                                                              : follower_));
        sent_at_ = now.mono;
    }
    return out;
}

std::optional<Time> Sender::next_deadline() const {
    if (!may_send()) return std::nullopt;
    if (state_ == State::probing || state_ == State::aligning)
        return asked_at_ ? sent_at_ + probe_every : heard_at_;
    return std::min(sent_at_ + limits::replication_heartbeat_every,
                    heard_at_ + limits::replication_reply_wait_max);
}

peer::Envelope Sender::append_after(Mark mark) const {
    peer::Envelope envelope;
    auto& append = *envelope.mutable_append();
    address(append, partition_.key(), epoch_);
    append.set_previous_position(mark.position.bits());
    append.set_previous_chain(bits(mark.chain));
    append.set_owner_end(acknowledged_.bits());
    append.set_stream_id(stream_id_);
    return envelope;
}

std::vector<peer::Envelope> Sender::next_probe(Now now) {
    if (asked_at_ && now.mono - *asked_at_ >= limits::replication_reply_wait_max) probe(now);
    if (asked_at_ && now.mono - sent_at_ < probe_every) return {};
    if (!asked_at_) asked_at_ = now.mono;
    bool const aligning = state_ == State::aligning;
    auto const durable = partition_.mark_at(partition_.durable()).value_or(Mark{});
    auto envelope = append_after(aligning ? sent_ : durable);
    envelope.mutable_append()->set_cut(aligning);
    std::vector<peer::Envelope> out;
    out.push_back(std::move(envelope));
    return out;
}

std::vector<peer::Envelope> Sender::next_stream() {
    std::vector<peer::Envelope> out;
    auto const durable = partition_.durable();
    while (sent_.position < durable && unconfirmed_bytes_ < limits::replication_window_bytes) {
        auto const room = limits::replication_window_bytes - unconfirmed_bytes_;
        auto entries = partition_.read(sent_.position, durable,
                                       std::min(room, limits::replication_batch_bytes));
        if (entries.empty()) break;
        auto envelope = append_after(sent_);
        auto const last = record::peek_header(entries.back().record);
        auto const bytes = size_of(entries);
        for (auto& entry : entries)
            envelope.mutable_append()->add_records(std::move(entry.record));
        out.push_back(std::move(envelope));
        sent_ = {.position = last.position, .chain = last.chain};
        unconfirmed_.push_back({.end = last.position, .bytes = bytes});
        unconfirmed_bytes_ += bytes;
    }
    return out;
}

// ---- snapshots

/// Waits until the stored view belongs to a durable record; then the snapshot is of that.
std::optional<peer::Envelope> Sender::begin_snapshot(Now now) {
    auto view = partition_.view_snapshot();
    if (!view || view->at.position > partition_.durable() ||
        partition_.mark_at(view->at.position) != view->at)
        return std::nullopt;
    auto const start = partition_.log_start();
    bool const keep_log = follower_.position <= view->at.position &&
                          partition_.mark_at(follower_.position) == follower_;
    bool const covered =
        follower_.position < start && follower_.position.epoch() == start.epoch();
    peer::Envelope envelope;
    auto& begin = *envelope.mutable_snapshot_begin();
    address(begin, partition_.key(), epoch_);
    begin.set_position(view->at.position.bits());
    begin.set_chain(bits(view->at.chain));
    begin.set_snapshot_id(fresh_id(now));
    begin.set_have_position(follower_.position.bits());
    begin.set_have_chain(bits(follower_.chain));
    begin.set_keep_log(keep_log);
    begin.set_covered(covered);
    snapshot_ = Snapshot{.id = begin.snapshot_id(),
                         .view = std::move(*view),
                         .records_after = keep_log ? follower_.position
                                                   : Position::from_bits(start.bits() - 1)};
    return envelope;
}

std::vector<peer::Envelope> Sender::next_snapshot(Now now) {
    std::vector<peer::Envelope> out;
    if (!snapshot_) {
        auto begin = begin_snapshot(now);
        if (!begin) return out;
        out.push_back(std::move(*begin));
    }
    auto& snapshot = *snapshot_;
    while (!snapshot.end_sent &&
           snapshot.chunks_sent < snapshot.chunks_taken + limits::snapshot_chunks_max) {
        peer::Envelope envelope;
        if (next_chunk(*envelope.mutable_snapshot_chunk())) {
            out.push_back(std::move(envelope));
            continue;
        }
        auto& end = *envelope.mutable_snapshot_end();
        address(end, partition_.key(), epoch_);
        end.set_snapshot_id(snapshot.id);
        end.set_chunks(snapshot.chunks_sent);
        snapshot.end_sent = true;
        out.push_back(std::move(envelope));
    }
    return out;
}

/// First the view, then the log up to it. False when there is no more.
bool Sender::next_chunk(peer::SnapshotChunk& chunk) {
    auto& snapshot = *snapshot_;
    if (!snapshot.entries_done) {
        auto entries = snapshot.view.entries->next(limits::replication_batch_bytes);
        snapshot.entries_done = entries.empty();
        for (auto& entry : entries) {
            auto& out = *chunk.add_entries();
            out.set_key(std::move(entry.key));
            out.set_value(std::move(entry.value).value_or(Bytes{}));
        }
    }
    if (snapshot.entries_done) {
        auto records = partition_.read(snapshot.records_after, snapshot.view.at.position,
                                       limits::replication_batch_bytes);
        if (records.empty()) return false;
        snapshot.records_after = records.back().position;
        for (auto& entry : records) chunk.add_records(std::move(entry.record));
    }
    address(chunk, partition_.key(), epoch_);
    chunk.set_snapshot_id(snapshot.id);
    chunk.set_number(snapshot.chunks_sent++);
    return true;
}

}  // namespace tandem::replica
