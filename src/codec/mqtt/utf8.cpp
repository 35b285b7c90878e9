#include "codec/mqtt/utf8.hpp"

#include "codec/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace tandem::mqtt {
namespace {

/// True if all eight bytes are 0x01..0x7F.
bool plain_block(char const* at) {
    std::uint64_t block;
    std::memcpy(&block, at, sizeof block);
    constexpr std::uint64_t high = 0x8080808080808080U;
    constexpr std::uint64_t ones = 0x0101010101010101U;
    return ((block | (block - ones)) & high) == 0;
}

}  // namespace

bool valid_utf8(std::string_view text) {
    while (text.size() >= 8 && plain_block(text.data())) text.remove_prefix(8);
    return text.find('\0') == std::string_view::npos && utf8_valid(text);
}

}  // namespace tandem::mqtt
