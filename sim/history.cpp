#include "sim/history.hpp"

#include <cstdio>
#include <utility>

namespace tandem::sim {

void History::fail(std::string what) {
    if (failed()) return;
    what += " at " + std::to_string(schedule_.now() / 1ms) + " ms";
    say(what);
    outcome_.failures.push_back(std::move(what));
}

void History::say(std::string const& what) const {
    if (trace_)
        std::printf("%9.3f %s\n", static_cast<double>(schedule_.now().count()) / 1e6,
                    what.c_str());
}

}  // namespace tandem::sim
