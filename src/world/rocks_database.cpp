#include "world/rocks_database.hpp"

#include "world/files.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

namespace tandem::world {
namespace {

constexpr ByteView format_text = "tandem store 1\n";

rocksdb::DBOptions database_options(RocksStore::Options const& options, bool fresh) {
    rocksdb::DBOptions db;
    // With our FORMAT file there a database must be there too: making a new, empty one in its
    // place would forget every promise this node has given.
    db.create_if_missing = fresh;
    db.create_missing_column_families = fresh;
    // Every write is synced before it is confirmed. So only the unfinished last record of the WAL
    // may be missing; anything else that does not read back is damage and must be told.
    db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    db.paranoid_checks = true;
    db.max_background_jobs = 2;
    db.max_open_files = 512;
    db.max_total_wal_size = options.memtable_bytes * 4;
    db.allow_concurrent_memtable_write = false;  // one writer
    db.keep_log_file_num = 4;
    db.max_log_file_size = std::size_t{4} * 1024 * 1024;
    db.stats_dump_period_sec = 0;
    return db;
}

rocksdb::ColumnFamilyOptions family_options(RocksStore::Options const& options,
                                            std::shared_ptr<rocksdb::Cache> const& cache,
                                            std::size_t memtable_bytes, bool point_reads) {
    rocksdb::ColumnFamilyOptions family;
    family.write_buffer_size = memtable_bytes;
    family.max_write_buffer_number = 4;
    family.compression = rocksdb::kLZ4Compression;
    family.level_compaction_dynamic_level_bytes = true;
    family.target_file_size_base = options.memtable_bytes;
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    table.block_size = std::size_t{16} * 1024;
    if (point_reads) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return family;
}

/// Several partitions write at the ends of their own key ranges, so every flushed file spans all
/// of them, and a levelled compaction would rewrite the whole log again and again. Merging many
/// runs of about one size at a time writes a record once more for each twelvefold growth; reads
/// are long scans, which a few dozen runs do not slow down.
rocksdb::ColumnFamilyOptions log_options(RocksStore::Options const& options,
                                         std::shared_ptr<rocksdb::Cache> const& cache) {
    auto family = family_options(options, cache, options.memtable_bytes, false);
    family.compaction_style = rocksdb::kCompactionStyleUniversal;
    family.level_compaction_dynamic_level_bytes = false;
    family.level0_file_num_compaction_trigger = 24;
    family.level0_slowdown_writes_trigger = 48;
    family.level0_stop_writes_trigger = 72;
    family.compaction_options_universal.min_merge_width = 12;
    family.compaction_options_universal.size_ratio = 50;
    family.compaction_options_universal.max_size_amplification_percent = 1000;
    return family;
}

Result<bool> check_format(std::filesystem::path const& dir, std::filesystem::path const& db) {
    TANDEM_TRY(auto const format, read_file(dir / "FORMAT"));
    if (format && *format != format_text) {
        return Error{Errc::malformed,
                     (dir / "FORMAT").string() + " names a format that this program does not know"};
    }
    std::error_code error;
    bool const current = std::filesystem::exists(db / "CURRENT", error);
    bool const empty = !std::filesystem::exists(db, error) || std::filesystem::is_empty(db, error);
    if (error) return Error{Errc::unavailable, "cannot read " + db.string()};
    if (!current && (format || !empty)) {
        return Error{Errc::malformed, "the database in " + db.string() +
                                          " is damaged: CURRENT is missing; nothing was changed"};
    }
    return !format;
}

}  // namespace

RocksStore::Database::~Database() {
    if (!db) return;
    for (auto* family : {meta, log, view}) {
        if (family != nullptr) db->DestroyColumnFamilyHandle(family);
    }
}

Result<std::unique_ptr<RocksStore::Database>> RocksStore::Database::open(Options const& options) {
    auto const path = options.dir / "db";
    TANDEM_CHECK(ensure_private_dir(options.dir));
    TANDEM_TRY(bool const fresh, check_format(options.dir, path));
    TANDEM_CHECK(ensure_private_dir(path));

    auto const cache = rocksdb::NewLRUCache(options.cache_bytes);
    std::size_t const small = options.memtable_bytes / 8;
    std::vector<rocksdb::ColumnFamilyDescriptor> const families{
        {rocksdb::kDefaultColumnFamilyName, family_options(options, cache, small, false)},
        {"log", log_options(options, cache)},
        {"view", family_options(options, cache, options.memtable_bytes / 2, true)},
    };
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* raw = nullptr;
    auto const status = rocksdb::DB::Open(database_options(options, fresh), path.string(), families,
                                          &handles, &raw);
    if (!status.ok()) {
        bool const busy = status.ToString().find("lock") != std::string::npos;
        if (busy)
            return Error{Errc::unavailable, path.string() + " is in use: " + status.ToString()};
        return Error{Errc::malformed,
                     "the database in " + path.string() +
                         " cannot be opened; nothing was deleted: " + status.ToString()};
    }
    auto database = std::make_unique<Database>();
    database->db.reset(raw);
    database->meta = handles[0];
    database->log = handles[1];
    database->view = handles[2];
    if (fresh) TANDEM_CHECK(write_file(options.dir / "FORMAT", format_text, 0600));
    return database;
}

}  // namespace tandem::world
