// codec/json.hpp -- JSON text to values and back, strictly.
//
// Source  RFC 8259. Refused besides: duplicate keys, nesting above a depth, invalid UTF-8, lone
//         surrogates, numbers that a double cannot hold.
// Shape   numbers keep their kind: an integer stays an integer, 1.0 stays a double; doubles are
//         read and written exactly (shortest text that reads back as the same).
// Purity  total functions over any bytes; nothing is thrown.
#pragma once

#include "base/limits.hpp"
#include "base/result.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem {

namespace json = boost::json;

/// Errors: argument_invalid.
Result<json::value> parse_json(std::string_view text,
                               std::size_t depth_max = limits::json_depth_max);
/// As above; what is not an object is refused, too.
Result<json::object> parse_json_object(std::string_view text,
                                       std::size_t depth_max = limits::json_depth_max);

/// Compact text. Requires: nesting as parse_json allows it.
std::string render_json(json::value const& value);
std::string render_json(json::object const& object);

/// Appends `text` as a JSON string. Bytes that are not UTF-8 become '?'.
void append_json_string(std::string& out, std::string_view text);
std::string json_string(std::string_view text);

}  // namespace tandem
