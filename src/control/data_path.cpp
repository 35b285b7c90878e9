#include "control/data_path.hpp"

#include "codec/percent.hpp"
#include "control/text.hpp"

#include <algorithm>
#include <array>

namespace tandem::control {

namespace {

constexpr std::array<std::string_view, 7> roots = {
    "devices", "twins", "statistics", "configurations", "jobs", "digitaltwins", "messages"};
constexpr std::size_t segment_bytes_max = 1024;
constexpr int decodings_max = 4;   ///< %25252e is no accident

bool is_dots(std::string_view text) { return text == "." || text == ".."; }

bool has_separator(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return c == '/' || c == '\\' || byte < 0x20 || byte == 0x7F;
    });
}

bool is_query(std::string_view method, std::span<std::string const> segments) {
    return method == "POST" && segments.size() == 2 && equal_ci(segments[0], "devices") &&
           equal_ci(segments[1], "query");
}

}  // namespace

bool is_plain_segment(std::string_view segment) {
    if (segment.empty() || segment.size() > segment_bytes_max) return false;
    std::string text{segment};
    for (int i = 0; i < decodings_max; ++i) {
        if (is_dots(text) || has_separator(text)) return false;
        auto const decoded = percent_decode(text);
        if (!decoded || *decoded == text) return true;
        text = *decoded;
    }
    return false;
}

Result<std::string> data_target(std::span<std::string const> segments,
                                std::vector<std::pair<std::string, std::string>> const& query) {
    bool const known =
        !segments.empty() && std::any_of(roots.begin(), roots.end(), [&](std::string_view root) {
            return equal_ci(root, segments.front());
        });
    for (auto const& segment : segments)
        if (!is_plain_segment(segment))
            return Error{Errc::argument_invalid,
                         "A segment of the path is empty, too long, or names another path."};
    if (!known) return Error{Errc::not_found, "There is nothing at this address of the hub."};
    std::string target;
    for (auto const& segment : segments) {
        target += '/';
        percent_encode_append(segment, target);
    }
    char next = '?';
    bool versioned = false;
    for (auto const& [name, value] : query) {
        target += next;
        percent_encode_append(name, target);
        target += '=';
        percent_encode_append(value, target);
        next = '&';
        versioned = versioned || equal_ci(name, "api-version");
    }
    if (!versioned) {
        target += next;
        target += "api-version=";
        target += data_api_version;
    }
    return target;
}

bool only_reads(std::string_view method, std::span<std::string const> segments) {
    return method == "GET" || method == "HEAD" || is_query(method, segments);
}

hub::Right data_right(std::string_view method, std::span<std::string const> segments) {
    auto const at = [&](std::size_t index, std::string_view name) {
        return segments.size() > index && equal_ci(segments[index], name);
    };
    if (at(0, "twins") || at(0, "digitaltwins") || at(0, "messages") || at(2, "commands") ||
        at(2, "methods"))
        return hub::Right::service_connect;
    return only_reads(method, segments) ? hub::Right::registry_read : hub::Right::registry_write;
}

hub::Right role_right(std::string_view method, std::span<std::string const> segments) {
    bool const twin = segments.size() == 2 && equal_ci(segments[0], "twins");
    if (!twin) return data_right(method, segments);
    return only_reads(method, segments) ? hub::Right::twin_read : hub::Right::twin_write;
}

}  // namespace tandem::control
