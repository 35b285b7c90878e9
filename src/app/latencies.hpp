// app/latencies.hpp -- how long many things took, in little memory: counts in buckets that are at
// most 1/32 of their value wide.
#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace tandem::app {

class Latencies {
public:
    void add(Duration took) {
        auto const us = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0));
        ++counts_[std::min(bucket_of(us), counts_.size() - 1)];
        ++count_;
        max_ = std::max(max_, took);
    }
    std::uint64_t count() const { return count_; }
    Duration max() const { return max_; }

    /// The value that `share` (0 to 1) of all stay below or at; 0 when there are none.
    Duration at(double share) const {
        auto const wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            seen += counts_[i];
            if (seen > wanted) return std::min(max_, Duration{upper_edge(i)});
        }
        return max_;
    }
    void clear() { *this = Latencies{}; }

private:
    static constexpr unsigned sub_bits = 5;

    static std::size_t bucket_of(std::uint64_t us) {
        if (us < (1U << sub_bits)) return us;
        auto const shift = static_cast<unsigned>(std::bit_width(us)) - sub_bits - 1;
        return ((shift + 1) << sub_bits) + ((us >> shift) & ((1U << sub_bits) - 1));
    }
    static std::int64_t upper_edge(std::size_t bucket) {
        if (bucket < (1U << sub_bits)) return static_cast<std::int64_t>(bucket);
        std::size_t const shift = (bucket >> sub_bits) - 1;
        std::size_t const mantissa = (bucket & ((1U << sub_bits) - 1)) + (1U << sub_bits);
        return static_cast<std::int64_t>(((mantissa + 1) << shift) - 1);
    }

    std::array<std::uint32_t, 1024> counts_{};
    std::uint64_t count_ = 0;
    Duration max_{};
};

}  // namespace tandem::app
