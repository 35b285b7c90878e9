#include "codec/ip_range.hpp"

#include "codec/number_text.hpp"

#include <algorithm>
#include <vector>

namespace tandem {
namespace {

constexpr std::size_t text_bytes_max = 49;   // the longest range there is

/// A number without a sign, blanks or needless zeros.
std::optional<unsigned> number(std::string_view text, unsigned max, int base = 10) {
    std::size_t const digits_max = base == 16 ? 4 : 3;
    if (text.empty() || text.size() > digits_max) return std::nullopt;
    if (base == 10 && text.size() > 1 && text.front() == '0') return std::nullopt;
    auto const value = whole_number<unsigned>(text, base);
    return value && *value <= max ? value : std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        auto const end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

bool read_v4(std::string_view text, std::uint8_t* into) {
    auto const parts = split(text, '.');
    if (parts.size() != 4) return false;
    for (auto const part : parts) {
        auto const value = number(part, 255);
        if (!value) return false;
        *into++ = static_cast<std::uint8_t>(*value);
    }
    return true;
}

/// Groups of one side of "::", the last of which may be an IPv4 address.
bool read_groups(std::string_view text, bool at_end, std::vector<std::uint8_t>& bytes) {
    if (text.empty()) return true;
    auto const parts = split(text, ':');
    if (parts.size() > 8) return false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (at_end && i + 1 == parts.size() && parts[i].find('.') != std::string_view::npos) {
            std::array<std::uint8_t, 4> v4{};
            if (!read_v4(parts[i], v4.data())) return false;
            bytes.insert(bytes.end(), v4.begin(), v4.end());
            continue;
        }
        auto const group = number(parts[i], 0xFFFF, 16);
        if (!group) return false;
        bytes.push_back(static_cast<std::uint8_t>(*group >> 8));
        bytes.push_back(static_cast<std::uint8_t>(*group & 0xFF));
    }
    return true;
}

std::optional<IpAddress> parse_v6(std::string_view text) {
    auto const gap = text.find("::");
    std::vector<std::uint8_t> head, tail;
    if (!read_groups(text.substr(0, gap), gap == std::string_view::npos, head))
        return std::nullopt;
    if (gap != std::string_view::npos) {
        if (!read_groups(text.substr(gap + 2), true, tail)) return std::nullopt;
        if (head.size() + tail.size() > 14) return std::nullopt;
    } else if (head.size() != 16) {
        return std::nullopt;
    }
    IpAddress address{.v6 = true};
    std::copy(head.begin(), head.end(), address.bytes.begin());
    std::copy_backward(tail.begin(), tail.end(), address.bytes.end());
    return address;
}

constexpr std::array<std::uint8_t, 12> v4_inside{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool holds_v4(IpAddress const& address) {
    return address.v6 && std::equal(v4_inside.begin(), v4_inside.end(), address.bytes.begin());
}

IpAddress v4_of(IpAddress const& address) {
    IpAddress v4;
    std::copy(address.bytes.begin() + 12, address.bytes.end(), v4.bytes.begin());
    return v4;
}

/// The first bits, the others 0.
IpAddress masked(IpAddress address, unsigned bits) {
    for (std::size_t i = 0; i < address.bytes.size(); ++i) {
        unsigned const here = std::min(bits, 8U);
        address.bytes[i] &= static_cast<std::uint8_t>(0xFF00U >> here);
        bits -= here;
    }
    return address;
}

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) {
    if (text.size() > text_bytes_max) return std::nullopt;
    if (text.find(':') != std::string_view::npos) {
        auto const address = parse_v6(text);
        return address && holds_v4(*address) ? v4_of(*address) : address;
    }
    IpAddress address;
    if (!read_v4(text, address.bytes.data())) return std::nullopt;
    return address;
}

std::string format_ip(IpAddress const& address) {
    std::string text;
    if (!address.v6) {
        for (std::size_t i = 0; i < 4; ++i)
            text += (i == 0 ? "" : ".") + std::to_string(address.bytes[i]);
        return text;
    }
    constexpr char digits[] = "0123456789abcdef";
    for (std::size_t i = 0; i < 16; i += 2) {
        if (i > 0) text += ':';
        unsigned const group = address.bytes[i] * 256U + address.bytes[i + 1];
        for (int shift = group > 0xFFF ? 12 : group > 0xFF ? 8 : group > 0xF ? 4 : 0; shift >= 0;
             shift -= 4)
            text += digits[group >> shift & 0xFU];
    }
    return text;
}

bool IpRange::contains(IpAddress const& address) const {
    return address.v6 == first.v6 && masked(address, prefix_bits) == first;
}

std::optional<IpRange> parse_ip_range(std::string_view text) {
    if (text.size() > text_bytes_max) return std::nullopt;
    auto const slash = text.find('/');
    auto const whole = text.substr(0, slash);
    auto address = parse_ip(whole);
    if (!address) return std::nullopt;
    bool const inside = !address->v6 && whole.find(':') != std::string_view::npos;
    unsigned const bits_max = address->v6 || inside ? 128 : 32;
    unsigned bits = bits_max;
    if (slash != std::string_view::npos) {
        auto const given = number(text.substr(slash + 1), bits_max);
        if (!given) return std::nullopt;
        bits = *given;
    }
    if (inside) {
        if (bits < 96) return std::nullopt;   // both kinds of addresses at once
        bits -= 96;
    }
    return IpRange{.first = masked(*address, bits), .prefix_bits = bits};
}

}  // namespace tandem
