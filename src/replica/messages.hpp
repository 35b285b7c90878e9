// replica/messages.hpp -- marks and names in and out of peer messages.
#pragma once

#include "partition/partition.hpp"
#include "record/peer.pb.h"

#include <cstdint>

namespace tandem::replica {

inline partition::Mark to_mark(std::uint64_t position, std::uint64_t chain) {
    return {.position = Position::from_bits(position), .chain = record::Chain{chain}};
}

constexpr std::uint64_t bits(record::Chain chain) { return static_cast<std::uint64_t>(chain); }

/// What every replication message begins with.
template <class Message>
void address(Message& message, PartitionKey const& key, Epoch epoch) {
    message.set_hub(key.hub.value);
    message.set_partition(value(key.index));
    message.set_epoch(value(epoch));
}

}  // namespace tandem::replica
