// sim/history.hpp -- what the simulated worlds have in common: a seed, a schedule, and what they
// tell of it.
#pragma once

#include "sim/outcome.hpp"
#include "sim/random.hpp"
#include "sim/schedule.hpp"

#include <cstdint>
#include <string>

namespace tandem::sim {

class History {
protected:
    explicit History(Request const& request) : trace_(request.trace), random_(request.seed) {}

    /// A promise is broken: the history ends here. The first is told, what follows from it is not.
    void fail(std::string what);
    bool failed() const { return !outcome_.failures.empty(); }
    void count(char const* what, std::uint64_t by = 1) { outcome_.counts[what] += by; }
    void say(std::string const& what) const;         ///< in a trace only

    bool trace_;
    Random random_;
    Schedule schedule_;
    Outcome outcome_;
};

}  // namespace tandem::sim
