// codec/number_text.hpp -- numbers as they stand in texts.
//
// Purity  a function of its arguments.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace tandem {

/// The number that is all of `text`: digits of that base, and for signed types a '-' before them.
/// nullopt: anything else: nothing, blanks, a '+', too large for Number.
template <class Number>
std::optional<Number> whole_number(std::string_view text, int base = 10) {
    Number number{};
    char const* const end = text.data() + text.size();
    auto const [stop, failed] = std::from_chars(text.data(), end, number, base);
    if (failed != std::errc{} || stop != end) return std::nullopt;
    return number;
}

}  // namespace tandem
