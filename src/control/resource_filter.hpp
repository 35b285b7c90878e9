// control/resource_filter.hpp -- the $filter of resource lists, as far as clients use it.
//
// Shape   terms joined by "and": FIELD eq 'VALUE', FIELD ne 'VALUE', substringof('VALUE', FIELD);
//         fields resourceGroup, resourceType, name, location, tagName, tagValue. '' is one quote.
// Purity  functions of their arguments.
#pragma once

#include "base/result.hpp"
#include "control/json.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::control {

inline constexpr std::size_t filter_bytes_max = 4096;     // ours
inline constexpr std::size_t filter_terms_max = 32;       // ours

struct FilterTerm {
    enum class Operator { equal, unequal, within } operation = Operator::equal;
    std::string field;               ///< lower case
    std::string value;
};

/// Errors: argument_invalid.
Result<std::vector<FilterTerm>> parse_filter(std::string_view text);

/// Whether `actual` is what the term wants; case does not count.
bool satisfies(FilterTerm const& term, std::string_view actual);

/// True for terms on a tag's name or value.
bool about_tags(FilterTerm const& term);
/// Whether one of the tags (nullptr: there are none) is what all terms about tags want.
bool has_tag(json::object const* tags, std::vector<FilterTerm> const& terms);

}  // namespace tandem::control
