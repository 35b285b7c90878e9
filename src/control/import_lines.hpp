// control/import_lines.hpp -- the lines of an import's input as operations of a bulk request.
//
// Source  Azure's "import and export IoT Hub device identities in bulk": one JSON object a line,
//         importMode createOrUpdate when none is given. What only a hub sets ($metadata, $version,
//         reported properties) is left out.
// Purity  total functions over any bytes.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::control {

inline constexpr std::size_t import_line_bytes_max = 256 * 1024;  ///< ours

/// The line that begins at `at`, without its end; `at` moves behind it. nullopt: it does not end
/// here and there is more to come (not `last`), or nothing is left.
std::optional<std::string_view> next_line(std::string_view text, std::size_t& at, bool last);

struct ImportOperation {
    std::string id;
    std::string mode;  ///< lower case
    Bytes element;     ///< of a bulk request's array
};
/// Errors: argument_invalid -- what is wrong with the line.
Result<ImportOperation> read_import_line(std::string_view line);

/// One line of importErrors.log, end included.
Bytes render_import_error(std::uint64_t line, std::string_view id, std::string_view code,
                          std::string_view text);

}  // namespace tandem::control
