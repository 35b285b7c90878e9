// concierge/follower.hpp -- the device's side of the concierge: whom to ask where its hub is, when,
// and what to believe of the answers.
//
//   resting --next_ask()--> asking --believed--> resting, until half of its validity is over
//      ^                        \---- no answer, or none to believe: back-off, the next concierge
//      \--on_trouble: the region named last does not answer: asks soon
//
// Believed is what a pinned key has signed, for this host, of about now, and of no lower epoch than
// was believed before: so nobody on the way, and no old answer, leads a device astray.
//
// Invariant  waits grow exponentially and are drawn with full jitter, so that many devices that
//         lost their region at once do not come back at once.
// Purity  no clock, no socket; randomness is given.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "codec/http/message.hpp"
#include "concierge/directions.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tandem::concierge {

inline constexpr Duration first_rest = 200ms;       ///< after a round in which nobody could tell
inline constexpr Duration rest_max = 10s;
inline constexpr Duration trouble_gap = 1s;         ///< between an answer and doubts about it
inline constexpr Duration answer_wait_max = 2s;
inline constexpr std::chrono::minutes clock_tolerance{5};   ///< devices' clocks are what they are

class Follower {
public:
    struct Options {
        std::string host;              ///< the hub's name, lower case
        std::vector<Bytes> keys;       ///< pinned: given to the device when it was made
        std::size_t concierges = 1;    ///< how many can be asked
    };
    explicit Follower(Options options) : options_(std::move(options)) {}

    /// When to ask next; while one is asked: when to give up on it.
    Time next_ask() const { return next_; }
    bool asking() const { return asking_; }
    /// The path to ask for.
    std::string target() const { return "/concierge/v1/hubs/" + options_.host; }

    /// The number of the concierge to ask now.
    std::size_t begin(Now now);
    /// The answer came. Errors: why it is not believed; the next concierge will be asked.
    Result<void> on_answer(http::Response const& response, Now now, std::uint64_t random);
    void on_no_answer(Now now, std::uint64_t random);
    /// The region that was named cannot be reached, or serves the hub no more.
    void on_trouble(Now now);

    /// What was believed last.
    std::optional<Directions> const& directions() const { return directions_; }

private:
    Result<Directions> believe(http::Response const& response, Now now) const;

    Options options_;
    std::optional<Directions> directions_;
    std::size_t asked_ = 0;            ///< whom
    std::uint64_t failures_ = 0;       ///< since the last answer that was believed
    Time next_{};
    Time believed_at_{};
    bool asking_ = false;
};

}  // namespace tandem::concierge
