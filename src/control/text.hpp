// control/text.hpp -- the small text forms that ARM documents are made of.
#pragma once

#include "base/time.hpp"
#include "ports/random.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tandem::control {

std::string lower(std::string_view text);                     ///< ASCII
bool equal_ci(std::string_view a, std::string_view b);        ///< ASCII, ignoring case
bool is_letter_or_digit(char c);                              ///< ASCII
/// Letters, digits, '-', '.' and '_', at least one: what most things of a hub may be called.
bool is_plain_name(std::string_view name, std::size_t bytes_max);
/// "West US 2" and "westus2" are the same region: blanks and case do not count.
std::string region_key(std::string_view name);

std::string iso8601_seconds(WallTime time);   ///< "2023-11-06 20:15:34Z", as error texts have it
/// Digits with zeros before them: texts in the order of the numbers.
std::string sortable(std::uint64_t number);
std::int64_t utc_day(WallTime time);      ///< days since 1970-01-01

std::string random_bytes(ports::Random& random, std::size_t count);
std::string random_guid(ports::Random& random);

}  // namespace tandem::control
