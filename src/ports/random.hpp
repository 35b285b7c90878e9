// ports/random.hpp -- where unpredictable bytes come from.
#pragma once

#include <cstdint>
#include <span>

namespace tandem::ports {

class Random {
public:
    virtual ~Random() = default;
    /// Fills `out` with bytes; the world's are fit for keys, the simulator's repeat by seed.
    virtual void fill(std::span<std::uint8_t> out) = 0;
};

}  // namespace tandem::ports
