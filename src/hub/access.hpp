// hub/access.hpp -- by which door, with which right and on what proof a client comes in.
#pragma once

#include <cstdint>

namespace tandem::hub {

/// Rights of a shared access policy; a bit set.
enum class Right : std::uint32_t {
    none = 0,
    registry_read = 1,
    registry_write = 2,  ///< implies registry_read
    service_connect = 4,
    device_connect = 8,
    // of roles only: service_connect implies both
    twin_read = 16,
    twin_write = 32,   ///< implies twin_read
};
constexpr std::uint32_t bits(Right right) {
    return static_cast<std::uint32_t>(right);
}

/// The hub's own host, or its endpoint for Event Hubs clients.
enum class Door { devices_and_services, events };

/// What a client showed to be let in; the hub's settings may close a way in for good.
enum class Proof : std::uint8_t { none, device_key, policy_key, other };

/// True when `rights` (bits of Right) include `right`, by themselves or by what they imply.
bool includes(std::uint32_t rights, Right right);

}  // namespace tandem::hub
