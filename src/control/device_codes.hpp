// control/device_codes.hpp -- signing in a program that has no browser: it shows a code, a person
// who signs in elsewhere approves it.
//
// Source  RFC 8628. In memory only: codes live for minutes, and are asked for again.
// Invariant  holds at most device_codes_max codes; the oldest go first. A code works once.
#pragma once

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "ports/random.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace tandem::control {

inline constexpr std::size_t device_codes_max = 1'000;
inline constexpr Duration device_code_life = 15min;
inline constexpr Duration device_poll_interval = 2s;
inline constexpr Duration device_poll_penalty = 5s;   ///< added for polling too fast

class DeviceCodes {
public:
    explicit DeviceCodes(ports::Random& random) : random_(random) {}

    struct Codes {
        std::string device_code;   ///< for the program alone
        std::string user_code;     ///< "BCDF-GHJK", for the person
    };
    Codes begin(std::string const& client, Now now);

    /// Who says yes, and which secret they had proven then.
    struct Approver {
        std::string principal;
        std::uint64_t generation = 0;
    };
    /// The person says yes. False: no such code, or no longer.
    bool approve(std::string_view user_code, Approver const& approver, Now now);

    enum class Poll : std::uint8_t { pending, slow_down, expired, approved };
    /// `approver` is set when approved; the code is spent then.
    Poll poll(std::string_view device_code, std::string const& client, Approver& approver,
              Now now);

private:
    struct Waiting {
        Bytes device_hash;
        std::string user_code;
        std::string client;
        Approver approver;         ///< principal empty: nobody has approved yet
        Time until{};
        Time last_poll{};
        Duration interval = device_poll_interval;
    };
    void forget_old(Now now);
    std::string make_user_code();

    ports::Random& random_;
    std::deque<Waiting> waiting_;  ///< oldest first
};

}  // namespace tandem::control
