#include "control/import_lines.hpp"

#include "control/json.hpp"
#include "control/text.hpp"

#include <algorithm>
#include <array>

namespace tandem::control {

namespace {

constexpr std::array<std::string_view, 9> modes = {"create",
                                                   "createorupdate",
                                                   "createorupdateifmatchetag",
                                                   "update",
                                                   "updateifmatchetag",
                                                   "delete",
                                                   "deleteifmatchetag",
                                                   "updatetwin",
                                                   "updatetwinifmatchetag"};

Error refuse(char const* why) {
    return Error{Errc::argument_invalid, why};
}

/// Desired properties without what the hub itself puts there.
void keep_desired(json::object& entry) {
    json::value* const given = entry.if_contains("properties");
    if (given == nullptr || !given->is_object()) return;
    json::object kept;
    if (json::value const* desired = given->get_object().if_contains("desired")) {
        kept["desired"] = *desired;
        if (json::object* const tree = kept["desired"].if_object()) {
            tree->erase("$metadata");
            tree->erase("$version");
        }
    }
    *given = std::move(kept);
}

}  // namespace

std::optional<std::string_view> next_line(std::string_view text, std::size_t& at, bool last) {
    if (at >= text.size()) return std::nullopt;
    std::size_t const end = text.find('\n', at);
    if (end == std::string_view::npos && !last) return std::nullopt;
    std::string_view line = text.substr(at, end == std::string_view::npos ? end : end - at);
    at = end == std::string_view::npos ? text.size() : end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

Result<ImportOperation> read_import_line(std::string_view line) {
    if (line.size() > import_line_bytes_max) return refuse("The line is too long.");
    auto read = parse_json_object(line);
    if (!read.ok()) return refuse("The line is not a JSON object.");
    json::object entry = std::move(read).value();
    ImportOperation operation;
    json::value const* id = entry.if_contains("id");
    if (id == nullptr || !id->is_string() || id->get_string().empty())
        return refuse("The line has no id.");
    operation.id = id->get_string();
    json::value const* mode = entry.if_contains("importMode");
    operation.mode = "createorupdate";
    if (mode != nullptr && !mode->is_null())
        operation.mode = mode->is_string() ? lower(mode->get_string()) : "";
    if (std::find(modes.begin(), modes.end(), operation.mode) == modes.end())
        return refuse("The line's importMode is not known.");
    entry["importMode"] = operation.mode;
    if (json::value const* keys = entry.if_contains("authentication"); keys && keys->is_null())
        entry.erase("authentication");
    keep_desired(entry);
    operation.element = render_json(entry);
    return operation;
}

Bytes render_import_error(std::uint64_t line, std::string_view id, std::string_view code,
                          std::string_view text) {
    return "{\"line\":" + std::to_string(line) + ",\"deviceId\":" + json_string(id) +
           ",\"errorCode\":" + json_string(code) + ",\"errorStatus\":" + json_string(text) + "}\n";
}

}  // namespace tandem::control
