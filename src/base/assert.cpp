#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace tandem {

void panic(char const* what, char const* file, int line) {
    std::fprintf(stderr, "tandem: panic: %s (%s:%d)\n", what, file, line);
    std::fflush(stderr);
    std::abort();
}

}  // namespace tandem
