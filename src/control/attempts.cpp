#include "control/attempts.hpp"

#include <algorithm>

namespace tandem::control {

double Attempts::failures(Bucket const& bucket, Now now) const {
    double const forgiven = static_cast<double>((now.mono - bucket.at).count()) /
                            static_cast<double>(allowance_.one_more.count());
    return std::max(0.0, bucket.failures - forgiven);
}

bool Attempts::allowed(std::string const& key, Now now) {
    auto const found = buckets_.find(key);
    if (found != buckets_.end()) return failures(found->second, now) + 1 <= allowance_.at_once;
    if (buckets_.size() < buckets_max) return true;
    forget_forgiven(now);
    return buckets_.size() < buckets_max;
}

void Attempts::failed(std::string const& key, Now now) {
    auto const found = buckets_.find(key);
    if (found == buckets_.end() && buckets_.size() >= buckets_max) forget_forgiven(now);
    if (found == buckets_.end() && buckets_.size() >= buckets_max) return;
    Bucket& bucket = buckets_[key];
    bucket = {failures(bucket, now) + 1, now.mono};
}

void Attempts::forget_forgiven(Now now) {
    std::erase_if(buckets_, [&](auto const& one) { return failures(one.second, now) <= 0; });
}

}  // namespace tandem::control
