// base/ids.hpp -- names that must not be mixed up.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace tandem {

template <class Tag>
struct Name {
    std::string value;
    auto operator<=>(Name const&) const = default;
};

using HubName = Name<struct HubTag>;        ///< first label of the hub's host name, lower case
using RegionName = Name<struct RegionTag>;  ///< "westus2": ARM name, lower case, no blanks
using DeviceId = Name<struct DeviceTag>;    ///< case-sensitive

/// A site that votes and speaks to the others: a region by its name, the witness as "witness".
using SiteName = Name<struct SiteTag>;

/// Partition 0..N-1 hold devices and telemetry; hub_partition holds what belongs to the whole hub.
enum class PartitionIndex : std::uint16_t {};
inline constexpr PartitionIndex hub_partition{0xFFFF};
constexpr std::uint16_t value(PartitionIndex index) {
    return static_cast<std::uint16_t>(index);
}

struct PartitionKey {
    HubName hub;
    PartitionIndex index{};
    auto operator<=>(PartitionKey const&) const = default;
};

/// One client connection of this process, never reused while the process lives.
enum class ConnectionId : std::uint64_t {};

}  // namespace tandem

template <class Tag>
struct std::hash<tandem::Name<Tag>> {
    std::size_t operator()(tandem::Name<Tag> const& name) const noexcept {
        return std::hash<std::string>{}(name.value);
    }
};
