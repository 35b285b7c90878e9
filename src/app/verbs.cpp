#include "app/verbs.hpp"

#include <cstdio>

namespace tandem::app {

int fail(char const* verb, std::string const& why) {
    std::fprintf(stderr, "tandem: %s: %s\n", verb, why.c_str());
    return 1;
}

}  // namespace tandem::app
