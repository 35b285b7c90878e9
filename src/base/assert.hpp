// base/assert.hpp -- how a process of ours ends when it must not go on.
//
// TANDEM_ASSERT: an invariant of ours is broken. panic: the ground is gone (a sync failed, the
// disk lies). Both print one line and abort, in release builds too: a region that stops is
// failed over, a region that goes on wrongly is not.
#pragma once

namespace tandem {

[[noreturn]] void panic(char const* what, char const* file = __builtin_FILE(),
                        int line = __builtin_LINE());

}  // namespace tandem

#define TANDEM_ASSERT(condition, why)        \
    do {                                     \
        if (!(condition)) [[unlikely]]       \
            ::tandem::panic(why);            \
    } while (false)
