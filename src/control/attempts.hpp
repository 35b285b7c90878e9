// control/attempts.hpp -- how often somebody may fail: so many times at once, then one in a while.
//
// One bucket a key ("who from where"). What failed empties it, time fills it again; an empty one
// refuses without looking at the secret.
//
// Invariant  holds at most buckets_max keys; a stranger cannot make it forget a bucket that is not
//            full again.
#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace tandem::control {

class Attempts {
public:
    struct Allowance {
        double at_once;       ///< failures in a row
        Duration one_more;    ///< time after which one is forgiven
    };
    static constexpr std::size_t buckets_max = 10'000;

    explicit Attempts(Allowance allowance) : allowance_(allowance) {}

    /// False: too many failures; also when there are too many keys to remember another.
    bool allowed(std::string const& key, Now now);
    void failed(std::string const& key, Now now);

private:
    struct Bucket {
        double failures = 0;
        Time at{};
    };
    double failures(Bucket const& bucket, Now now) const;
    void forget_forgiven(Now now);

    Allowance allowance_;
    std::map<std::string, Bucket> buckets_;
};

}  // namespace tandem::control
