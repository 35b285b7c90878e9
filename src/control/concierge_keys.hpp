// control/concierge_keys.hpp -- what the concierge signs with: an entity here, told to each region
// whenever its link comes up, so that every site's answers can be verified with the same keys.
#pragma once

#include "control/plane.hpp"

namespace tandem::control {

/// Gives the concierge of this process the keys that there are.
void load_concierge_keys(Plane& plane);
/// Tells them to a region; the first key is made when there is none.
void send_concierge_keys(Plane& plane, SiteName const& region, Now now);

}  // namespace tandem::control
