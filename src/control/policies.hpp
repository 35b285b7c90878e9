// control/policies.hpp -- shared access policies: their keys, their rights as text.
#pragma once

#include "control/answer.hpp"
#include "control/context.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tandem::control {

/// iothubowner, service, device, registryRead, registryReadWrite, with fresh keys.
std::vector<record::Policy> default_policies(ports::Random& random);

/// What a client sent, keys kept or made where it gave none. nullopt: `policies` is filled.
std::optional<Refusal> read_policies(json::array const& sent, record::HubSettings const& before,
                                     ports::Random& random, std::vector<record::Policy>& policies);

std::string rights_text(std::uint32_t rights);        ///< "RegistryWrite, ServiceConnect"
std::optional<std::uint32_t> read_rights(std::string_view text);
json::object render_policy(record::Policy const& policy);

}  // namespace tandem::control
