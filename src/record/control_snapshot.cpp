#include "record/control_snapshot.hpp"

#include <utility>

namespace tandem::record {

peer::ControlPosition position_of(ControlStanding const& standing) {
    peer::ControlPosition position;
    position.set_term(standing.term());
    position.set_holder(standing.holder());
    position.set_sequence(standing.sequence());
    return position;
}

std::vector<peer::ControlSnapshot> cut_snapshot(std::vector<peer::Entry> entries) {
    std::vector<peer::ControlSnapshot> chunks(1);
    std::size_t bytes = 0;
    for (auto& entry : entries) {
        std::size_t const size = entry.key().size() + entry.value().size();
        if (bytes > 0 && bytes + size > control_chunk_bytes) {
            chunks.emplace_back();
            bytes = 0;
        }
        bytes += size;
        *chunks.back().add_entries() = std::move(entry);
    }
    for (std::size_t i = 0; i < chunks.size(); ++i)
        chunks[i].set_number(static_cast<std::uint32_t>(i));
    chunks.back().set_last(true);
    return chunks;
}

bool ControlSnapshotAssembly::take(peer::ControlSnapshot const& chunk) {
    if (chunk.snapshot_id() == 0) return false;
    if (chunk.snapshot_id() != id_) {
        if (chunk.number() != 0) return false;
        forget();
        id_ = chunk.snapshot_id();
    }
    if (complete_ || chunk.number() != chunks_) return false;
    for (auto const& entry : chunk.entries()) bytes_ += entry.key().size() + entry.value().size();
    if (bytes_ > control_snapshot_bytes_max) {
        forget();
        return false;
    }
    ++chunks_;
    entries_.insert(entries_.end(), chunk.entries().begin(), chunk.entries().end());
    complete_ = chunk.last();
    return complete_;
}

}  // namespace tandem::record
