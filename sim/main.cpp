// sim/main.cpp -- the second world: runs histories by their seeds and says which one broke a
// promise, with the command that shows it again.
#include "sim/outcome.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

using tandem::sim::Outcome;
using tandem::sim::Request;

struct Options {
    std::string world = "full";
    std::uint64_t from = 0, to = 1000;
    bool trace = false;
};

using Run = Outcome (*)(Request const&);

Run world_of(std::string const& name) {
    if (name == "lease") return tandem::sim::run_lease_world;
    if (name == "control") return tandem::sim::run_control_world;
    return name == "full" ? tandem::sim::run_full_world : nullptr;
}

bool parse(int argc, char** argv, Options& options) {
    for (int i = 1; i < argc; ++i) {
        std::string const word = argv[i];
        if (word == "--trace") {
            options.trace = true;
        } else if (word == "--world" && i + 1 < argc) {
            options.world = argv[++i];
        } else if (word == "--seeds" && i + 1 < argc) {
            std::string const range = argv[++i];
            auto const dots = range.find("..");
            options.from = std::strtoull(range.c_str(), nullptr, 10);
            options.to = dots == std::string::npos
                             ? options.from + 1
                             : std::strtoull(range.c_str() + dots + 2, nullptr, 10);
        } else {
            return false;
        }
    }
    return world_of(options.world) != nullptr;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (!parse(argc, argv, options)) {
        std::fprintf(stderr,
                     "usage: %s [--world lease|control|full] [--seeds FROM..TO | --seeds N] "
                     "[--trace]\n",
                     argv[0]);
        return 2;
    }
    std::map<std::string, std::uint64_t> counts;
    for (auto seed = options.from; seed < options.to; ++seed) {
        Outcome const outcome = world_of(options.world)({.seed = seed, .trace = options.trace});
        for (auto const& [what, n] : outcome.counts) counts[what] += n;
        if (outcome.failures.empty()) continue;
        for (auto const& failure : outcome.failures) std::printf("%s\n", failure.c_str());
        std::printf("again with: %s --world %s --seeds %llu --trace\n", argv[0],
                    options.world.c_str(), static_cast<unsigned long long>(seed));
        return 1;
    }
    std::printf("%llu histories of the %s world kept every promise\n",
                static_cast<unsigned long long>(options.to - options.from), options.world.c_str());
    for (auto const& [what, n] : counts)
        std::printf("  %-28s %llu\n", what.c_str(), static_cast<unsigned long long>(n));
    return 0;
}
