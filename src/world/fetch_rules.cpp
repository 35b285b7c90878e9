#include "world/fetch_rules.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace tandem::world {

namespace {

struct Block {
    std::uint32_t first;
    int bits;
};

// Special purpose, multicast and reserved; last Azure's host agent.
constexpr std::array<Block, 17> special_v4 = {{{0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10},
                                               {0x7F000000, 8},  {0xA9FE0000, 16}, {0xAC100000, 12},
                                               {0xC0000000, 24}, {0xC0000200, 24}, {0xC01FC400, 24},
                                               {0xC0586300, 24}, {0xC0A80000, 16}, {0xC6120000, 15},
                                               {0xC6336400, 24}, {0xCB007100, 24}, {0xE0000000, 4},
                                               {0xF0000000, 4},  {0xA83F8110, 32}}};

bool is_public_v4(std::span<std::uint8_t const> address) {
    std::uint32_t const value = std::uint32_t{address[0]} << 24 | std::uint32_t{address[1]} << 16 |
                                std::uint32_t{address[2]} << 8 | address[3];
    return std::none_of(special_v4.begin(), special_v4.end(), [value](Block const& block) {
        return (value ^ block.first) >> (32 - block.bits) == 0;
    });
}

bool is_public_v6(std::span<std::uint8_t const> a) {
    static constexpr std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0,    0,
                                                            0, 0, 0, 0, 0xFF, 0xFF};
    if (std::equal(mapped.begin(), mapped.end(), a.begin())) return is_public_v4(a.subspan(12));
    if (a[0] >> 5 != 1) return false;                                   // 2000::/3 only
    if (a[0] == 0x20 && a[1] == 0x02) return false;                     // 6to4
    if (a[0] == 0x20 && a[1] == 0x01 && a[2] < 0x02) return false;      // 2001::/23: Teredo ...
    return !(a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0D && a[3] == 0xB8) &&   // documentation
           !(a[0] == 0x3F && a[1] == 0xFF && a[2] < 0x10);
}

std::string text_of(std::span<std::uint8_t const> address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(address.size() == 4 ? AF_INET : AF_INET6, address.data(), text.data(), text.size());
    return text.data();
}

}  // namespace

bool is_public_address(std::span<std::uint8_t const> address) {
    if (address.size() == 4) return is_public_v4(address);
    return address.size() == 16 && is_public_v6(address);
}

bool FetchRules::allows_server(std::string_view host, std::uint16_t port) const {
    std::string server{host};
    std::transform(server.begin(), server.end(), server.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    return allowed.contains(server + ":" + std::to_string(port));
}

bool FetchRules::allows_address(std::span<std::uint8_t const> address) const {
    return is_public_address(address) && !own.contains(text_of(address));
}

}  // namespace tandem::world
