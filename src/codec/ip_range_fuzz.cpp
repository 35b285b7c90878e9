// Whatever is read as a range holds its own first address, and reads the same when written again.
#include "codec/ip_range.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    if (auto const range = tandem::parse_ip_range(text)) {
        if (!range->contains(range->first)) std::abort();
        auto const again = tandem::parse_ip_range(tandem::format_ip(range->first) + "/" +
                                                  std::to_string(range->prefix_bits));
        if (!again || *again != *range) std::abort();
    }
    if (auto const address = tandem::parse_ip(text))
        if (tandem::parse_ip(tandem::format_ip(*address)) != address) std::abort();
    return 0;
}
