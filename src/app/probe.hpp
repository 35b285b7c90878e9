// app/probe.hpp -- what `tandem up` asks until it may say that the hub is up.
#pragma once

#include "app/installation.hpp"
#include "app/prepare.hpp"
#include "app/quickstart.hpp"
#include "base/result.hpp"

namespace tandem::app {

/// Asks everything that must answer: control, the hub's owner with its pair in step, and the hub
/// itself; makes the quick start's device if it is not there yet, and keeps the concierge's keys
/// beside the authority. The answer lacks the processes.
/// Errors: unavailable (not yet: which, in words), and what the answers cannot be read for.
Result<Quickstart> probe(Installation const& it, Secrets const& secrets);

}  // namespace tandem::app
