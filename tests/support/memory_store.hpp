// support/memory_store.hpp -- a ports::Store in memory whose durability is moved by hand.
//
// submit() only queues; sync() makes everything queued durable and returns the tickets; crash()
// drops what was queued. Reads see what is durable, and nothing else.
#pragma once

#include "ports/store.hpp"

#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tandem::testing {

class MemoryStore : public ports::Store {
public:
    struct Disk {
        std::map<Position, Bytes> log;
        std::map<Bytes, Bytes> view;
    };

    ports::Ticket submit(ports::Batch batch) override {
        queued_.push_back(std::move(batch));
        return ports::Ticket{++last_ticket_};
    }
    bool writable() const override { return writable_; }
    void set_writable(bool writable) { writable_ = writable; }

    std::vector<ports::Ticket> sync() {
        std::vector<ports::Ticket> tickets;
        auto ticket = last_ticket_ - queued_.size();
        for (auto const& batch : std::exchange(queued_, {})) {
            for (auto const& commit : batch.commits) apply(commit);
            for (auto const& change : batch.meta) put(meta_, change);
            tickets.push_back(ports::Ticket{++ticket});
        }
        return tickets;
    }
    void crash() { queued_.clear(); }

    /// What is durable of one partition: for tests to compare, and to damage.
    Disk& disk(PartitionKey const& partition) { return disks_[partition]; }

    std::vector<ports::LogEntry> read_log(PartitionKey const& partition, Position from,
                                          std::size_t bytes_max) override {
        std::vector<ports::LogEntry> out;
        auto const& log = disks_[partition].log;
        std::size_t bytes = 0;
        for (auto at = log.lower_bound(from); at != log.end() && bytes <= bytes_max; ++at) {
            out.push_back({.position = at->first, .record = at->second});
            bytes += at->second.size();
        }
        return out;
    }
    std::optional<ports::LogEntry> first_log(PartitionKey const& partition) override {
        auto const& log = disks_[partition].log;
        if (log.empty()) return std::nullopt;
        return ports::LogEntry{.position = log.begin()->first, .record = log.begin()->second};
    }
    std::optional<ports::LogEntry> last_log(PartitionKey const& partition) override {
        return log_at_or_before(partition, Position::from_bits(~std::uint64_t{0}));
    }
    std::optional<ports::LogEntry> log_at_or_before(PartitionKey const& partition,
                                                    Position position) override {
        auto const& log = disks_[partition].log;
        auto const after = log.upper_bound(position);
        if (after == log.begin()) return std::nullopt;
        auto const at = std::prev(after);
        return ports::LogEntry{.position = at->first, .record = at->second};
    }
    std::unique_ptr<ports::ViewSnapshot> view_snapshot(PartitionKey const& partition) override {
        return std::make_unique<Frozen>(disks_[partition].view);
    }
    std::vector<ports::ViewChange> read_meta(ByteView prefix) override {
        std::vector<ports::ViewChange> out;
        for (auto const& [key, value] : meta_)
            if (key.starts_with(prefix)) out.push_back({.key = key, .value = value});
        return out;
    }
    std::string salvage(PartitionKey const&, Epoch, std::vector<ports::LogEntry> const& tail)
        override {
        salvaged.push_back(tail);
        return "salvage-" + std::to_string(salvaged.size());
    }

    std::vector<std::vector<ports::LogEntry>> salvaged;

private:
    class Frozen : public ports::ViewSnapshot {
    public:
        explicit Frozen(std::map<Bytes, Bytes> view) : view_(std::move(view)) {}
        std::vector<ports::ViewChange> next(std::size_t bytes_max) override {
            std::vector<ports::ViewChange> out;
            std::size_t bytes = 0;
            while (!view_.empty() && bytes < bytes_max) {
                auto one = view_.extract(view_.begin());
                bytes += one.key().size() + one.mapped().size();
                out.push_back({.key = one.key(), .value = one.mapped()});
            }
            return out;
        }

    private:
        std::map<Bytes, Bytes> view_;
    };

    static void put(std::map<Bytes, Bytes>& entries, ports::ViewChange const& change) {
        if (change.value)
            entries[change.key] = *change.value;
        else
            entries.erase(change.key);
    }
    void apply(ports::Commit const& commit) {
        auto& disk = disks_[commit.partition];
        if (commit.clear_log) disk.log.clear();
        if (commit.clear_view) disk.view.clear();
        if (commit.truncate_after)
            disk.log.erase(disk.log.upper_bound(*commit.truncate_after), disk.log.end());
        for (auto const& entry : commit.append) disk.log[entry.position] = entry.record;
        for (auto const& change : commit.view) put(disk.view, change);
        if (commit.trim_before)
            disk.log.erase(disk.log.begin(), disk.log.lower_bound(*commit.trim_before));
    }

    std::map<PartitionKey, Disk> disks_;
    std::map<Bytes, Bytes> meta_;
    std::vector<ports::Batch> queued_;
    std::uint64_t last_ticket_ = 0;
    bool writable_ = true;
};

}  // namespace tandem::testing
