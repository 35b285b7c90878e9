// codec/ip_range.hpp -- internet addresses and ranges of them, as texts and as bytes.
//
// Source     RFC 4632 (a.b.c.d/n), RFC 4291 and 5952 (IPv6 texts). An IPv4 address inside IPv6
//            (::ffff:a.b.c.d) is that IPv4 address.
// Purity     total functions over any bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem {

struct IpAddress {
    bool v6 = false;
    std::array<std::uint8_t, 16> bytes{};   ///< v4: the first four, the others 0
    bool operator==(IpAddress const&) const = default;
};

/// "192.0.2.1", "2001:db8::1". nullopt: anything else: ports, brackets, zones, leading zeros.
std::optional<IpAddress> parse_ip(std::string_view text);
std::string format_ip(IpAddress const& address);

struct IpRange {
    IpAddress first;            ///< bits beyond the prefix are 0
    unsigned prefix_bits = 0;
    bool operator==(IpRange const&) const = default;

    bool contains(IpAddress const& address) const;
};

/// "192.0.2.0/24", "2001:db8::/32", or one address. Bits beyond the prefix do not count.
std::optional<IpRange> parse_ip_range(std::string_view text);

}  // namespace tandem
