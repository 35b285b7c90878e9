// sim/disk.hpp -- a store that takes its time and loses what was not synced when its process dies.
#pragma once

#include "ports/store.hpp"
#include "sim/random.hpp"
#include "sim/schedule.hpp"

#include <deque>
#include <functional>
#include <map>

namespace tandem::sim {

/// What is on the plate: survives every crash.
struct Disk {
    struct Partition {
        std::map<Position, Bytes> log;
        std::map<Bytes, Bytes> view;
    };
    std::map<PartitionKey, Partition> partitions;
    std::map<Bytes, Bytes> meta;
    std::vector<Bytes> salvaged;           ///< records put aside
    bool full = false;
};

/// One process' sight of a Disk.
class Store final : public ports::Store {
public:
    struct World {
        Schedule& schedule;
        Random& random;
        Duration const& slowness;          ///< the longest that one write takes
        /// A batch is on the disk; its process is to be told when it can be.
        std::function<void(ports::Ticket)> durable;
        /// Every record that gets onto the disk.
        std::function<void(PartitionKey const&, ports::LogEntry const&)> written;
    };
    Store(Disk& disk, World world) : disk_(disk), world_(std::move(world)) {}
    Store(Store const&) = delete;
    Store& operator=(Store const&) = delete;
    ~Store() override { *alive_ = false; }

    ports::Ticket submit(ports::Batch batch) override;
    bool writable() const override { return !disk_.full; }
    std::vector<ports::LogEntry> read_log(PartitionKey const& partition, Position from,
                                          std::size_t bytes_max) override;
    std::optional<ports::LogEntry> first_log(PartitionKey const& partition) override;
    std::optional<ports::LogEntry> last_log(PartitionKey const& partition) override;
    std::optional<ports::LogEntry> log_at_or_before(PartitionKey const& partition,
                                                    Position position) override;
    std::unique_ptr<ports::ViewSnapshot> view_snapshot(PartitionKey const& partition) override;
    std::vector<ports::ViewChange> read_meta(ByteView prefix) override;
    std::string salvage(PartitionKey const& partition, Epoch epoch,
                        std::vector<ports::LogEntry> const& tail) override;

private:
    void sync();
    void apply(ports::Batch const& batch);

    Disk& disk_;
    World world_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::uint64_t tickets_ = 0;
    std::vector<ports::Batch> waiting_;    ///< for the next sync, all together
    bool syncing_ = false;
};

}  // namespace tandem::sim
