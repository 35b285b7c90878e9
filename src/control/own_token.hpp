// control/own_token.hpp -- what control shows a hub's regions when it asks something of the hub.
//
// Shape   an access token of identity::control_principal, which every hub's settings grant the
//         rights that control passes requests on with (data_access.hpp); limited to one of them.
// Purity  a function of control's records and the time.
#pragma once

#include "control/context.hpp"
#include "hub/command.hpp"

#include <string>

namespace tandem::control {

inline constexpr Duration own_token_life = 5min;

/// Adds the grant that own_token() relies on.
void grant_own(record::HubSettings& settings);
/// Errors: unavailable -- there is no key to sign with yet.
Result<std::string> own_token(Context const& context, record::HubSettings const& settings,
                              hub::Right right, Now now);

}  // namespace tandem::control
