// codec/http/fields.hpp -- header lines, request lines and targets, one at a time.
//
// Source  RFC 9110 5.5, 5.6 (fields, tokens); RFC 9112 3 (request line), 6 (framing).
// Purity  total functions over any bytes.
#pragma once

#include "base/bytes.hpp"
#include "codec/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tandem::http {

/// Why a message is not taken: the status to answer with, and one line for a person.
struct Refusal {
    int status = 400;
    std::string_view reason;
};

bool is_token(std::string_view text);
/// ASCII letters of either case are the same.
bool iequals(std::string_view a, std::string_view b);

/// "name: value" without CRLF, appended to `headers` with the value trimmed.
std::optional<Refusal> parse_field(ByteView line, Headers& headers);

enum class Version : std::uint8_t { http_1_0, http_1_1 };

/// "METHOD target HTTP/1.x": fills method, target, path, trailing_slash and query.
std::optional<Refusal> parse_request_line(ByteView line, Request& request, Version& version);

/// How the body of a message is delimited.
struct Framing {
    bool chunked = false;
    std::optional<std::size_t> length;  ///< Content-Length, if there is one
};
/// Refuses with 413 a length above `body_bytes_max`.
std::optional<Refusal> parse_framing(Headers const& headers, std::size_t body_bytes_max,
                                     Framing& framing);

/// Whether a Connection header names `option`.
bool connection_says(Headers const& headers, std::string_view option);

/// What `status` is called, "" when it has no name here.
std::string_view reason_phrase(int status);

}  // namespace tandem::http
