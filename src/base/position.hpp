// base/position.hpp -- where a record stands in its partition's log.
//
// Shape   bits 52..38 epoch (15 bits), bits 37..0 index within the epoch (38 bits).
// Units   one number that only rises. It fits in 53 bits because it is also the Event
//         Hubs-compatible sequence number and offset, and JavaScript clients hold those in a
//         double.
// Invariant  a position is given to one record only, ever: a new owner starts a new epoch at
//         index 0, so whatever an old owner may still have handed out lies below.
#pragma once

#include "base/assert.hpp"

#include <compare>
#include <cstdint>

namespace tandem {

enum class Epoch : std::uint32_t {};

constexpr std::uint32_t value(Epoch epoch) {
    return static_cast<std::uint32_t>(epoch);
}
constexpr Epoch next(Epoch epoch) {
    return Epoch{value(epoch) + 1};
}

class Position {
public:
    static constexpr unsigned index_bits = 38;
    static constexpr std::uint64_t index_max = (std::uint64_t{1} << index_bits) - 1;
    static constexpr std::uint32_t epoch_max = (1U << 15) - 1;

    constexpr Position() = default;  ///< before the first record
    constexpr Position(Epoch epoch, std::uint64_t index)
        : bits_((std::uint64_t{tandem::value(epoch)} << index_bits) | index) {}
    static constexpr Position from_bits(std::uint64_t bits) {
        Position p;
        p.bits_ = bits;
        return p;
    }

    constexpr std::uint64_t bits() const { return bits_; }
    constexpr Epoch epoch() const { return Epoch{static_cast<std::uint32_t>(bits_ >> index_bits)}; }
    constexpr std::uint64_t index() const { return bits_ & index_max; }
    constexpr bool none() const { return bits_ == 0; }

    /// The position after this one for a record of `epoch`. Requires: epoch >= this->epoch().
    Position successor(Epoch epoch) const {
        TANDEM_ASSERT(epoch >= this->epoch(), "a position would go back to an earlier epoch");
        if (epoch > this->epoch()) return Position{epoch, 0};
        TANDEM_ASSERT(index() < index_max, "an epoch ran out of positions");
        return from_bits(bits_ + 1);
    }

    constexpr auto operator<=>(Position const&) const = default;

private:
    std::uint64_t bits_ = 0;
};

}  // namespace tandem
