// base/drop_used.hpp -- letting go of the front of a buffer that is filled at its end.
//
// Purity  a function of its arguments.
#pragma once

#include "base/bytes.hpp"

#include <cstddef>

namespace tandem {

/// Takes the first `used` bytes off once they are all there is or more than half (so that what is
/// kept is moved seldom); an empty buffer then holds no more room than `kept_bytes_max`.
/// Requires: used <= bytes.size().
inline void drop_used(Bytes& bytes, std::size_t& used, std::size_t kept_bytes_max) {
    if (used == bytes.size()) {
        bytes.clear();
        used = 0;
        if (bytes.capacity() > kept_bytes_max) bytes.shrink_to_fit();
    } else if (used > bytes.size() / 2) {
        bytes.erase(0, used);
        used = 0;
    }
}

}  // namespace tandem
