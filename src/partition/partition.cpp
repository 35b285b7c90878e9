// partition/partition.cpp -- what changes a partition, and what the store is told of it.

#include "partition/partition.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "partition/keys.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace tandem::partition {
namespace {

Error malformed(char const* what) { return {Errc::malformed, what}; }

}  // namespace

Partition::Partition(PartitionKey key, ports::Store& store)
    : key_(std::move(key)), store_(store) {}

// ---- the owner

Position Partition::append(record::Fact const& fact, Epoch epoch, WallTime now) {
    TANDEM_ASSERT(!incomplete_, "an append to a partition whose view is incomplete");
    auto const position = end_.position.successor(epoch);
    auto record = record::encode(fact, position, std::max(now, end_time_), end_.chain);
    auto const header = record::peek_header(record);
    take(header, std::move(record));
    apply(header, fact);
    return position;
}

Position Partition::trim(Position before, Epoch epoch, WallTime now) {
    record::Fact fact;
    fact.mutable_trimmed()->set_before(before.bits());
    return append(fact, epoch, now);
}

void Partition::take(record::Header const& header, Bytes record) {
    if (log_start_.none()) {
        log_start_ = header.position;
        from_start_ = record::follows(record, record::Chain{});
    }
    pending_.append.push_back({.position = header.position, .record = record});
    pending_.end_moved = true;
    remember(header, std::move(record));
    evict();
}

void Partition::remember(record::Header const& header, Bytes record) {
    end_ = {.position = header.position, .chain = header.chain};
    end_time_ = header.time;
    auto const before =
        cache_.empty() ? 0 : cache_.back().bytes_before + cache_.back().record.size();
    cache_bytes_ += record.size();
    cache_.push_back({.header = header, .record = std::move(record), .bytes_before = before});
}

void Partition::apply(record::Header const& header, record::Fact const& fact) {
    for (auto& key : view_.apply(header, fact)) pending_.dirty.insert(std::move(key));
    note(header, fact);
    if (fact.has_trimmed()) apply_trim(Position::from_bits(fact.trimmed().before()));
}

void Partition::note(record::Header const& header, record::Fact const& fact) {
    ledger_.take(header.position, header.time, kind_of(fact));
    if (!fact.has_telemetry()) return;
    newest_telemetry_ = header.position;
    newest_telemetry_time_ = header.time;
}

/// The same record trims the same in both regions: it never reaches beyond itself.
void Partition::apply_trim(Position before) {
    before = std::min(before, end_.position);
    if (before <= log_start_) return;
    auto const below = Position::from_bits(before.bits() - 1);
    auto first = end_.position;
    if (auto const index = cached_after(below); index < cache_.size())
        first = cache_[index].header.position;
    if (below < cache_after_) {
        auto const stored = store_.read_log(key_, before, 1);
        if (!stored.empty()) first = std::min(first, stored.front().position);
    }
    log_start_ = first;
    from_start_ = false;
    ledger_.forget(below);
    pending_.trim_before = first;
    std::erase_if(pending_.append, [&](auto const& entry) { return entry.position < first; });
    while (cache_.front().header.position < first) {
        cache_after_ = cache_.front().header.position;
        cache_bytes_ -= cache_.front().record.size();
        cache_.pop_front();
    }
}

void Partition::evict() {
    while (cache_bytes_ > limits::partition_cache_bytes && cache_.size() > 1 &&
           cache_.front().header.position <= stored_) {
        cache_after_ = cache_.front().header.position;
        cache_bytes_ -= cache_.front().record.size();
        cache_.pop_front();
    }
}

// ---- the follower

Result<void> Partition::check_follows(ByteView record, record::Header const& header) const {
    auto const epoch = header.position.epoch();
    bool const anywhere = snapshot_ && log_start_.none();
    if (value(epoch) > Position::epoch_max) return malformed("a record of an impossible epoch");
    if (epoch < end_.position.epoch()) return malformed("a record of an earlier epoch");
    if (anywhere) return {};
    if (end_.position.index() == Position::index_max && epoch == end_.position.epoch())
        return malformed("a record after the last position of its epoch");
    if (header.position != end_.position.successor(epoch))
        return malformed("a record that is not the next one");
    if (!record::follows(record, end_.chain)) return malformed("a record whose chain is broken");
    if (header.time < end_time_) return malformed("a record older than the one before it");
    return {};
}

Result<void> Partition::append_replica(std::vector<Bytes> const& records) {
    if (incomplete_) return Error{Errc::conflict, "the partition waits for a snapshot"};
    std::vector<record::Decoded> decoded;
    decoded.reserve(records.size());
    auto const before = end_;
    auto const time_before = end_time_;
    Result<void> checked;
    for (auto const& record : records) {
        auto one = record::decode(record);
        checked = one.ok() ? check_follows(record, one->header) : one.error();
        if (!checked.ok()) break;
        decoded.push_back(std::move(*one));
        end_ = {.position = decoded.back().header.position, .chain = decoded.back().header.chain};
        end_time_ = decoded.back().header.time;
    }
    end_ = before;
    end_time_ = time_before;
    if (!checked.ok()) return checked;
    for (std::size_t i = 0; i < records.size(); ++i) {
        take(decoded[i].header, records[i]);
        apply(decoded[i].header, decoded[i].fact);
    }
    return {};
}

