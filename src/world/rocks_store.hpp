// world/rocks_store.hpp -- ports::Store on RocksDB, one database a node.
//
// Shape   column family  key                                            value
//         log            u8 length, hub name, u16 partition, u64 position   record bytes
//         view           u8 length, hub name, u16 partition, view key       entity bytes
//         default        meta key                                           meta value
//         (integers big endian, so that key order is log order)
//         DIR/FORMAT   "tandem store 1"; with it there, a database that is not is damage
//         DIR/db       the database
//         DIR/salvage/{hub}-{partition}-{epoch}-{n}.log    u32 length, record bytes; repeated
//
// Threads  every call comes from the loop's thread. One committer thread of this class merges
//          whatever is pending into one synced write, and posts the highest ticket that became
//          durable to the loop.
// Errors   a write that fails ends the process. A damaged database is refused, and left as it is.
#pragma once

#include "base/result.hpp"
#include "ports/store.hpp"
#include "world/event_loop.hpp"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace rocksdb {
class Snapshot;
}

namespace tandem::world {

class RocksStore final : public ports::Store {
public:
    struct Options {
        std::filesystem::path dir;                     ///< made, 0700, when absent
        std::size_t reserve_bytes = 64 * 1024 * 1024;  ///< room kept free: below it, no writes
        Duration room_check_every = 1s;
        std::size_t memtable_bytes = 64 * 1024 * 1024;
        std::size_t cache_bytes = 64 * 1024 * 1024;
    };
    struct Counters {
        std::uint64_t batches = 0;  ///< submitted
        std::uint64_t syncs = 0;    ///< written and synced: batches merged are counted once
        std::uint64_t bytes = 0;
    };

    /// `on_durable` is called on the loop's thread; a ticket implies all earlier ones.
    /// Errors: malformed (damaged, or of a newer version), unavailable (in use, no permission).
    static Result<std::unique_ptr<RocksStore>> open(EventLoop& loop, Options options,
                                                    std::function<void(ports::Ticket)> on_durable);
    /// Waits for what is pending. Requires: no ViewSnapshot is left.
    ~RocksStore() override;

    ports::Ticket submit(ports::Batch batch) override;
    bool writable() const override { return writable_.load(std::memory_order_relaxed); }
    std::vector<ports::LogEntry> read_log(PartitionKey const& partition, Position from,
                                          std::size_t bytes_max) override;
    std::optional<ports::LogEntry> first_log(PartitionKey const& partition) override;
    std::optional<ports::LogEntry> last_log(PartitionKey const& partition) override;
    std::optional<ports::LogEntry> log_at_or_before(PartitionKey const& partition,
                                                    Position position) override;
    /// Exactly what the tickets told so far left behind.
    std::unique_ptr<ports::ViewSnapshot> view_snapshot(PartitionKey const& partition) override;
    std::vector<ports::ViewChange> read_meta(ByteView prefix) override;
    std::string salvage(PartitionKey const& partition, Epoch epoch,
                        std::vector<ports::LogEntry> const& tail) override;

    Counters counters() const;

private:
    struct Database;
    struct Pending {
        ports::Ticket ticket{};
        ports::Batch batch;
    };
    RocksStore(EventLoop& loop, Options options, std::function<void(ports::Ticket)> on_durable,
               std::unique_ptr<Database> database);
    void commit_loop();
    void write(std::vector<Pending> const& group);
    void check_room();
    void complete(ports::Ticket ticket);
    void tell_written();
    std::shared_ptr<rocksdb::Snapshot const> take_snapshot();

    EventLoop& loop_;
    Options options_;
    std::function<void(ports::Ticket)> on_durable_;
    std::unique_ptr<Database> database_;
    std::uint64_t last_ticket_ = 0;
    /// What the last ticket told to the owner left behind: views are read as of this.
    std::shared_ptr<rocksdb::Snapshot const> durable_;
    std::atomic<bool> writable_{true};
    std::atomic<std::uint64_t> syncs_{0};
    std::atomic<std::uint64_t> bytes_{0};

    struct Written {
        ports::Ticket ticket{};
        std::shared_ptr<rocksdb::Snapshot const> snapshot;
    };
    std::mutex mutex_;  ///< guards the next three
    std::vector<Pending> pending_;
    std::vector<Written> written_;  ///< durable, and not told yet
    bool stopping_ = false;
    std::condition_variable wake_;
    std::shared_ptr<bool> alive_;  ///< false for completions that come late
    std::thread committer_;        ///< last: starts when all else is there
};

}  // namespace tandem::world
