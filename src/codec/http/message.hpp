// codec/http/message.hpp -- an HTTP/1.1 request and response as values.
#pragma once

#include "base/bytes.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::http {

/// Header fields in the order sent; names compare case-insensitively.
struct Headers {
    std::vector<std::pair<std::string, std::string>> fields;

    /// The first value of that name, or nullptr.
    std::string const* find(std::string_view name) const;
    void add(std::string name, std::string value) {
        fields.emplace_back(std::move(name), std::move(value));
    }
};

struct Request {
    std::string method;
    std::string target;              ///< as sent: path?query
    std::vector<std::string> path;   ///< segments, percent-decoded once; empty ones kept out
    bool trailing_slash = false;
    std::vector<std::pair<std::string, std::string>> query;   ///< percent-decoded
    Headers headers;
    Bytes body;

    /// The first value of a query parameter (name case-insensitive), or nullptr.
    std::string const* query_value(std::string_view name) const;
};

struct Response {
    int status = 200;
    Headers headers;               ///< without Content-Length, Connection, Date
    Bytes body;
};

}  // namespace tandem::http
