#include "codec/http/fields.hpp"

#include "codec/percent.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace tandem::http {

namespace {

constexpr std::size_t length_digits_max = 19;  // more would not fit 64 bits

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool is_field_value_char(char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
}

std::string_view trim(std::string_view text) {
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Once only, and never to a NUL: no file name or key may end earlier than it seems.
std::optional<std::string> decode(std::string_view text) {
    auto decoded = percent_decode(text);
    if (decoded && decoded->find('\0') != std::string::npos) return std::nullopt;
    return decoded;
}

bool parse_path(std::string_view path, Request& request) {
    request.trailing_slash = path.size() > 1 && path.ends_with('/');
    while (!path.empty()) {
        auto const end = std::min(path.find('/'), path.size());
        if (end > 0) {
            auto segment = decode(path.substr(0, end));
            if (!segment) return false;
            request.path.push_back(std::move(*segment));
        }
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return true;
}

bool parse_query(std::string_view query, Request& request) {
    while (!query.empty()) {
        auto const end = std::min(query.find('&'), query.size());
        auto const pair = query.substr(0, end);
        auto const equals = std::min(pair.find('='), pair.size());
        if (!pair.empty()) {
            auto name = decode(pair.substr(0, equals));
            auto value = decode(pair.substr(std::min(equals + 1, pair.size())));
            if (!name || !value) return false;
            request.query.emplace_back(std::move(*name), std::move(*value));
        }
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return true;
}

std::optional<Refusal> parse_target(std::string_view target, Request& request) {
    auto const allowed = [](char c) { return c > ' ' && c < '\x7F' && c != '#' && c != '\\'; };
    if (!std::all_of(target.begin(), target.end(), allowed))
        return Refusal{400, "a character that must be escaped in the request target"};
    request.target = target;
    for (std::string_view const scheme :
         {"http://", "https://"}) {  // absolute form, RFC 9112 3.2.2
        if (!iequals(target.substr(0, scheme.size()), scheme)) continue;
        target.remove_prefix(std::min(target.find_first_of("/?", scheme.size()), target.size()));
        break;
    }
    if (target == request.target && !target.starts_with('/') &&
        !(target == "*" && request.method == "OPTIONS"))
        return Refusal{400, "not a request target"};
    auto const question = std::min(target.find('?'), target.size());
    auto const path = target.substr(0, question);
    if (path != "*" && !parse_path(path, request)) return Refusal{400, "a bad escape in the path"};
    if (!parse_query(target.substr(std::min(question + 1, target.size())), request))
        return Refusal{400, "a bad escape in the query"};
    return std::nullopt;
}

std::optional<Refusal> parse_version(std::string_view text, Version& version) {
    if (text == "HTTP/1.1" || text == "HTTP/1.0") {
        version = text.back() == '1' ? Version::http_1_1 : Version::http_1_0;
        return std::nullopt;
    }
    auto const digit = [](char c) { return c >= '0' && c <= '9'; };
    bool const other = text.size() == 8 && text.starts_with("HTTP/") && digit(text[5]) &&
                       text[6] == '.' && digit(text[7]);
    if (other) return Refusal{505, "HTTP/1.0 and HTTP/1.1 are spoken here"};
    return Refusal{400, "not an HTTP request line"};
}

}  // namespace

bool is_token(std::string_view text) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
    });
}

