// world/store_keys.hpp -- the keys of RocksStore's column families (shape: rocks_store.hpp).
#pragma once

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/position.hpp"

#include <cstdint>

namespace tandem::world {

template <class Integer>
void append_big_endian(Bytes& out, Integer integer) {
    for (int shift = static_cast<int>(sizeof(Integer)) * 8 - 8; shift >= 0; shift -= 8) {
        out.push_back(static_cast<char>((integer >> shift) & 0xFF));
    }
}

inline std::uint64_t read_big_endian_64(ByteView bytes) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        number = (number << 8) | static_cast<std::uint8_t>(bytes[i]);
    }
    return number;
}

/// What all keys of a partition begin with. The length in front keeps one hub's keys out of the
/// range of another whose name is longer (bad-inputs 35).
inline Bytes partition_prefix(PartitionKey const& key) {
    TANDEM_ASSERT(!key.hub.value.empty() && key.hub.value.size() < 256, "a hub name of odd length");
    Bytes prefix;
    prefix.reserve(key.hub.value.size() + 11);
    prefix.push_back(static_cast<char>(key.hub.value.size()));
    prefix += key.hub.value;
    append_big_endian(prefix, value(key.index));
    return prefix;
}

inline Bytes log_key(Bytes prefix, Position position) {
    append_big_endian(prefix, position.bits());
    return prefix;
}

/// The first key that is above every key beginning with `prefix`. Empty: there is none.
inline Bytes successor_of(Bytes prefix) {
    while (!prefix.empty() && static_cast<std::uint8_t>(prefix.back()) == 0xFF) prefix.pop_back();
    if (!prefix.empty()) prefix.back() = static_cast<char>(prefix.back() + 1);
    return prefix;
}

}  // namespace tandem::world
