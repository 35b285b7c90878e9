#include "control/text.hpp"

#include "codec/hex.hpp"
#include "codec/time_text.hpp"

#include <algorithm>
#include <chrono>

namespace tandem::control {

namespace {

char lower_char(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out) c = lower_char(c);
    return out;
}

bool equal_ci(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower_char(a[i]) != lower_char(b[i])) return false;
    return true;
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_plain_name(std::string_view name, std::size_t bytes_max) {
    if (name.empty() || name.size() > bytes_max) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_';
    });
}

std::string region_key(std::string_view name) {
    std::string out;
    for (char c : name)
        if (c != ' ' && c != '\t') out += lower_char(c);
    return out;
}

std::string iso8601_seconds(WallTime time) {
    std::string text = format_iso8601(time).substr(0, 19);
    text[10] = ' ';
    return text + "Z";
}

std::string sortable(std::uint64_t number) {
    std::string const digits = std::to_string(number);
    return std::string(20 - digits.size(), '0') + digits;
}

std::int64_t utc_day(WallTime time) {
    return std::chrono::floor<std::chrono::days>(time.time_since_epoch()).count();
}

std::string random_bytes(ports::Random& random, std::size_t count) {
    std::string out(count, '\0');
    random.fill({reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
    return out;
}

std::string random_guid(ports::Random& random) {
    std::string bytes = random_bytes(random, 16);
    bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0FU) | 0x40U);
    bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3FU) | 0x80U);
    std::string out = hex_encode(bytes);
    for (std::size_t at : {20U, 16U, 12U, 8U}) out.insert(at, 1, '-');
    return out;
}

}  // namespace tandem::control