bool iequals(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<Refusal> parse_field(ByteView line, Headers& headers) {
    if (line.starts_with(' ') || line.starts_with('\t'))
        return Refusal{400, "a folded header line"};
    auto const colon = line.find(':');
    if (colon == ByteView::npos || !is_token(line.substr(0, colon)))
        return Refusal{400, "not a header line"};
    auto const value = trim(line.substr(colon + 1));
    if (!std::all_of(value.begin(), value.end(), is_field_value_char))
        return Refusal{400, "a control character in a header"};
    headers.add(std::string{line.substr(0, colon)}, std::string{value});
    return std::nullopt;
}

std::optional<Refusal> parse_request_line(ByteView line, Request& request, Version& version) {
    auto const first = line.find(' ');
    auto const second = line.find(' ', first == ByteView::npos ? first : first + 1);
    if (first == ByteView::npos || second == ByteView::npos ||
        line.find(' ', second + 1) != ByteView::npos)
        return Refusal{400, "not an HTTP request line"};
    if (!is_token(line.substr(0, first))) return Refusal{400, "not a method"};
    request.method = line.substr(0, first);
    if (auto refusal = parse_version(line.substr(second + 1), version)) return refusal;
    if (request.method == "CONNECT") return Refusal{501, "no tunnels here"};
    return parse_target(line.substr(first + 1, second - first - 1), request);
}

std::optional<Refusal> parse_framing(Headers const& headers, std::size_t body_bytes_max,
                                     Framing& framing) {
    std::size_t lengths = 0, codings = 0;
    std::string_view length, coding;
    for (auto const& [name, value] : headers.fields) {
        if (iequals(name, "Content-Length")) length = value, ++lengths;
        if (iequals(name, "Transfer-Encoding")) coding = value, ++codings;
    }
    if (lengths > 0 && codings > 0)
        return Refusal{400, "Transfer-Encoding together with Content-Length"};
    if (lengths > 1 || codings > 1) return Refusal{400, "the length is said twice"};
    if (codings == 1) {
        if (!iequals(coding, "chunked")) return Refusal{501, "an unknown transfer coding"};
        framing.chunked = true;
        return std::nullopt;
    }
    if (lengths == 0) return std::nullopt;
    auto const digit = [](char c) { return c >= '0' && c <= '9'; };
    if (length.empty() || !std::all_of(length.begin(), length.end(), digit))
        return Refusal{400, "a Content-Length that is not a number"};
    std::uint64_t count = 0;
    if (length.size() > length_digits_max) return Refusal{413, "the body is too large"};
    std::from_chars(length.data(), length.data() + length.size(), count);
    if (count > body_bytes_max) return Refusal{413, "the body is too large"};
    framing.length = static_cast<std::size_t>(count);
    return std::nullopt;
}

bool connection_says(Headers const& headers, std::string_view option) {
    for (auto const& [name, value] : headers.fields) {
        if (!iequals(name, "Connection")) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            auto const end = std::min(rest.find(','), rest.size());
            if (iequals(trim(rest.substr(0, end)), option)) return true;
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return false;
}

std::string_view reason_phrase(int status) {
    static constexpr std::array<std::pair<int, std::string_view>, 33> phrases{
        {{100, "Continue"},
         {101, "Switching Protocols"},
         {200, "OK"},
         {201, "Created"},
         {202, "Accepted"},
         {204, "No Content"},
         {301, "Moved Permanently"},
         {302, "Found"},
         {303, "See Other"},
         {304, "Not Modified"},
         {307, "Temporary Redirect"},
         {400, "Bad Request"},
         {401, "Unauthorized"},
         {403, "Forbidden"},
         {404, "Not Found"},
         {405, "Method Not Allowed"},
         {408, "Request Timeout"},
         {409, "Conflict"},
         {410, "Gone"},
         {412, "Precondition Failed"},
         {413, "Content Too Large"},
         {414, "URI Too Long"},
         {415, "Unsupported Media Type"},
         {417, "Expectation Failed"},
         {429, "Too Many Requests"},
         {431, "Request Header Fields Too Large"},
         {500, "Internal Server Error"},
         {501, "Not Implemented"},
         {502, "Bad Gateway"},
         {503, "Service Unavailable"},
         {504, "Gateway Timeout"},
         {505, "HTTP Version Not Supported"},
         {507, "Insufficient Storage"}}};
    for (auto const& [code, phrase] : phrases)
        if (code == status) return phrase;
    return "";
}

}  // namespace tandem::http
