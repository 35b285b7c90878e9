// control/fleet.hpp -- what is known of the regions: links, and what they last said of their hubs.
//
// All of it is told again after a restart; nothing of it is stored.
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"
#include "record/peer.pb.h"

#include <map>
#include <optional>
#include <string>

namespace tandem::control {

class Fleet {
public:
    struct Site {
        bool up = false;
        Time since{};                              ///< of the link's last change, or our start
        Time heard{};                              ///< when `status` came
        std::optional<peer::NodeStatus> status;    ///< last one, also of an earlier link
        bool fresh = false;                        ///< `status` came over this link
    };

    void start(Now now) { started_ = now.mono; }
    void on_up(SiteName const& site, Now now);
    void on_down(SiteName const& site, Now now);
    void on_status(SiteName const& site, peer::NodeStatus const& status, Now now);

    bool up(std::string const& region) const;
    /// How long there has been no link; zero when there is one.
    Duration down_for(std::string const& region, Now now) const;
    Site const* site(std::string const& region) const;
    /// What a region last said of a hub, or nullptr.
    peer::HubStatus const* status(std::string const& region, std::string const& hub) const;
    /// True when the region spoke over its present link and has nothing of that hub.
    bool forgot(std::string const& region, std::string const& hub) const;

    struct Serving {
        std::string region;
        peer::HubStatus const* status;
    };
    /// The connected region that serves the hub, in the highest epoch.
    std::optional<Serving> serving(std::string const& hub) const;

private:
    std::map<std::string, Site> sites_;
    Time started_{};
};

}  // namespace tandem::control
