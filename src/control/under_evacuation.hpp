// control/under_evacuation.hpp -- which regions hubs are being moved out of.
#pragma once

#include "control/operations.hpp"

#include <string>

namespace tandem::control {

inline constexpr int pair_under_evacuation = 409907;

/// The running evacuation of that region, or nullptr.
inline record::ManagementOperation const* evacuation_of(Context const& context,
                                                        std::string const& region) {
    for (auto const& [id, operation] : context.model().operations())
        if (operation.kind() == "evacuate" && running(operation) &&
            operation.from_region() == region)
            return &operation;
    return nullptr;
}

}  // namespace tandem::control
