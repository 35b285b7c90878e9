#include "world/rocks_store.hpp"

#include "world/files.hpp"
#include "world/rocks_database.hpp"
#include "world/store_keys.hpp"

#include <rocksdb/convenience.h>
#include <rocksdb/write_batch.h>
#include <sys/statvfs.h>
#include <algorithm>
#include <csignal>

namespace tandem::world {
namespace {

rocksdb::Slice slice(ByteView bytes) {
    return {bytes.data(), bytes.size()};
}
ByteView bytes_of(rocksdb::Slice slice) {
    return {slice.data(), slice.size()};
}

void require(rocksdb::Status const& status, char const* what) {
    if (status.ok()) return;
    std::string const text = std::string{what} + ": " + status.ToString();
    panic(text.c_str());
}

/// Entries of one partition's log between two keys.
std::unique_ptr<rocksdb::Iterator> iterate(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family,
                                           rocksdb::Slice const& lower,
                                           rocksdb::Slice const& upper) {
    rocksdb::ReadOptions read;
    read.iterate_lower_bound = &lower;
    read.iterate_upper_bound = &upper;
    read.fill_cache = false;
    return std::unique_ptr<rocksdb::Iterator>{db.NewIterator(read, family)};
}

ports::LogEntry entry_at(rocksdb::Iterator const& it) {
    ByteView const key = bytes_of(it.key());
    return {Position::from_bits(read_big_endian_64(key.substr(key.size() - 8))),
            Bytes{bytes_of(it.value())}};
}

class RocksViewSnapshot final : public ports::ViewSnapshot {
public:
    RocksViewSnapshot(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family, Bytes prefix,
                      std::shared_ptr<rocksdb::Snapshot const> snapshot)
        : snapshot_(std::move(snapshot)),
          prefix_(std::move(prefix)),
          end_(successor_of(prefix_)),
          end_slice_(slice(end_)) {
        rocksdb::ReadOptions read;
        read.snapshot = snapshot_.get();
        read.iterate_upper_bound = &end_slice_;
        read.fill_cache = false;
        read.readahead_size = std::size_t{256} * 1024;
        iterator_.reset(db.NewIterator(read, family));
        iterator_->Seek(slice(prefix_));
    }

