// partition/partition_read.cpp -- reading a partition: from its cache, and from the store below.

#include "base/limits.hpp"
#include "partition/keys.hpp"
#include "partition/partition.hpp"

#include <algorithm>
#include <utility>

namespace tandem::partition {
namespace {

Position before(Position position) { return Position::from_bits(position.bits() - 1); }
Position after_that(Position position) { return Position::from_bits(position.bits() + 1); }

/// A stored view without the keys that are no entity's.
class Entities : public ports::ViewSnapshot {
public:
    Entities(std::vector<ports::ViewChange> first, std::unique_ptr<ports::ViewSnapshot> rest)
        : first_(std::move(first)), rest_(std::move(rest)) {}
    std::vector<ports::ViewChange> next(std::size_t bytes_max) override {
        if (!first_.empty()) return std::exchange(first_, {});
        return rest_->next(bytes_max);
    }

private:
    std::vector<ports::ViewChange> first_;
    std::unique_ptr<ports::ViewSnapshot> rest_;
};

}  // namespace

std::size_t Partition::cached_after(Position after) const {
    auto const found = std::upper_bound(
        cache_.begin(), cache_.end(), after,
        [](Position position, Cached const& one) { return position < one.header.position; });
    return static_cast<std::size_t>(found - cache_.begin());
}

std::optional<ports::LogEntry> Partition::stored_at_or_before(Position position) const {
    auto entry = store_.log_at_or_before(key_, position);
    if (entry && entry->position < log_start_) entry.reset();
    return entry;
}

std::vector<ports::LogEntry> Partition::read(Position after, Position limit,
                                             std::size_t bytes_max) const {
    std::vector<ports::LogEntry> out;
    std::size_t bytes = 0;
    if (!log_start_.none()) after = std::max(after, before(log_start_));
    auto const take = [&](Position position, Bytes record) {
        bytes += record.size();
        after = position;
        out.push_back({.position = position, .record = std::move(record)});
    };
    auto const last_stored = std::min(limit, cache_after_);
    while (after < last_stored && bytes < bytes_max) {
        auto batch = store_.read_log(key_, after_that(after), bytes_max - bytes);
        auto const start = after;
        for (auto& entry : batch)
            if (entry.position <= last_stored && bytes < bytes_max)
                take(entry.position, std::move(entry.record));
        if (after == start) break;
    }
    if (bytes >= bytes_max) return out;
    for (auto i = cached_after(after); i < cache_.size() && bytes < bytes_max; ++i) {
        if (cache_[i].header.position > limit) break;
        take(cache_[i].header.position, cache_[i].record);
    }
    return out;
}

std::optional<Mark> Partition::mark_at(Position position) const {
    auto mark = mark_at_or_before(position);
    if (mark && mark->position != position) mark.reset();
    return mark;
}

std::optional<Mark> Partition::mark_at_or_before(Position position) const {
    if (position >= end_.position) return end_;
    if (auto const index = cached_after(position); index > 0) {
        auto const& header = cache_[index - 1].header;
        return Mark{.position = header.position, .chain = header.chain};
    }
    auto const entry = position.none() || cache_after_.none()
                           ? std::nullopt
                           : stored_at_or_before(std::min(position, cache_after_));
    if (entry) {
        auto const header = record::decode_header(entry->record);
        if (!header.ok()) return std::nullopt;
        return Mark{.position = header->position, .chain = header->chain};
    }
    return from_start_ ? std::optional{Mark{}} : std::nullopt;
}

Position Partition::last_before(WallTime time) const {
    auto const first_not_before = std::lower_bound(
        cache_.begin(), cache_.end(), time,
        [](Cached const& one, WallTime limit) { return one.header.time < limit; });
    if (first_not_before != cache_.begin()) return std::prev(first_not_before)->header.position;
    if (cache_after_ < log_start_ || cache_after_.none()) return {};

    // Below the cache: over the bits, because times rise with positions.
    Position found;
    auto low = log_start_.bits() - 1;
    auto high = cache_after_.bits();
    while (low < high) {
        auto const middle = low + (high - low + 1) / 2;
        auto const entry = stored_at_or_before(Position::from_bits(middle));
        if (!entry) {
            low = middle;
        } else if (record::peek_header(entry->record).time < time) {
            found = entry->position;
            low = middle;
        } else {
            high = entry->position.bits() - 1;
        }
    }
    return found;
}

std::optional<WallTime> Partition::time_after(Position after) const {
    if (after < cache_after_) {
        auto const entries = read(after, end_.position, 1);
        if (entries.empty()) return std::nullopt;
        return record::peek_header(entries.front().record).time;
    }
    auto const index = cached_after(after);
    if (index == cache_.size()) return std::nullopt;
    return cache_[index].header.time;
}

std::optional<FrozenView> Partition::view_snapshot() const {
    auto view = store_.view_snapshot(key_);
    std::optional<Mark> at;
    while (true) {
        auto entries = view->next(1);
        auto const ours = std::find_if_not(entries.begin(), entries.end(),
                                           [](auto const& e) { return is_own_key(e.key); });
        for (auto entry = entries.begin(); entry != ours; ++entry) {
            if (entry->key == snapshot_key) return std::nullopt;
            if (entry->key == end_key) at = mark_from_bytes(entry->value.value_or(Bytes{}));
        }
        bool const more = ours == entries.end() && !entries.empty();
        entries.erase(entries.begin(), ours);
        if (more) continue;
        if (!at) return std::nullopt;
        return FrozenView{
            .at = *at, .entries = std::make_unique<Entities>(std::move(entries), std::move(view))};
    }
}

Partition::Backlog Partition::backlog(Position after) const {
    if (after >= end_.position || cache_.empty()) return {};
    auto const index = cached_after(after);
    Backlog backlog;
    if (index < cache_.size()) {
        auto const& last = cache_.back();
        backlog.records = cache_.size() - index;
        backlog.bytes = last.bytes_before + last.record.size() - cache_[index].bytes_before;
    }
    if (after >= cache_after_ || cache_after_ < log_start_) return backlog;

    // Positions of one epoch have no gaps, so counting below the cache takes a step an epoch.
    after = std::max(after, before(log_start_));
    std::uint64_t below = 0;
    std::optional<Position> last = cache_after_;
    while (last && *last > after) {
        if (last->epoch() == after.epoch()) {
            below += last->bits() - after.bits();
            break;
        }
        below += last->index() + 1;
        auto const entry = stored_at_or_before(before(Position{last->epoch(), 0}));
        last = entry ? std::optional{entry->position} : std::nullopt;
    }
    backlog.records += below;
    backlog.bytes += below * (cache_bytes_ / cache_.size());
    return backlog;
}

}  // namespace tandem::partition
