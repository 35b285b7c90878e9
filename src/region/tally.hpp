// region/tally.hpp -- what a hub did, counted for those who look at its metrics.
//
// Success is counted when the answer leaves, so that nothing counts that was never acknowledged.
// Units   bytes of body and properties (telemetry), of the JSON text (twins).
#pragma once

#include "base/time.hpp"
#include "hub/command.hpp"
#include "record/peer.pb.h"

#include <cstddef>
#include <cstdint>

namespace tandem::region {

/// One command's part in the counters.
struct Tally {
    enum class Kind : std::uint8_t {
        none,
        telemetry,
        device_read,
        device_update,
        service_read,
        service_update,
        session,
    };
    Kind kind = Kind::none;
    std::uint32_t bytes = 0;   ///< of what was sent; what is read has its size in the reply
};

Tally tally_of(hub::Command const& command);

class Tallies {
public:
    void start(Now now) { counters_.set_since_us(to_micros(now.wall)); }
    void attempted(Tally const& tally);
    void refused(Tally const& tally, Errc why);
    void done(Tally const& tally, hub::Reply const& reply);
    void read_by_consumers(std::size_t messages);
    void refused_by_network() { counters_.set_network_refused(counters_.network_refused() + 1); }

    peer::HubCounters const& counters() const { return counters_; }

private:
    peer::TwinCounters* twins(Tally::Kind kind);

    peer::HubCounters counters_;
};

}  // namespace tandem::region
