// control/json.hpp -- reading what clients send, without believing any of it.
//
// Invariant  what codec/json.hpp refuses (depth, duplicate keys, bad UTF-8) is refused.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/json.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::control {

/// Errors: argument_invalid -- not JSON, or not an object. An empty body is an empty object.
Result<json::object> parse_object(ByteView text);
/// What we stored ourselves; an empty text is an empty object.
json::object stored_object(ByteView text);

/// The member of that name (exact first, then ignoring case), or nullptr.
json::value const* find(json::object const& object, std::string_view name);
/// The member if it is an object, else nullptr.
json::object const* find_object(json::object const& object, std::string_view name);
/// The member if it is a string.
std::optional<std::string> find_string(json::object const& object, std::string_view name);
/// The member if it is a whole number: 50, 50.0, or "50" as some clients write numbers.
std::optional<std::int64_t> find_integer(json::object const& object, std::string_view name);
std::optional<bool> find_bool(json::object const& object, std::string_view name);

/// The member as an object, made (or made into one) if need be.
json::object& need_object(json::object& object, std::string_view name);

}  // namespace tandem::control
