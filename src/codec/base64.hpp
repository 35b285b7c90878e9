// codec/base64.hpp -- bytes as base64 text and back.
//
// Source  RFC 4648 4: standard alphabet, padding required, no blanks.
// Purity  total functions over any bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tandem {

std::string base64_encode(std::string_view bytes);
/// nullopt: another alphabet, wrong padding, anything besides. Bits that do not make up a whole
/// byte are ignored: keys are often typed by hand.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace tandem
