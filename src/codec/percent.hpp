// codec/percent.hpp -- percent coding of names and values in URLs, SAS tokens and MQTT topics.
//
// Source  RFC 3986 2.1 "Percent-Encoding", 2.3 "Unreserved Characters".
// Invariant  percent_decode(percent_encode(x)) == x for every x.
// Purity  total functions over any bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tandem {

/// `text` with every %XX replaced by its byte, once; everything else ('+' included) stays.
/// nullopt: a '%' that is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text);

/// The same, appended to `out`. False: a bad escape; `out` then ends where it was met.
[[nodiscard]] bool percent_decode_append(std::string_view text, std::string& out);

/// Keeps letters, digits and "-._~"; every other byte becomes %XX in upper case.
std::string percent_encode(std::string_view text);
void percent_encode_append(std::string_view text, std::string& out);

}  // namespace tandem
