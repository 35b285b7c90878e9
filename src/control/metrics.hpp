// control/metrics.hpp -- what hubs did, minute by minute for a day: from the counters that regions
// report to what Azure Monitor's clients ask for.
//
// Source  management-plane contract 9.2 (names, sums and snapshots).
// Shape   sums are differences of counters, added up over both regions; snapshots are what the
//         serving region said, sampled at every report. In memory only: a control that starts again
//         begins with an empty history (docs/operating/metrics.md).
// Units   minutes since 1970-01-01T00:00Z.
#pragma once

#include "base/time.hpp"
#include "record/peer.pb.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::control {

inline constexpr std::int64_t metric_minutes_max = 24 * 60;

struct Metric {
    char const* name;
    char const* title;
    char const* unit;          ///< "Count", "Bytes", "Seconds"
    bool snapshot;             ///< average, minimum, maximum; otherwise a sum
    double (*value)(peer::HubStatus const&);   ///< counter so far, or what is now
    char const* description;
};
std::vector<Metric> const& all_metrics();
Metric const* find_metric(std::string_view name);   ///< ignoring case

class Metrics {
public:
    /// What one metric came to in a time.
    struct Sample {
        double total = 0, minimum = 0, maximum = 0;
        std::uint32_t count = 0;   ///< of samples; 0: nothing is known of that time
        void add(Sample const& other);
    };

    /// A region's report. Reports of regions that neither serve nor have served change nothing.
    void on_status(std::string const& region, peer::NodeStatus const& status, WallTime now);
    /// Which hub of that name there is. What is known of an earlier one is forgotten.
    void is_of(std::string const& hub, std::string const& instance);
    /// Forgets hubs that `exists` does not know.
    template <class Exists>
    void keep(Exists const& exists) {
        std::erase_if(hubs_, [&](auto const& entry) { return !exists(entry.first); });
    }

    /// How often another region than before turned out to serve the hub.
    std::uint64_t flips(std::string const& hub) const;

    /// Minutes [from, to).
    Sample sample(std::string const& hub, Metric const& metric, std::int64_t from,
                  std::int64_t to) const;

private:
    struct Minute {
        std::int64_t minute = 0;
        /// As all_metrics(): one number a sum; total, minimum, maximum and count a snapshot.
        std::vector<float> numbers;
    };
    struct Known {
        std::int64_t since_us = 0;
        std::vector<double> counters;  ///< as all_metrics(); snapshots 0
    };
    struct Hub {
        std::string instance;          ///< empty: reported, and not known to be there
        std::deque<Minute> minutes;    ///< rising
        std::map<std::string, Known> regions;
        std::string serving;
        std::uint32_t serving_epoch = 0;
        std::uint64_t flips = 0;
    };
    void add(std::string const& region, peer::HubStatus const& status, std::int64_t minute);

    std::map<std::string, Hub> hubs_;
    std::int64_t first_us_ = 0;        ///< when the first report came
};

}  // namespace tandem::control