void Partition::become_incomplete() {
    incomplete_ = true;
    settled_ = false;
    ++generation_;
    snapshot_.reset();
    pending_.dirty.clear();
    pending_.entries.insert_or_assign(Bytes{snapshot_key}, Bytes{"1"});
}

/// The log from now on ends at `keep`; Mark{}: it is empty.
void Partition::forget_after(Mark keep) {
    end_time_ = {};
    if (!keep.position.none()) {
        auto const last = read(Position::from_bits(keep.position.bits() - 1), keep.position, 1);
        TANDEM_ASSERT(!last.empty(), "a cut after a record that is not there");
        end_time_ = record::peek_header(last.front().record).time;
    }
    end_ = keep;
    ledger_.restart(keep.position);
    if (newest_telemetry_ > keep.position) newest_telemetry_ = {};
    while (!cache_.empty() && cache_.back().header.position > keep.position) {
        cache_bytes_ -= cache_.back().record.size();
        cache_.pop_back();
    }
    std::erase_if(pending_.append, [&](auto const& e) { return e.position > keep.position; });
    cache_after_ = std::min(cache_after_, keep.position);
    stored_ = std::min(stored_, keep.position);
    if (keep.position.none()) {
        log_start_ = {};
        from_start_ = true;
        pending_.clear_log = true;
        pending_.truncate_after.reset();
        pending_.trim_before.reset();
    } else {
        pending_.truncate_after = std::min(pending_.truncate_after.value_or(keep.position),
                                           keep.position);
    }
}

std::vector<ports::LogEntry> Partition::truncate(Mark keep) {
    TANDEM_ASSERT(keep == Mark{} || mark_at(keep.position) == keep, "a cut after no mark of ours");
    auto tail = read(keep.position, end_.position, std::numeric_limits<std::size_t>::max());
    forget_after(keep);
    become_incomplete();
    return tail;
}

void Partition::begin_snapshot(Mark at, bool keep_log) {
    if (!keep_log) forget_after({});
    pending_.entries.clear();
    pending_.clear_view = true;
    become_incomplete();
    view_.clear();
    snapshot_ = at;
}

Result<void> Partition::take_snapshot(std::vector<ports::ViewChange> const& entries,
                                      std::vector<Bytes> const& log_records) {
    TANDEM_ASSERT(snapshot_, "a part of a snapshot that was not begun");
    for (auto const& record : log_records) {
        TANDEM_TRY(auto decoded, record::decode(record));
        TANDEM_CHECK(check_follows(record, decoded.header));
        if (decoded.header.position > snapshot_->position)
            return malformed("a snapshot's log goes beyond its view");
        take(decoded.header, record);
        note(decoded.header, decoded.fact);
        if (decoded.fact.has_trimmed())
            apply_trim(Position::from_bits(decoded.fact.trimmed().before()));
    }
    for (auto const& entry : entries) {
        if (is_own_key(entry.key) || !entry.value) return malformed("a snapshot's entry is none");
        TANDEM_CHECK(view_.load(entry.key, *entry.value));
        pending_.entries.insert_or_assign(entry.key, entry.value);
    }
    return {};
}

Result<void> Partition::end_snapshot() {
    if (!snapshot_) return malformed("the end of a snapshot that was not begun");
    bool const whole = end_ == *snapshot_;
    snapshot_.reset();
    if (!whole) return malformed("a snapshot's log does not end where its view does");
    incomplete_ = false;
    pending_.end_moved = true;
    pending_.entries.insert_or_assign(Bytes{snapshot_key}, std::nullopt);
    return {};
}

// ---- the store's side

std::optional<ports::Commit> Partition::take_commit() {
    auto taken = std::exchange(pending_, {});
    if (taken.append.empty() && taken.dirty.empty() && taken.entries.empty() &&
        !taken.trim_before && !taken.truncate_after && !taken.clear_view && !taken.clear_log &&
        !taken.end_moved)
        return std::nullopt;
    if (taken.end_moved && !incomplete_)
        taken.entries.insert_or_assign(Bytes{end_key}, mark_bytes(end_));

    ports::Commit commit{.partition = key_,
                         .append = std::move(taken.append),
                         .view = {},
                         .trim_before = taken.trim_before,
                         .truncate_after = taken.truncate_after,
                         .clear_view = taken.clear_view,
                         .clear_log = taken.clear_log};
    for (auto const& key : taken.dirty) taken.entries.insert_or_assign(key, view_.entity(key));
    commit.view.reserve(taken.entries.size());
    for (auto& [key, value] : taken.entries)
        commit.view.push_back({.key = key, .value = std::move(value)});
    in_flight_.push_back(
        {.end = end_.position, .generation = generation_, .complete = !incomplete_});
    return commit;
}

void Partition::on_durable(Position up_to) {
    while (true) {
        TANDEM_ASSERT(!in_flight_.empty(), "a commit became durable that was never taken");
        auto const done = in_flight_.front();
        in_flight_.pop_front();
        if (done.generation == generation_) {
            stored_ = std::max(stored_, done.end);
            settled_ = done.complete;
        }
        if (done.end == up_to) break;
    }
    evict();
}

}  // namespace tandem::partition
