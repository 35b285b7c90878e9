#include "world/system.hpp"

#include "base/assert.hpp"

#include <sys/random.h>
#include <sys/resource.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <vector>

namespace tandem::world {
namespace {

Duration read_clock(clockid_t id) {
    timespec t{};
    if (clock_gettime(id, &t) != 0) panic("a system clock cannot be read");
    return std::chrono::seconds{t.tv_sec} +
           std::chrono::duration_cast<Duration>(std::chrono::nanoseconds{t.tv_nsec});
}

void fill_from_kernel(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        ssize_t const got = getrandom(out.data(), out.size(), 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            panic("getrandom failed");
        }
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

}  // namespace

Now read_clocks() {
    return Now{Time{read_clock(CLOCK_BOOTTIME)}, WallTime{read_clock(CLOCK_REALTIME)}};
}

SystemRandom::~SystemRandom() {
    explicit_bzero(pool_.data(), pool_.size());
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
    if (out.size() > pool_.size() / 4) {
        fill_from_kernel(out);
        return;
    }
    if (pool_.size() - used_ < out.size()) {
        fill_from_kernel(pool_);
        used_ = 0;
    }
    std::copy_n(pool_.begin() + static_cast<std::ptrdiff_t>(used_), out.size(), out.begin());
    explicit_bzero(pool_.data() + used_, out.size());
    used_ += out.size();
}

std::uint64_t raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    rlimit const wanted{limit.rlim_max, limit.rlim_max};
    return setrlimit(RLIMIT_NOFILE, &wanted) == 0 ? wanted.rlim_cur : limit.rlim_cur;
}

std::string random_hex(ports::Random& random, std::size_t bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::vector<std::uint8_t> raw(bytes);
    random.fill(raw);
    std::string text;
    text.reserve(bytes * 2);
    for (std::uint8_t const byte : raw) {
        text.push_back(digits[byte >> 4]);
        text.push_back(digits[byte & 15]);
    }
    return text;
}

}  // namespace tandem::world
