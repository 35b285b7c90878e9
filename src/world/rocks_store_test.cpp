#include "world/rocks_store.hpp"

#include "world/files.hpp"
#include "world/store_keys.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <fstream>

namespace tandem::world {
namespace {

namespace fs = std::filesystem;

class RocksStoreTest : public testing::Test {
protected:
    RocksStoreTest() {
        std::string name = (fs::temp_directory_path() / "tandem-store-XXXXXX").string();
        dir = mkdtemp(name.data());
    }
    ~RocksStoreTest() override {
        store.reset();
        fs::remove_all(dir);
    }

    RocksStore::Options options() const {
        return {.dir = dir / "data", .reserve_bytes = 0, .memtable_bytes = 1024 * 1024};
    }
    Result<void> open() { return open(options()); }
    Result<void> open(RocksStore::Options const& with) {
        store.reset();
        TANDEM_TRY(store, RocksStore::open(loop, with, [this](ports::Ticket ticket) {
                       EXPECT_GT(ticket, durable);
                       durable = ticket;
                   }));
        durable = {};
        return {};
    }
    void commit(ports::Batch batch) {
        ports::Ticket const ticket = store->submit(std::move(batch));
        while (durable < ticket) loop.run_once(1s);
    }
    void commit(ports::Commit change) {
        ports::Batch batch;
        batch.commits.push_back(std::move(change));
        commit(std::move(batch));
    }
    std::vector<std::uint64_t> indexes(PartitionKey const& key) {
        std::vector<std::uint64_t> found;
        for (auto const& entry : store->read_log(key, Position{}, 1 << 20)) {
            found.push_back(entry.position.index());
        }
        return found;
    }
    std::vector<Bytes> view_keys(PartitionKey const& key) {
        std::vector<Bytes> keys;
        auto const snapshot = store->view_snapshot(key);
        for (auto const& entry : snapshot->next(1 << 20)) keys.push_back(entry.key);
        return keys;
    }
    ports::Commit appends(PartitionKey const& key, std::uint64_t from, std::uint64_t to) const {
        ports::Commit change;
        change.partition = key;
        for (std::uint64_t i = from; i < to; ++i) {
            change.append.push_back({Position{Epoch{1}, i}, "record " + std::to_string(i)});
        }
        return change;
    }

