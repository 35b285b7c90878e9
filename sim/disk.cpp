#include "sim/disk.hpp"

#include <algorithm>
#include <utility>

namespace tandem::sim {

namespace {

class Frozen final : public ports::ViewSnapshot {
public:
    explicit Frozen(std::map<Bytes, Bytes> view) : view_(std::move(view)) {}
    std::vector<ports::ViewChange> next(std::size_t bytes_max) override {
        std::vector<ports::ViewChange> out;
        std::size_t bytes = 0;
        while (!view_.empty() && (out.empty() || bytes < bytes_max)) {
            auto node = view_.extract(view_.begin());
            bytes += node.key().size() + node.mapped().size();
            out.push_back({node.key(), std::move(node.mapped())});
        }
        return out;
    }

private:
    std::map<Bytes, Bytes> view_;
};

void change(std::map<Bytes, Bytes>& entries, ports::ViewChange const& one) {
    if (one.value)
        entries[one.key] = *one.value;
    else
        entries.erase(one.key);
}

}  // namespace

ports::Ticket Store::submit(ports::Batch batch) {
    waiting_.push_back(std::move(batch));
    ports::Ticket const ticket{++tickets_};
    if (!syncing_) sync();
    return ticket;
}

/// One write for everything that waits. If the process dies first, none of it was ever written.
void Store::sync() {
    syncing_ = true;
    auto const took = world_.random.up_to(world_.slowness);
    world_.schedule.after(took, [this, alive = alive_, batches = std::exchange(waiting_, {}),
                                 last = ports::Ticket{tickets_}] {
        if (!*alive) return;
        for (auto const& batch : batches) apply(batch);
        syncing_ = false;
        if (!waiting_.empty()) sync();
        world_.schedule.after(world_.random.up_to(1ms), [this, alive, last] {
            if (*alive) world_.durable(last);
        });
    });
}

void Store::apply(ports::Batch const& batch) {
    for (auto const& commit : batch.commits) {
        auto& partition = disk_.partitions[commit.partition];
        if (commit.clear_log) partition.log.clear();
        if (commit.clear_view) partition.view.clear();
        if (commit.truncate_after)
            partition.log.erase(partition.log.upper_bound(*commit.truncate_after),
                                partition.log.end());
        for (auto const& entry : commit.append) {
            partition.log[entry.position] = entry.record;
            world_.written(commit.partition, entry);
        }
        if (commit.trim_before)
            partition.log.erase(partition.log.begin(),
                                partition.log.lower_bound(*commit.trim_before));
        for (auto const& one : commit.view) change(partition.view, one);
    }
    for (auto const& one : batch.meta) change(disk_.meta, one);
}

std::vector<ports::LogEntry> Store::read_log(PartitionKey const& partition, Position from,
                                             std::size_t bytes_max) {
    auto const& log = disk_.partitions[partition].log;
    std::vector<ports::LogEntry> out;
    std::size_t bytes = 0;
    for (auto entry = log.lower_bound(from); entry != log.end(); ++entry) {
        if (!out.empty() && bytes > bytes_max) break;
        bytes += entry->second.size();
        out.push_back({entry->first, entry->second});
    }
    return out;
}

std::optional<ports::LogEntry> Store::first_log(PartitionKey const& partition) {
    auto const& log = disk_.partitions[partition].log;
    if (log.empty()) return std::nullopt;
    return ports::LogEntry{log.begin()->first, log.begin()->second};
}

std::optional<ports::LogEntry> Store::last_log(PartitionKey const& partition) {
    auto const& log = disk_.partitions[partition].log;
    if (log.empty()) return std::nullopt;
    return ports::LogEntry{log.rbegin()->first, log.rbegin()->second};
}

std::optional<ports::LogEntry> Store::log_at_or_before(PartitionKey const& partition,
                                                       Position position) {
    auto const& log = disk_.partitions[partition].log;
    auto const above = log.upper_bound(position);
    if (above == log.begin()) return std::nullopt;
    auto const found = std::prev(above);
    return ports::LogEntry{found->first, found->second};
}

std::unique_ptr<ports::ViewSnapshot> Store::view_snapshot(PartitionKey const& partition) {
    return std::make_unique<Frozen>(disk_.partitions[partition].view);
}

std::vector<ports::ViewChange> Store::read_meta(ByteView prefix) {
    std::vector<ports::ViewChange> out;
    for (auto entry = disk_.meta.lower_bound(Bytes{prefix});
         entry != disk_.meta.end() && entry->first.starts_with(prefix); ++entry)
        out.push_back({entry->first, entry->second});
    return out;
}

std::string Store::salvage(PartitionKey const& partition, Epoch epoch,
                           std::vector<ports::LogEntry> const& tail) {
    for (auto const& entry : tail) disk_.salvaged.push_back(entry.record);
    return "salvage/" + partition.hub.value + "/" + std::to_string(value(partition.index)) + "/" +
           std::to_string(value(epoch));
}

}  // namespace tandem::sim
