// codec/base64.hpp -- bytes as base64 text and back.
//
// Source  RFC 4648 4: standard alphabet, padding required, no blanks; RFC 4648 5 without padding
//         (base64url), as in JSON Web Signatures.
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

std::string base64url_encode(std::string_view bytes);
/// nullopt as above, and for bits left over that are not zero: one text for the same bytes.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace tandem
