// codec/time_text.hpp -- calendar times as the texts that the protocols use.
//
// Source  data-plane contract 1.8, 4.2, 4.3 (exactly seven fractional digits and Z).
// Units   UTC throughout. Years 1 to 9999; what lies outside is shown as the nearest of them.
// Purity  total functions over any bytes.
#pragma once

#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem {

/// "2026-11-21T05:38:53.1234560Z"
std::string format_iso8601(WallTime time);
/// Date, 'T' (or 't', or a blank), time, any fraction (cut to microseconds), and Z, +hh:mm or
/// nothing (UTC). nullopt: anything else, days that do not exist included.
std::optional<WallTime> parse_iso8601(std::string_view text);

/// "Sat, 21 Nov 2026 05:38:53 GMT": RFC 1123 dates, for HTTP.
std::string format_rfc1123(WallTime time);
/// "11/21/2026 05:38:53": the time stamp inside tracking ids.
std::string format_tracking_time(WallTime time);

}  // namespace tandem