    std::vector<ports::ViewChange> next(std::size_t bytes_max) override {
        std::vector<ports::ViewChange> entries;
        std::size_t bytes = 0;
        for (; iterator_->Valid() && bytes < bytes_max; iterator_->Next()) {
            ByteView const key = bytes_of(iterator_->key()).substr(prefix_.size());
            ByteView const value = bytes_of(iterator_->value());
            entries.push_back({Bytes{key}, Bytes{value}});
            bytes += key.size() + value.size();
        }
        require(iterator_->status(), "the view cannot be read");
        return entries;
    }

private:
    std::shared_ptr<rocksdb::Snapshot const> snapshot_;
    Bytes prefix_;
    Bytes end_;
    rocksdb::Slice end_slice_;
    std::unique_ptr<rocksdb::Iterator> iterator_;
};

}  // namespace

Result<std::unique_ptr<RocksStore>> RocksStore::open(
    EventLoop& loop, Options options, std::function<void(ports::Ticket)> on_durable) {
    TANDEM_TRY(auto database, Database::open(options));
    TANDEM_CHECK(ensure_private_dir(options.dir / "salvage"));
    return std::unique_ptr<RocksStore>{
        new RocksStore(loop, std::move(options), std::move(on_durable), std::move(database))};
}

RocksStore::RocksStore(EventLoop& loop, Options options,
                       std::function<void(ports::Ticket)> on_durable,
                       std::unique_ptr<Database> database)
    : loop_(loop),
      options_(std::move(options)),
      on_durable_(std::move(on_durable)),
      database_(std::move(database)),
      alive_(std::make_shared<bool>(true)) {
    durable_ = take_snapshot();
    check_room();
    committer_ = std::thread{[this] { commit_loop(); }};
}

RocksStore::~RocksStore() {
    *alive_ = false;
    {
        std::lock_guard const lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_one();
    committer_.join();
}

ports::Ticket RocksStore::submit(ports::Batch batch) {
    ports::Ticket const ticket{++last_ticket_};
    bool first = false;
    {
        std::lock_guard const lock{mutex_};
        first = pending_.empty();
        pending_.push_back({ticket, std::move(batch)});
    }
    if (first) wake_.notify_one();
    return ticket;
}

void RocksStore::commit_loop() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    auto room_checked = std::chrono::steady_clock::now();
    std::vector<Pending> group;
    for (;;) {
        {
            std::unique_lock lock{mutex_};
            wake_.wait_for(lock, options_.room_check_every,
                           [this] { return stopping_ || !pending_.empty(); });
            group.clear();
            group.swap(pending_);
            if (group.empty() && stopping_) return;
        }
        if (!group.empty()) {
            write(group);
            complete(group.back().ticket);
        }
        auto const now = std::chrono::steady_clock::now();
        if (now - room_checked >= options_.room_check_every) {
            check_room();
            room_checked = now;
        }
    }
}

namespace {

struct Families {
    rocksdb::ColumnFamilyHandle* log;
    rocksdb::ColumnFamilyHandle* view;
};

void add_commit(rocksdb::WriteBatch& batch, Families families, ports::Commit const& commit) {
    Bytes const prefix = partition_prefix(commit.partition);
    Bytes const end = successor_of(prefix);
    Bytes key = prefix;
    auto const keyed = [&](ByteView suffix) {
        key.resize(prefix.size());
        key += suffix;
        return slice(key);
    };
    if (commit.clear_view) batch.DeleteRange(families.view, slice(prefix), slice(end));
    if (commit.clear_log) batch.DeleteRange(families.log, slice(prefix), slice(end));
    if (commit.truncate_after) {
        auto const above = Position::from_bits(commit.truncate_after->bits() + 1);
        batch.DeleteRange(families.log, slice(log_key(prefix, above)), slice(end));
    }
    if (commit.trim_before) {
        batch.DeleteRange(families.log, slice(prefix), slice(log_key(prefix, *commit.trim_before)));
    }
    for (auto const& entry : commit.append) {
        key.resize(prefix.size());
        append_big_endian(key, entry.position.bits());
        batch.Put(families.log, slice(key), slice(entry.record));
    }
    for (auto const& change : commit.view) {
        if (change.value) {
            batch.Put(families.view, keyed(change.key), slice(*change.value));
        } else {
            batch.Delete(families.view, keyed(change.key));
        }
    }
}

}  // namespace

void RocksStore::write(std::vector<Pending> const& group) {
    rocksdb::WriteBatch batch;
    Families const families{database_->log, database_->view};
    for (auto const& pending : group) {
        for (auto const& commit : pending.batch.commits) add_commit(batch, families, commit);
        for (auto const& change : pending.batch.meta) {
            if (change.value) {
                batch.Put(database_->meta, slice(change.key), slice(*change.value));
            } else {
                batch.Delete(database_->meta, slice(change.key));
            }
        }
    }
    rocksdb::WriteOptions write;
    write.sync = true;
    require(database_->db->Write(write, &batch), "the store could not make a commit durable");
    syncs_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(batch.GetDataSize(), std::memory_order_relaxed);

    // Whole files below a trim go at once instead of waiting for a compaction.
    for (auto const& pending : group) {
        for (auto const& commit : pending.batch.commits) {
            if (!commit.trim_before) continue;
            Bytes const prefix = partition_prefix(commit.partition);
            Bytes const end = log_key(prefix, *commit.trim_before);
            rocksdb::Slice const from = slice(prefix), to = slice(end);
            // A file it cannot drop is dropped by a compaction later: not worth a word.
            rocksdb::DeleteFilesInRange(database_->db.get(), database_->log, &from, &to, false)
                .PermitUncheckedError();
        }
    }
}

void RocksStore::check_room() {
    struct statvfs room {};
    if (statvfs(options_.dir.c_str(), &room) != 0) return;
    auto const available = std::uint64_t{room.f_bavail} * room.f_frsize;
    writable_.store(available >= options_.reserve_bytes, std::memory_order_relaxed);
}

std::shared_ptr<rocksdb::Snapshot const> RocksStore::take_snapshot() {
    rocksdb::DB* const db = database_->db.get();
    return {db->GetSnapshot(), [db](rocksdb::Snapshot const* held) { db->ReleaseSnapshot(held); }};
}

void RocksStore::complete(ports::Ticket ticket) {
    auto snapshot = take_snapshot();
    bool first = false;
    {
        std::lock_guard const lock{mutex_};
        first = written_.empty();
        written_.push_back({ticket, std::move(snapshot)});
    }
    if (!first) return;
    loop_.post([this, alive = alive_] {
        if (*alive) tell_written();
    });
}

void RocksStore::tell_written() {
    std::vector<Written> written;
    {
        std::lock_guard const lock{mutex_};
        written.swap(written_);
    }
    if (written.empty()) return;
    durable_ = std::move(written.back().snapshot);
    on_durable_(written.back().ticket);
}

std::vector<ports::LogEntry> RocksStore::read_log(PartitionKey const& partition, Position from,
                                                  std::size_t bytes_max) {
    Bytes const prefix = partition_prefix(partition);
    Bytes const lower = log_key(prefix, from), upper = successor_of(prefix);
    rocksdb::Slice const lower_slice = slice(lower), upper_slice = slice(upper);
    auto const it = iterate(*database_->db, database_->log, lower_slice, upper_slice);
    std::vector<ports::LogEntry> entries;
    std::size_t bytes = 0;
    for (it->SeekToFirst(); it->Valid() && bytes <= bytes_max; it->Next()) {
        entries.push_back(entry_at(*it));
        bytes += entries.back().record.size();
    }
    require(it->status(), "the log cannot be read");
    return entries;
}

std::optional<ports::LogEntry> RocksStore::first_log(PartitionKey const& partition) {
    Bytes const lower = partition_prefix(partition), upper = successor_of(lower);
    rocksdb::Slice const lower_slice = slice(lower), upper_slice = slice(upper);
    auto const it = iterate(*database_->db, database_->log, lower_slice, upper_slice);
    it->SeekToFirst();
    require(it->status(), "the log cannot be read");
    if (!it->Valid()) return std::nullopt;
    return entry_at(*it);
}

std::optional<ports::LogEntry> RocksStore::last_log(PartitionKey const& partition) {
    return log_at_or_before(partition, Position::from_bits(~std::uint64_t{0}));
}

std::optional<ports::LogEntry> RocksStore::log_at_or_before(PartitionKey const& partition,
                                                            Position position) {
    Bytes const lower = partition_prefix(partition), upper = successor_of(lower);
    rocksdb::Slice const lower_slice = slice(lower), upper_slice = slice(upper);
    auto const it = iterate(*database_->db, database_->log, lower_slice, upper_slice);
    it->SeekForPrev(slice(log_key(lower, position)));
    require(it->status(), "the log cannot be read");
    if (!it->Valid()) return std::nullopt;
    return entry_at(*it);
}

std::unique_ptr<ports::ViewSnapshot> RocksStore::view_snapshot(PartitionKey const& partition) {
    return std::make_unique<RocksViewSnapshot>(*database_->db, database_->view,
                                               partition_prefix(partition), durable_);
}

std::vector<ports::ViewChange> RocksStore::read_meta(ByteView prefix) {
    rocksdb::ReadOptions const read;
    std::unique_ptr<rocksdb::Iterator> const it{database_->db->NewIterator(read, database_->meta)};
    std::vector<ports::ViewChange> entries;
    for (it->Seek(slice(prefix)); it->Valid() && it->key().starts_with(slice(prefix)); it->Next()) {
        entries.push_back({Bytes{bytes_of(it->key())}, Bytes{bytes_of(it->value())}});
    }
    require(it->status(), "meta entries cannot be read");
    return entries;
}

std::string RocksStore::salvage(PartitionKey const& partition, Epoch epoch,
                                std::vector<ports::LogEntry> const& tail) {
    Bytes bytes;
    for (auto const& entry : tail) {
        append_big_endian(bytes, static_cast<std::uint32_t>(entry.record.size()));
        bytes += entry.record;
    }
    std::string stem = partition.hub.value;
    for (char& c : stem) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        if (!plain) c = '_';
    }
    stem += "-" + std::to_string(value(partition.index)) + "-" + std::to_string(value(epoch)) + "-";
    for (int n = 1;; ++n) {
        auto const path = options_.dir / "salvage" / (stem + std::to_string(n) + ".log");
        auto const written = create_file(path, bytes, 0600);
        if (written.ok()) return path.string();
        if (written.code() != Errc::conflict) {
            panic(("a diverged tail could not be put aside: " + written.error().detail).c_str());
        }
    }
}

RocksStore::Counters RocksStore::counters() const {
    return {.batches = last_ticket_, .syncs = syncs_.load(), .bytes = bytes_.load()};
}

}  // namespace tandem::world
