// codec/mqtt/utf8.hpp -- what MQTT takes for a string.
//
// Source  MQTT 3.1.1 1.5.3 "UTF-8 encoded strings", RFC 3629.
// Purity  allocates nothing, accepts any bytes.
#pragma once

#include <string_view>

namespace tandem::mqtt {

/// Well-formed UTF-8 without NUL, surrogates, overlong forms or code points above U+10FFFF.
/// A byte order mark is a character like any other (1.5.3-3).
bool valid_utf8(std::string_view text);

}  // namespace tandem::mqtt
