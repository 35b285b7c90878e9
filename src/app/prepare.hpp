// app/prepare.hpp -- what `tandem up` does before it starts anything: the installation as its
// options want it, its certificates and secrets.
#pragma once

#include "app/installation.hpp"
#include "app/verbs.hpp"
#include "base/result.hpp"

#include <string>

namespace tandem::app {

/// The secrets that `up` knows and the installation keeps as hashes.
struct Secrets {
    std::string client;      ///< of the installation's service principal
    std::string portal;      ///< the password of the user who signs in to the portal
};

/// The installation that `up` runs: read back or made, changed as `options` say, and saved.
/// `secrets` are those of quickstart.json where they fit, or new.
/// Errors: malformed (installation.json), unavailable (files), argument_invalid (an option; then
/// nothing has been written).
Result<Installation> prepare(UpOptions const& options, Secrets& secrets);

}  // namespace tandem::app
