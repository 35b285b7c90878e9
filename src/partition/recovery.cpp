// partition/recovery.cpp -- a partition read back from the store; nothing is ever repaired here.

#include "base/limits.hpp"
#include "partition/keys.hpp"
#include "partition/partition.hpp"

#include <algorithm>
#include <string>

namespace tandem::partition {
namespace {

Error malformed(std::string what) { return {Errc::malformed, std::move(what)}; }

}  // namespace

Bytes mark_bytes(Mark mark) {
    Bytes out(16, '\0');
    auto const chain = static_cast<std::uint64_t>(mark.chain);
    for (std::size_t i = 0; i < 8; ++i) {
        auto const shift = 8 * (7 - i);
        out[i] = static_cast<char>(static_cast<std::uint8_t>(mark.position.bits() >> shift));
        out[8 + i] = static_cast<char>(static_cast<std::uint8_t>(chain >> shift));
    }
    return out;
}

std::optional<Mark> mark_from_bytes(ByteView bytes) {
    if (bytes.size() != 16) return std::nullopt;
    std::uint64_t position = 0;
    std::uint64_t chain = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        position = (position << 8) | static_cast<std::uint8_t>(bytes[i]);
        chain = (chain << 8) | static_cast<std::uint8_t>(bytes[8 + i]);
    }
    return Mark{.position = Position::from_bits(position), .chain = record::Chain{chain}};
}

Result<void> Partition::recover() {
    TANDEM_CHECK(recover_log());
    TANDEM_CHECK(recover_view());
    return {};
}

/// Where the last limits::recovery_check_records begin.
Position Partition::check_from(Position last) const {
    auto left = std::uint64_t{limits::recovery_check_records};
    while (last.index() + 1 < left) {
        Position const first{last.epoch(), 0};
        if (first.none()) return first;
        auto const entry = stored_at_or_before(Position::from_bits(first.bits() - 1));
        if (!entry) return first;
        left -= last.index() + 1;
        last = entry->position;
    }
    return Position{last.epoch(), last.index() + 1 - left};
}

Result<void> Partition::recover_log() {
    auto const first = store_.first_log(key_);
    auto const last = store_.last_log(key_);
    if (!first || !last) return {};
    TANDEM_TRY(auto const first_header, record::decode_header(first->record));
    if (first_header.position != first->position)
        return malformed("log: the first record stands in the wrong place");
    log_start_ = first->position;
    from_start_ = record::follows(first->record, record::Chain{});
    stored_ = last->position;

    bool checked_any = false;
    auto from = check_from(last->position);
    ledger_.restart(Position::from_bits(std::max<std::uint64_t>(from.bits(), 1) - 1));
    for (;;) {
        auto entries = store_.read_log(key_, from, limits::replication_batch_bytes);
        if (entries.empty()) break;
        for (auto& entry : entries) {
            TANDEM_TRY(auto const decoded, record::decode(entry.record));
            if (decoded.header.position != entry.position)
                return malformed("log: a record stands in the wrong place");
            if (checked_any) TANDEM_CHECK(check_follows(entry.record, decoded.header));
            if (!checked_any && entry.position != log_start_) {
                auto const below = Position::from_bits(entry.position.bits() - 1);
                if (auto const one = stored_at_or_before(below)) cache_after_ = one->position;
            }
            checked_any = true;
            from = Position::from_bits(entry.position.bits() + 1);
            note(decoded.header, decoded.fact);
            remember(decoded.header, std::move(entry.record));
        }
        evict();
    }
    if (end_.position != last->position)
        return malformed("log: it does not end with its last record");
    return {};
}

Result<void> Partition::recover_view() {
    auto const stored = store_.view_snapshot(key_);
    std::optional<Mark> at;
    for (auto entries = stored->next(limits::replication_batch_bytes); !entries.empty();
         entries = stored->next(limits::replication_batch_bytes)) {
        for (auto const& entry : entries) {
            auto const value = entry.value.value_or(Bytes{});
            if (entry.key == snapshot_key) {
                incomplete_ = true;
                settled_ = false;
                view_.clear();
                return {};
            }
            if (entry.key == end_key) {
                at = mark_from_bytes(value);
                if (!at) return malformed("view: its mark cannot be read");
            } else {
                TANDEM_CHECK(view_.load(entry.key, value));
            }
        }
    }
    if (at.value_or(Mark{}) != end_)
        return malformed("the view belongs to another end of the log than the one that is there");
    return {};
}

}  // namespace tandem::partition
