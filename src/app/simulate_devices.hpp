// app/simulate_devices.hpp -- the identities that `tandem simulate` uses.
#pragma once

#include "app/installation.hpp"
#include "app/management.hpp"

#include <string>

namespace tandem::app {

/// The value of a field of a connection string; "" when it has none.
std::string connection_field(std::string const& text, std::string const& name);

/// A device's key, always the same one for the same owner key: a second run finds its devices.
std::string simulated_key(std::string const& owner_key, std::string const& device);

/// Sees to it that devices sim-0 to sim-(count-1) exist with these keys, 100 a request.
/// Errors: what the hub said.
Result<void> ensure_devices(Installation const& installation, ServiceAccess const& owner,
                            std::size_t count);

}  // namespace tandem::app
