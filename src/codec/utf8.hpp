// codec/utf8.hpp -- whether bytes are UTF-8.
//
// Source  RFC 3629 3 and 4: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace tandem {

bool utf8_valid(std::string_view text);
/// How many code points. Requires: utf8_valid(text).
std::size_t utf8_characters(std::string_view text);
/// Bytes of `text` without its C0 and C1 control characters. Requires: utf8_valid(text).
std::size_t utf8_bytes_without_controls(std::string_view text);

}  // namespace tandem
