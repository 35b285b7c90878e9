// app/haproxy.hpp -- a configuration for HAProxy that follows the hubs from region to region, for
// sites with a load balancer instead of `tandem edge`.
//
// TLS stays between client and region: HAProxy reads the host name of the ClientHello and passes
// bytes. Which region gets them is decided by the concierge's /concierge/v1/serving/{host}.
#pragma once

#include "app/installation.hpp"

#include <string>
#include <vector>

namespace tandem::app {

struct BalancedHub {
    std::string name;
    std::vector<std::string> hosts;   ///< the first one is asked for
};

/// `bind`: the address to listen on, "*" for all. Hosts that are addresses are left out: no client
/// names one in its hello. What names no host goes to the only hub, if there is but one.
std::string haproxy_config(Installation const& installation, std::vector<BalancedHub> const& hubs,
                           std::string const& bind);

}  // namespace tandem::app
