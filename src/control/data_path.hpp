// control/data_path.hpp -- which request of a hub's REST API a caller of the management plane may
// have sent for it, and with which right of the hub.
//
// Source  data-plane contract 4.2; bad inputs 35: `..`, `%2e%2e`, `%252e`, `%00`, `\`, `/` in a
//         segment are refused before anything is sent, however often they are encoded.
// Shape   the target is made anew from decoded segments: nothing of the caller's spelling is left.
// Purity  a function of its arguments.
#pragma once

#include "base/result.hpp"
#include "codec/http/message.hpp"
#include "hub/command.hpp"

#include <span>
#include <string>
#include <string_view>

namespace tandem::control {

inline constexpr std::size_t data_segments_from = 5;   ///< tandem/v1/hubs/{hub}/data

inline constexpr std::string_view data_api_version = "2021-04-12";   ///< when none is asked for

/// One decoded segment that no server and no proxy takes for something else.
bool is_plain_segment(std::string_view segment);

/// "/devices/dev%231?api-version=...". Errors: argument_invalid -- a segment that is not plain;
/// not_found -- nothing of the REST API begins like that.
Result<std::string> data_target(std::span<std::string const> segments,
                                std::vector<std::pair<std::string, std::string>> const& query);

/// Changes nothing, so it may be sent once more.
bool only_reads(std::string_view method, std::span<std::string const> segments);

/// The right that the hub will ask for.
hub::Right data_right(std::string_view method, std::span<std::string const> segments);
/// The right that a caller's role must give: finer, where roles tell twins from the rest.
hub::Right role_right(std::string_view method, std::span<std::string const> segments);

}  // namespace tandem::control
