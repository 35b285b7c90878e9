// codec/hex.hpp -- bytes as hexadecimal text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tandem {

/// Lower case.
std::string hex_encode(std::string_view bytes);
/// Either case. nullopt: an odd number of digits, or something that is none.
std::optional<std::string> hex_decode(std::string_view text);

}  // namespace tandem
