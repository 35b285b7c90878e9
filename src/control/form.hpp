// control/form.hpp -- what HTML forms and OAuth clients send.
//
// Source  application/x-www-form-urlencoded; RFC 6749 3.2: no parameter twice.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::control {

inline constexpr std::size_t form_fields_max = 64;
inline constexpr std::size_t form_bytes_max = 16 * 1024;

using Form = std::map<std::string, std::string>;

/// nullopt: a bad escape, a field twice, too much of it.
std::optional<Form> parse_form(std::string_view body);
/// One value as it stands in a form, '+' and escapes undone.
std::optional<std::string> form_decode(std::string_view text);
/// The field's value; empty when it is not there.
std::string form_field(Form const& form, char const* name);

}  // namespace tandem::control
