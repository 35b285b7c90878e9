// world/system.hpp -- the machine's clocks and its source of randomness.
//
// `mono` is CLOCK_BOOTTIME: it goes on while a machine is suspended, so a lease runs out during
// the sleep and not after it.
#pragma once

#include "base/time.hpp"
#include "ports/random.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace tandem::world {

Now read_clocks();

/// getrandom(2), drawn in blocks; what has been given out is wiped. Single-threaded.
class SystemRandom final : public ports::Random {
public:
    ~SystemRandom() override;
    void fill(std::span<std::uint8_t> out) override;

private:
    std::array<std::uint8_t, 1024> pool_{};
    std::size_t used_ = 1024;
};

/// Lets this process open as many descriptors as the system allows it; returns how many.
std::uint64_t raise_descriptor_limit();

/// `bytes` random bytes as lower-case hexadecimal digits.
std::string random_hex(ports::Random& random, std::size_t bytes);

}  // namespace tandem::world
