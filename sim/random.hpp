// sim/random.hpp -- everything that a history draws, from one seed.
#pragma once

#include "base/time.hpp"
#include "ports/random.hpp"

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace tandem::sim {

class Random final : public ports::Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 0x1234567) {}

    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t x = state_;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
        return x ^ (x >> 31);
    }
    std::uint64_t below(std::uint64_t end) { return end == 0 ? 0 : next() % end; }
    bool chance(int percent) { return below(100) < static_cast<std::uint64_t>(percent); }
    Duration up_to(Duration most) {
        return Duration{static_cast<Duration::rep>(
            below(static_cast<std::uint64_t>(most.count()) + 1))};
    }
    Duration between(Duration least, Duration most) { return least + up_to(most - least); }
    template <class T>
    T one_of(std::initializer_list<T> choices) {
        return *(choices.begin() + below(choices.size()));
    }
    void fill(std::span<std::uint8_t> out) override {
        for (auto& byte : out) byte = static_cast<std::uint8_t>(next());
    }

private:
    std::uint64_t state_;
};

}  // namespace tandem::sim
