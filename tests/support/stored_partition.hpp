// support/stored_partition.hpp -- a partition on a store in memory, driven by hand.
#pragma once

#include "partition/partition.hpp"
#include "support/memory_store.hpp"

#include <deque>
#include <memory>
#include <string>
#include <utility>

namespace tandem::testing {

inline PartitionKey const pair_key{.hub = {"hub"}, .index = PartitionIndex{0}};

/// A partition on its store; restart() is a crash and a recovery.
struct Stored {
    Stored() { restart(); }

    void restart() {
        store.crash();
        ends.clear();
        partition = std::make_unique<partition::Partition>(pair_key, store);
        recovered = partition->recover().ok();
    }
    void submit() {
        auto commit = partition->take_commit();
        if (!commit) return;
        ports::Batch batch;
        batch.commits.push_back(std::move(*commit));
        store.submit(std::move(batch));
        ends.push_back(partition->end().position);
    }
    void sync() {
        submit();
        store.sync();
        for (auto const end : std::exchange(ends, {})) partition->on_durable(end);
    }
    MemoryStore::Disk& disk() { return store.disk(pair_key); }

    MemoryStore store;
    std::unique_ptr<partition::Partition> partition;
    std::deque<Position> ends;
    bool recovered = false;
};

inline record::Fact device_created(std::string const& id) {
    record::Fact fact;
    fact.mutable_device_created()->mutable_identity()->set_device_id(id);
    fact.mutable_device_created()->mutable_twin()->set_version(2);
    return fact;
}

inline record::Fact telemetry(std::string body) {
    record::Fact fact;
    fact.mutable_telemetry()->set_device_id("d1");
    fact.mutable_telemetry()->set_body(std::move(body));
    return fact;
}

}  // namespace tandem::testing
