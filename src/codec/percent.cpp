#include "codec/percent.hpp"

namespace tandem {
namespace {

constexpr int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

constexpr bool unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

bool percent_decode_append(std::string_view text, std::string& out) {
    while (true) {
        auto const escape = text.find('%');
        if (escape == std::string_view::npos) return out.append(text), true;
        out.append(text.substr(0, escape));
        if (text.size() - escape < 3) return false;
        int const high = hex_digit(text[escape + 1]);
        int const low = hex_digit(text[escape + 2]);
        if (high < 0 || low < 0) return false;
        out.push_back(static_cast<char>(high * 16 + low));
        text.remove_prefix(escape + 3);
    }
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    if (!percent_decode_append(text, decoded)) return std::nullopt;
    return decoded;
}

void percent_encode_append(std::string_view text, std::string& out) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (char const c : text) {
        if (unreserved(c)) {
            out.push_back(c);
        } else {
            auto const byte = static_cast<unsigned char>(c);
            out.push_back('%');
            out.push_back(digits[byte >> 4]);
            out.push_back(digits[byte & 15]);
        }
    }
}

std::string percent_encode(std::string_view text) {
    std::string encoded;
    encoded.reserve(text.size());
    percent_encode_append(text, encoded);
    return encoded;
}

}  // namespace tandem
