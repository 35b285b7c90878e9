// identity/control_principal.hpp -- control itself, as a client of a hub's regions.
#pragma once

namespace tandem::identity {

/// Nobody else can have this id: those of principals are without control characters.
inline constexpr char const* control_principal = "\ttandem-control";
/// A claim of an access token: bits of hub::Right that it is limited to. Without it, or 0: whatever
/// the grant gives.
inline constexpr char const* rights_claim = "rights";

}  // namespace tandem::identity
