#include "codec/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace tandem {
namespace {

struct Lead {
    std::size_t length;        ///< of the whole sequence; 0: cannot begin one
    unsigned char second_min;  ///< what may follow at once: excludes overlong forms, surrogates
    unsigned char second_max;  ///< and what lies above U+10FFFF
};

Lead lead(unsigned char byte) {
    if (byte < 0x80) return {1, 0, 0};
    if (byte < 0xC2) return {0, 0, 0};
    if (byte < 0xE0) return {2, 0x80, 0xBF};
    if (byte == 0xE0) return {3, 0xA0, 0xBF};
    if (byte == 0xED) return {3, 0x80, 0x9F};
    if (byte < 0xF0) return {3, 0x80, 0xBF};
    if (byte == 0xF0) return {4, 0x90, 0xBF};
    if (byte < 0xF4) return {4, 0x80, 0xBF};
    if (byte == 0xF4) return {4, 0x80, 0x8F};
    return {0, 0, 0};
}

}  // namespace

bool utf8_valid(std::string_view text) {
    auto const at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (std::size_t i = 0; i < text.size();) {
        Lead const first = lead(at(i));
        if (first.length == 0 || first.length > text.size() - i) return false;
        for (std::size_t k = 1; k < first.length; ++k) {
            unsigned char const min = k == 1 ? first.second_min : 0x80;
            unsigned char const max = k == 1 ? first.second_max : 0xBF;
            if (at(i + k) < min || at(i + k) > max) return false;
        }
        i += first.length;
    }
    return true;
}

std::size_t utf8_characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
    }));
}

std::size_t utf8_bytes_without_controls(std::string_view text) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const byte = static_cast<unsigned char>(text[i]);
        bool const c1 = byte == 0xC2 && i + 1 < text.size() &&
                        static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (c1) ++i;
        else if (byte >= 0x20 && byte != 0x7F) ++bytes;
    }
    return bytes;
}

}  // namespace tandem
