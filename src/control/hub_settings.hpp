// control/hub_settings.hpp -- the settings in a hub's document that stand on their own: network,
// storage, notifications, cloud-to-device, identity; checked and made canonical.
//
// Source  the definitions of Microsoft.Devices 2021-07-02 to 2023-06-30-preview; ranges: Azure's
//         documentation of each setting. Numbers of refusals: docs/management-errors.md.
// Purity  functions of their arguments.
#pragma once

#include "base/time.hpp"
#include "control/answer.hpp"

#include <optional>
#include <string>

namespace tandem::control {

/// Checks `properties` as they are to be from now on; `before` as they were, or nullptr.
/// nullopt: they are good.
std::optional<Refusal> read_settings(json::object& properties, json::object const* before);

/// Checks a resource's `identity` and fills in what is computed of it.
std::optional<Refusal> read_identity(json::object& identity, std::string const& tenant,
                                     std::string const& seed);

/// Whether there is such a member and it is neither null nor an object.
bool is_no_object(json::object const& object, std::string_view name);

/// Checks tags: texts, not too many, not too long.
std::optional<Refusal> read_tags(json::object const& tags);

/// ISO 8601 durations in days, hours, minutes and seconds: "PT1H30M", "P1DT5H". nullopt: no such.
std::optional<Duration> parse_duration(std::string_view text);

/// Properties as answers of that api-version have them: its names only, secrets masked.
void project_settings(json::object& properties, std::string const& api_version);

}  // namespace tandem::control