    fs::path dir;
    EventLoop loop;
    std::unique_ptr<RocksStore> store;
    ports::Ticket durable{};
    PartitionKey const a{{"hub"}, PartitionIndex{0}};
    PartitionKey const b{{"hub"}, hub_partition};
    PartitionKey const longer{{"hub1"}, PartitionIndex{0}};
};

TEST_F(RocksStoreTest, KeepsLogViewAndMetaOverAReopen) {
    ASSERT_TRUE(open().ok());
    auto change = appends(a, 0, 3);
    change.view = {{"d/one", "1"}, {"d/two", "2"}};
    ports::Batch batch;
    batch.commits = {change, appends(b, 0, 1)};
    batch.meta = {{"hub/x", "definition"}, {"vote/x", "promise"}};
    commit(batch);

    ASSERT_TRUE(open().ok());
    EXPECT_EQ(indexes(a), (std::vector<std::uint64_t>{0, 1, 2}));
    EXPECT_EQ(indexes(b), (std::vector<std::uint64_t>{0}));
    EXPECT_TRUE(indexes(longer).empty());
    EXPECT_EQ(store->last_log(a)->record, "record 2");
    EXPECT_EQ(store->first_log(a)->record, "record 0");
    EXPECT_EQ(view_keys(a), (std::vector<Bytes>{"d/one", "d/two"}));
    auto const meta = store->read_meta("hub/");
    ASSERT_EQ(meta.size(), 1U);
    EXPECT_EQ(meta[0].key, "hub/x");
    EXPECT_EQ(meta[0].value, "definition");
}

TEST_F(RocksStoreTest, FindsTheEntryAtOrBeforeAPosition) {
    ASSERT_TRUE(open().ok());
    commit(appends(a, 5, 8));
    EXPECT_EQ(store->log_at_or_before(a, Position(Epoch{1}, 6))->record, "record 6");
    EXPECT_EQ(store->log_at_or_before(a, Position(Epoch{2}, 0))->record, "record 7");
    EXPECT_FALSE(store->log_at_or_before(a, Position(Epoch{1}, 4)).has_value());
    EXPECT_FALSE(store->last_log(b).has_value());
}

TEST_F(RocksStoreTest, TrimsAndTruncatesOnePartitionOnly) {
    ASSERT_TRUE(open().ok());
    commit(appends(a, 0, 10));
    commit(appends(b, 0, 2));
    commit(appends(longer, 0, 2));
    ports::Commit cut;
    cut.partition = a;
    cut.trim_before = Position(Epoch{1}, 3);
    cut.truncate_after = Position(Epoch{1}, 5);
    cut.append = {{Position(Epoch{2}, 0), "new owner's"}};
    commit(cut);
    EXPECT_EQ(indexes(a), (std::vector<std::uint64_t>{3, 4, 5, 0}));
    EXPECT_EQ(indexes(b).size(), 2U);
    EXPECT_EQ(indexes(longer).size(), 2U);
}

TEST_F(RocksStoreTest, ClearsBeforeItWritesWhatTheSameCommitBrings) {
    ASSERT_TRUE(open().ok());
    auto change = appends(a, 0, 3);
    change.view = {{"old", "1"}};
    commit(change);
    auto fresh = appends(a, 7, 8);
    fresh.clear_log = fresh.clear_view = true;
    fresh.view = {{"new", "1"}, {"gone", std::nullopt}};
    commit(fresh);
    EXPECT_EQ(indexes(a), (std::vector<std::uint64_t>{7}));
    EXPECT_EQ(view_keys(a), (std::vector<Bytes>{"new"}));
}

// A snapshot that held more than the owner was told would not fit the position it is sent with.
TEST_F(RocksStoreTest, AViewSnapshotHoldsExactlyWhatHasBeenTold) {
    ASSERT_TRUE(open().ok());
    ports::Commit change;
    change.partition = a;
    change.view = {{"one", "1"}};
    commit(change);
    change.view = {{"two", "2"}};
    ports::Batch batch;
    batch.commits = {change};
    ports::Ticket const ticket = store->submit(batch);
    while (store->counters().syncs < 2) usleep(1000);
    EXPECT_EQ(view_keys(a), (std::vector<Bytes>{"one"}));
    while (durable < ticket) loop.run_once(1s);
    EXPECT_EQ(view_keys(a), (std::vector<Bytes>{"one", "two"}));
}

TEST_F(RocksStoreTest, MergesWhatIsPendingIntoFewerSyncs) {
    ASSERT_TRUE(open().ok());
    ports::Ticket last{};
    for (std::uint64_t i = 0; i < 200; ++i) {
        ports::Batch batch;
        batch.commits.push_back(appends(a, i, i + 1));
        last = store->submit(std::move(batch));
    }
    while (durable < last) loop.run_once(1s);
    EXPECT_EQ(indexes(a).size(), 200U);
    EXPECT_LT(store->counters().syncs, 200U);
    EXPECT_EQ(store->counters().batches, 200U);
}

TEST_F(RocksStoreTest, StopsReadingSoonAfterTheBytesAskedFor) {
    ASSERT_TRUE(open().ok());
    commit(appends(a, 0, 100));
    EXPECT_LT(store->read_log(a, Position{}, 50).size(), 10U);
    EXPECT_EQ(store->read_log(a, Position(Epoch{1}, 98), 5000).size(), 2U);
}

TEST_F(RocksStoreTest, RefusesWritesWhileLessThanTheReserveIsFree) {  // bad-inputs 50
    auto with = options();
    with.reserve_bytes = std::size_t{1} << 60;
    ASSERT_TRUE(open(with).ok());
    EXPECT_FALSE(store->writable());
}

TEST_F(RocksStoreTest, KeepsOthersOut) {  // bad-inputs 41
    ASSERT_TRUE(open().ok());
    struct stat found {};
    ASSERT_EQ(stat((dir / "data").c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0700U);
    auto const path = store->salvage(a, Epoch{3}, {{Position(Epoch{3}, 1), "tail"}});
    ASSERT_EQ(stat(path.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600U);
}

TEST_F(RocksStoreTest, PutsEveryDivergedTailIntoAFileOfItsOwn) {
    ASSERT_TRUE(open().ok());
    std::vector<ports::LogEntry> const tail{{Position(Epoch{3}, 1), "ab"},
                                            {Position(Epoch{3}, 2), "cde"}};
    auto const first = store->salvage(a, Epoch{3}, tail);
    auto const second = store->salvage(a, Epoch{3}, tail);
    EXPECT_NE(first, second);
    EXPECT_TRUE(first.ends_with("salvage/hub-0-3-1.log")) << first;
    EXPECT_EQ(**read_file(first), Bytes("\0\0\0\2ab\0\0\0\3cde", 13));
}

TEST_F(RocksStoreTest, AHubNameCannotLeaveTheSalvageDirectory) {  // bad-inputs 35
    ASSERT_TRUE(open().ok());
    PartitionKey const odd{{"../../etc/x"}, PartitionIndex{0}};
    auto const path = store->salvage(odd, Epoch{1}, {});
    EXPECT_EQ(fs::path{path}.parent_path(), dir / "data" / "salvage");
}

TEST_F(RocksStoreTest, RefusesADatabaseWhoseManifestPointerIsGone) {  // bad-inputs 50
    ASSERT_TRUE(open().ok());
    commit(appends(a, 0, 3));
    store.reset();
    fs::remove(dir / "data" / "db" / "CURRENT");
    auto const opened = open();
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.code(), Errc::malformed);
    EXPECT_FALSE(fs::exists(dir / "data" / "db" / "CURRENT"));
}

TEST_F(RocksStoreTest, RefusesADatabaseThatIsGoneThoughItWasThere) {  // bad-inputs 50
    ASSERT_TRUE(open().ok());
    store.reset();
    fs::remove_all(dir / "data" / "db");
    EXPECT_EQ(open().code(), Errc::malformed);
}

TEST_F(RocksStoreTest, RefusesABitFlipInTheWriteAheadLogAndDeletesNothing) {  // bad-inputs 48, 50
    ASSERT_TRUE(open().ok());
    for (std::uint64_t i = 0; i < 20; ++i) commit(appends(a, i, i + 1));
    store.reset();
    fs::path wal;
    for (auto const& file : fs::directory_iterator(dir / "data" / "db")) {
        if (file.path().extension() == ".log" && file.file_size() > 0) wal = file.path();
    }
    ASSERT_FALSE(wal.empty());
    {
        std::fstream file{wal, std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(100);
        file.put('\x7F');
    }
    auto const size = fs::file_size(wal);
    EXPECT_EQ(open().code(), Errc::malformed);
    EXPECT_EQ(fs::file_size(wal), size);
}

TEST_F(RocksStoreTest, RefusesAFormatOfAnotherVersion) {
    ASSERT_TRUE(open().ok());
    store.reset();
    ASSERT_TRUE(write_file(dir / "data" / "FORMAT", "tandem store 2\n", 0600).ok());
    EXPECT_EQ(open().code(), Errc::malformed);
}

TEST_F(RocksStoreTest, ASecondProcessIsRefusedWhileTheFirstOneRuns) {
    ASSERT_TRUE(open().ok());
    auto const second = RocksStore::open(loop, options(), [](ports::Ticket) {});
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.code(), Errc::unavailable);
}

// A process that is killed does not close its database; what was told to be durable must be there.
TEST_F(RocksStoreTest, WhatWasToldDurableIsThereAfterAKill) {
    int pipes[2];
    ASSERT_EQ(pipe(pipes), 0);
    pid_t const child = fork();
    if (child == 0) {
        EventLoop own;
        ports::Ticket told{};
        auto opened = RocksStore::open(own, options(), [&](ports::Ticket t) { told = t; });
        if (!opened.ok()) _exit(1);
        ports::Batch batch;
        batch.commits.push_back(appends(a, 0, 50));
        auto const ticket = (*opened)->submit(std::move(batch));
        while (told < ticket) own.run_once(1s);
        char const done = 'd';
        if (write(pipes[1], &done, 1) != 1) _exit(2);
        for (;;) pause();
    }
    char done = 0;
    ASSERT_EQ(read(pipes[0], &done, 1), 1);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(pipes[0]);
    close(pipes[1]);
    ASSERT_TRUE(open().ok());
    EXPECT_EQ(indexes(a).size(), 50U);
}

}  // namespace
}  // namespace tandem::world
