// replica/receiver.cpp -- an owner's messages checked against the log that is here.

#include "replica/receiver.hpp"

#include "replica/messages.hpp"

#include <algorithm>
#include <utility>

namespace tandem::replica {

using partition::Mark;
using Status = peer::AppendReply;

Receiver::Receiver(partition::Partition& partition) : partition_(partition) {}

peer::Envelope Receiver::reply(peer::AppendReply::Status status, Mark mark) const {
    peer::Envelope envelope;
    auto& reply = *envelope.mutable_append_reply();
    address(reply, partition_.key(), epoch_);
    reply.set_status(status);
    reply.set_durable_position(mark.position.bits());
    reply.set_durable_chain(bits(mark.chain));
    reply.set_stream_id(stream_id_);
    reply.set_end_position(partition_.end().position.bits());
    reply.set_end_chain(bits(partition_.end().chain));
    if (snapshot_) {
        reply.set_snapshot_id(snapshot_->id);
        reply.set_snapshot_chunks(snapshot_->chunks);
    }
    return envelope;
}

peer::Envelope Receiver::standing() const {
    if (partition_.incomplete())
        return reply(snapshot_ ? Status::OK : Status::NEED_SNAPSHOT, {});
    return reply(Status::OK, durable());
}

peer::Envelope Receiver::gap() const { return reply(Status::GAP, durable()); }

Mark Receiver::durable() const {
    return partition_.mark_at(partition_.durable()).value_or(Mark{});
}

Receiver::Outcome Receiver::answer(peer::Envelope envelope) const {
    Outcome outcome;
    outcome.replies.push_back(std::move(envelope));
    return outcome;
}

void Receiver::salvage(Outcome& outcome, std::vector<ports::LogEntry> tail) {
    if (tail.empty()) return;
    outcome.diverged_epoch = tail.back().position.epoch();
    outcome.diverged = std::move(tail);
}

Receiver::Outcome Receiver::on_append(peer::Append const& message, Now) {
    Epoch const epoch{message.epoch()};
    if (epoch < epoch_ || (epoch == epoch_ && message.stream_id() < stream_id_)) return {};
    if (epoch > epoch_ || message.stream_id() > stream_id_) {
        snapshot_.reset();  // of an owner, or a link, that is no more
        confirmed_ = {};
    }
    epoch_ = epoch;
    stream_id_ = message.stream_id();
    owner_end_ = Position::from_bits(message.owner_end());

    auto const previous = to_mark(message.previous_position(), message.previous_chain());
    if (message.cut() && message.records().empty()) return cut(previous);
    if (partition_.incomplete()) return answer(standing());
    auto const end = partition_.end();
    if (previous.position > end.position) return answer(gap());
    bool const known = partition_.mark_at(previous.position) == previous;
    if (!known || (message.records().empty() && previous != end)) {
        auto const last = known ? previous.position
                                : Position::from_bits(std::max<std::uint64_t>(
                                                          previous.position.bits(), 1) -
                                                      1);
        auto const below = partition_.mark_at_or_before(last);
        return answer(reply(Status::DIVERGED, below.value_or(Mark{})));
    }
    if (message.records().empty()) return answer(standing());
    return take(message, previous);
}

/// The owner says that what stands here after `keep` is not in its log.
Receiver::Outcome Receiver::cut(Mark keep) {
    bool const known = keep == Mark{} || partition_.mark_at(keep.position) == keep;
    if (keep.position > partition_.end().position) return answer(gap());
    if (!known) {
        auto const below = partition_.mark_at_or_before(Position::from_bits(
            std::max<std::uint64_t>(keep.position.bits(), 1) - 1));
        return answer(reply(Status::DIVERGED, below.value_or(Mark{})));
    }
    Outcome outcome;
    if (keep != partition_.end()) {
        snapshot_.reset();
        salvage(outcome, partition_.truncate(keep));
    }
    outcome.replies.push_back(standing());
    return outcome;
}

/// Records after `previous`, which is a mark of ours: some may be here already.
Receiver::Outcome Receiver::take(peer::Append const& message, Mark previous) {
    auto const end = partition_.end();
    std::vector<Bytes> records;
    for (auto const& record : message.records()) {
        auto const header = record::decode_header(record);
        if (!header.ok() || header->position.epoch() > epoch_)
            return answer(gap());
        if (header->position > end.position) {
            records.push_back(record);
            continue;
        }
        Mark const here{.position = header->position, .chain = header->chain};
        if (partition_.mark_at(here.position) != here)
            return answer(reply(Status::DIVERGED, previous));
        previous = here;
    }
    if (records.empty()) return answer(standing());
    if (!partition_.append_replica(records).ok()) return answer(gap());
    due_ = true;
    return {};
}

std::optional<peer::Envelope> Receiver::on_durable(Epoch known) {
    auto const durable = partition_.durable();
    if (!due_ || partition_.incomplete() || durable.none() || durable == confirmed_)
        return std::nullopt;
    if (durable == partition_.end().position) due_ = false;
    confirmed_ = durable;
    auto envelope = standing();
    envelope.mutable_append_reply()->set_epoch(value(std::max(known, epoch_)));
    return envelope;
}

// ---- snapshots

Receiver::Outcome Receiver::on_snapshot_begin(peer::SnapshotBegin const& message, Now) {
    Epoch const epoch{message.epoch()};
    if (epoch != epoch_) return {};  // a probe of this owner has to come first
    if (snapshot_ && snapshot_->id == message.snapshot_id()) return answer(standing());
    auto const have = to_mark(message.have_position(), message.have_chain());
    if (have != partition_.end())
        return answer(partition_.incomplete() ? standing() : gap());

    Outcome outcome;
    auto const keep_log = message.keep_log();
    if (!keep_log && !message.covered() && have != Mark{})
        salvage(outcome, partition_.truncate({}));
    partition_.begin_snapshot(to_mark(message.position(), message.chain()), keep_log);
    snapshot_ = {.epoch = epoch, .id = message.snapshot_id(), .chunks = 0};
    outcome.replies.push_back(standing());
    return outcome;
}

Receiver::Outcome Receiver::on_snapshot_chunk(peer::SnapshotChunk const& message, Now) {
    if (!snapshot_ || snapshot_->id != message.snapshot_id() ||
        value(snapshot_->epoch) != message.epoch())
        return {};
    if (message.number() != snapshot_->chunks) return answer(standing());
    std::vector<ports::ViewChange> entries;
    entries.reserve(static_cast<std::size_t>(message.entries_size()));
    for (auto const& entry : message.entries())
        entries.push_back({.key = entry.key(), .value = entry.value()});
    std::vector<Bytes> const records{message.records().begin(), message.records().end()};
    if (partition_.take_snapshot(entries, records).ok())
        ++snapshot_->chunks;
    else
        snapshot_.reset();
    return answer(standing());
}

Receiver::Outcome Receiver::on_snapshot_end(peer::SnapshotEnd const& message, Now) {
    if (!snapshot_ || snapshot_->id != message.snapshot_id() ||
        value(snapshot_->epoch) != message.epoch())
        return {};
    bool const whole = message.chunks() == snapshot_->chunks;
    snapshot_.reset();
    if (!whole || !partition_.end_snapshot().ok()) return answer(standing());
    due_ = true;
    confirmed_ = {};
    return {};
}

}  // namespace tandem::replica
