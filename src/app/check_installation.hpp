// app/check_installation.hpp -- whether an installation can run as it was told to: asked before
// anything of it is written, so that what is wrong does not stay.
#pragma once

#include "app/installation.hpp"
#include "base/result.hpp"

namespace tandem::app {

/// Errors: argument_invalid -- the option, its value, what is wrong with it, and what to do.
Result<void> check(Installation const& installation);

/// "host:port", the host an address or a name. Errors: argument_invalid, in words for `option`.
Result<void> check_server(char const* option, std::string const& server);
/// Text that is a port, 1 to 65535; nullopt: it is not.
std::optional<std::uint16_t> port_of(std::string const& text);
/// "--option value: what is wrong".
Error wrong(std::string const& option, std::string const& value, std::string const& what);

}  // namespace tandem::app
