// hub/query.hpp -- the query language over devices: text to a query, and which devices meet it.
//
//     SELECT * FROM devices [WHERE condition]
//
// Source  data-plane contract 5, of which this is the part that lists of devices need: conditions
//         (hub/condition.hpp) over deviceId, status and connectionState. What else they name is
//         refused: it would silently select nothing.
// Purity  total functions over any bytes.
#pragma once

#include "base/result.hpp"
#include "hub/condition.hpp"
#include "record/fact.pb.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::hub {

inline constexpr std::size_t query_bytes_max = 8192;    // AZ
inline constexpr std::size_t query_page_default = 100;  // AZ
/// Devices that one page looks at, whether they meet the query or not (ours): a page may come
/// short, or empty, with a continuation.
inline constexpr std::size_t query_scan_max = 10'000;
inline constexpr std::size_t query_page_bytes_max = 1024 * 1024;  // ours

struct Query {
    std::optional<Condition> where;  ///< nullopt: every device

    bool matches(record::Device const& device, bool connected) const;
};

/// Errors: argument_invalid, with what is wrong and where.
Result<Query> parse_query(std::string_view text);

/// The text of a request's body {"query":"..."}. Errors: argument_invalid.
Result<std::string> query_text(std::string_view body);

/// Where the next page goes on: after this device of that partition.
struct QueryPlace {
    std::uint16_t partition = 0;
    std::string after;
    bool operator==(QueryPlace const&) const = default;
};
/// Opaque to clients; printable, for a header.
std::string render_continuation(QueryPlace const& place);
/// Errors: argument_invalid. An empty text is the beginning.
Result<QueryPlace> parse_continuation(std::string_view text);

}  // namespace tandem::hub
