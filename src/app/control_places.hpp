// app/control_places.hpp -- where a control process of the installation may listen, and which of
// them holds the management plane now.
#pragma once

#include "app/https_client.hpp"
#include "app/installation.hpp"

#include <string>
#include <vector>

namespace tandem::app {

struct ControlPlace {
    std::string address;
    std::uint16_t port = 0;
    std::string host;               ///< as the certificate names it
    std::string url;
};

/// The control site, then the regions.
std::vector<ControlPlace> control_places(Installation const& installation);
HttpsClient client_of(Installation const& installation, ControlPlace const& place);
/// True of an answer by a control process that does not hold the management plane.
bool is_elsewhere(int status, std::string const& body);

/// Asks each place. Errors: unavailable -- none holds it; the detail says what they answered.
Result<ControlPlace> find_control(Installation const& installation);

}  // namespace tandem::app
