// world/rocks_database.hpp -- RocksStore's open database: handles and settings.
#pragma once

#include "world/rocks_store.hpp"

#include <rocksdb/db.h>
#include <memory>
#include <string>

namespace tandem::world {

struct RocksStore::Database {
    std::unique_ptr<rocksdb::DB> db;
    rocksdb::ColumnFamilyHandle* meta = nullptr;
    rocksdb::ColumnFamilyHandle* log = nullptr;
    rocksdb::ColumnFamilyHandle* view = nullptr;

    ~Database();
    /// Errors: as RocksStore::open.
    static Result<std::unique_ptr<Database>> open(Options const& options);
};

}  // namespace tandem::world
