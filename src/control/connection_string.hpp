// control/connection_string.hpp -- connection strings, and documents that hold them, without their
// secrets.
//
// What is shown is what is known to be harmless; everything else is masked, so that a spelling that
// nobody thought of is not a way around it.
//
// Source  Azure shows "Endpoint=sb://n/;SharedAccessKeyName=p;SharedAccessKey=****;EntityPath=e".
// Purity  functions of their arguments.
#pragma once

#include "control/json.hpp"

#include <string>
#include <string_view>

namespace tandem::control {

/// The same with everything masked that is not a name, an address or a path under a name that is
/// known to have such a one. Names count whatever their case and the blanks around them.
std::string mask_connection_string(std::string_view text);
/// `sent` with what is masked in it from `kept`, by name and in order. All of `kept` when nothing
/// is sent, or only a mask.
std::string unmask_connection_string(std::string const& sent, std::string const& kept);

/// The value of that name, whatever its case; "" if there is none.
std::string connection_value(std::string_view text, std::string_view name);

/// True for text in which a key or a signature stands, as connection strings and URIs have them.
bool holds_secret(std::string_view text);

/// Connection strings masked, members that are keys gone, in all of `value`; with `everywhere`
/// also every other text that holds a secret.
void hide_secrets(json::value& value, bool everywhere);

}  // namespace tandem::control
