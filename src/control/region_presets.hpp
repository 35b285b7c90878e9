// control/region_presets.hpp -- regions as Azure names and pairs them: what an operator who takes
// one of these names need not say. Regions and pairs of an installation are the operator's own.
//
// Shape   sorted by name. A pair need not be mutual: failing back goes home all the same.
#pragma once

#include <string_view>

namespace tandem::control {

struct RegionPreset {
    char const* name;               ///< "westus2"
    char const* display_name;       ///< "West US 2"
    char const* paired;             ///< "" when it has no pair
    char const* geography;          ///< "United States"
    char const* place;              ///< "Washington"; "" when it is not told
};

/// The preset of that name or display name, or nullptr.
RegionPreset const* region_preset(std::string_view name);

}  // namespace tandem::control
