// codec/amqp/wire.hpp -- numbers in network byte order.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>

namespace tandem::amqp {

/// Appends the low `width` bytes of `number`.
inline void put_be(Bytes& out, std::uint64_t number, int width) {
    for (int i = width - 1; i >= 0; --i) out.push_back(static_cast<char>(number >> (8 * i)));
}

/// Overwrites four bytes at `at`.
inline void patch_be32(Bytes& out, std::size_t at, std::size_t number) {
    for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<char>(number >> (8 * (3 - i)));
}

/// Requires: input.size() >= at + width.
inline std::uint64_t get_be(ByteView input, std::size_t at, std::size_t width) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < width; ++i) {
        number = (number << 8) | static_cast<unsigned char>(input[at + i]);
    }
    return number;
}

}  // namespace tandem::amqp
