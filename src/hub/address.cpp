// hub/address.cpp -- which device a command is for, and which partition a device lives in.

#include "hub/command.hpp"
#include "hub/decide.hpp"

#include "base/assert.hpp"

#include <type_traits>

namespace tandem::hub {
namespace {

template <class T>
concept ForOneDevice = std::is_same_v<decltype(T::device), DeviceId>;

}  // namespace

DeviceId const* device_of(Command const& command) {
    return std::visit(
        []<class T>(T const& that) -> DeviceId const* {
            if constexpr (ForOneDevice<T>) return &that.device;
            return nullptr;
        },
        command);
}

PartitionIndex partition_of(std::string const& device_id, std::uint32_t partition_count) {
    TANDEM_ASSERT(partition_count != 0, "a hub without partitions");
    std::uint64_t hash = 14695981039346656037ULL;
    for (char const c : device_id) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 1099511628211ULL;
    }
    return PartitionIndex{static_cast<std::uint16_t>(hash % partition_count)};
}

}  // namespace tandem::hub
