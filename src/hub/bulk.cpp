// hub/bulk.cpp -- a bulk registry request as commands for its devices, and its answer.

#include "base/limits.hpp"
#include "codec/json.hpp"
#include "hub/decide.hpp"
#include "hub/error_table.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace tandem::hub {
namespace {

enum class Mode : std::uint8_t {
    create,
    update,
    update_if_match,
    remove,
    remove_if_match,
    update_twin,
    update_twin_if_match,
    create_or_update,
    create_or_update_if_match,
};

Error refuse(std::string why) { return Error{Errc::argument_invalid, std::move(why)}; }

std::string lower(std::string_view text) {
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

std::optional<Mode> mode_of(std::string_view text) {
    constexpr std::array names{"create", "update",     "updateifmatchetag",    "delete",
                               "deleteifmatchetag", "updatetwin", "updatetwinifmatchetag",
                               "createorupdate", "createorupdateifmatchetag"};
    auto const name = lower(text);
    for (std::size_t i = 0; i < names.size(); ++i)
        if (name == names[i]) return static_cast<Mode>(i);
    return std::nullopt;
}

/// The first of the two members that holds a text; "" when none does.
std::string text_of(json::object const& entry, std::string_view name, std::string_view other = {}) {
    for (auto const member : {name, other}) {
        auto const* value = entry.if_contains(member);
        if (value != nullptr && value->is_string()) return std::string{value->get_string()};
    }
    return {};
}

Command put_command(DeviceId const& device, json::object const& entry, IfMatch if_match,
                    bool upsert = false) {
    json::object body{{"deviceId", device.value}};
    for (auto const* member : {"status", "statusReason", "authentication", "capabilities",
                               "deviceScope", "parentScopes"})
        if (auto const* value = entry.if_contains(member)) body[member] = *value;
    return PutDevice{.device = device,
                     .body = render_json(body),
                     .if_match = std::move(if_match),
                     .upsert = upsert};
}

bool has_twin(json::object const& entry) {
    for (auto const* member : {"tags", "properties"}) {
        auto const* value = entry.if_contains(member);
        if (value != nullptr && !value->is_null()) return true;
    }
    return false;
}

Command twin_command(DeviceId const& device, json::object const& entry, IfMatch if_match) {
    json::object body;
    for (auto const* member : {"tags", "properties"})
        if (auto const* value = entry.if_contains(member)) body[member] = *value;
    return UpdateTwin{.device = device, .body = render_json(body), .if_match = std::move(if_match)};
}

Result<std::string> required_etag(std::string etag) {
    if (etag.empty()) return refuse("an operation that compares ETags has none");
    return etag;
}

Result<BulkOperation> operation_of(json::value const& value) {
    auto const* entry = value.if_object();
    if (entry == nullptr) return refuse("a bulk operation must be an object");
    BulkOperation operation{.device = {text_of(*entry, "id")}, .commands = {}};
    auto const& device = operation.device;
    auto& commands = operation.commands;
    if (device.value.empty()) return refuse("a bulk operation has no id");
    if (!text_of(*entry, "moduleId").empty())
        return Error{Errc::not_implemented, "modules are not supported"};
    auto const* given = entry->if_contains("importMode");
    auto const mode = given == nullptr || given->is_null() ? Mode::create
                                                           : mode_of(text_of(*entry, "importMode"));
    if (!mode) return refuse("unknown importMode");

    std::string etag = text_of(*entry, "eTag", "etag");
    std::string twin_etag = text_of(*entry, "twinETag", "twinEtag");
    switch (*mode) {
        case Mode::create: commands.push_back(put_command(device, *entry, std::nullopt)); break;
        case Mode::update: commands.push_back(put_command(device, *entry, "*")); break;
        case Mode::update_if_match: {
            TANDEM_TRY(auto match, required_etag(std::move(etag)));
            commands.push_back(put_command(device, *entry, std::move(match)));
            break;
        }
        case Mode::create_or_update:
            commands.push_back(put_command(device, *entry, "*", true));
            break;
        case Mode::create_or_update_if_match: {
            TANDEM_TRY(auto match, required_etag(std::move(etag)));
            commands.push_back(put_command(device, *entry, std::move(match), true));
            break;
        }
        case Mode::remove: commands.push_back(DeleteDevice{device, "*"}); return operation;
        case Mode::remove_if_match: {
            TANDEM_TRY(auto match, required_etag(std::move(etag)));
            commands.push_back(DeleteDevice{device, std::move(match)});
            return operation;
        }
        case Mode::update_twin: commands.push_back(twin_command(device, *entry, "*")); break;
        case Mode::update_twin_if_match: {
            TANDEM_TRY(auto match, required_etag(std::move(twin_etag)));
            commands.push_back(twin_command(device, *entry, std::move(match)));
            break;
        }
    }
    bool const identity_first = std::holds_alternative<PutDevice>(commands.front());
    if (identity_first && has_twin(*entry)) commands.push_back(twin_command(device, *entry, "*"));
    return operation;
}

}  // namespace

Result<std::vector<BulkOperation>> bulk_operations(BulkRegistry const& request) {
    TANDEM_TRY(auto const body, parse_json(request.body));
    auto const* list = body.if_array();
    if (list == nullptr) return refuse("a bulk request is an array of operations");
    if (list->size() > limits::registry_bulk_max)
        return Error{Errc::too_many_devices, "a bulk request has at most " +
                                                 std::to_string(limits::registry_bulk_max) +
                                                 " operations"};
    std::vector<BulkOperation> operations;
    std::set<std::string> seen;
    for (auto const& entry : *list) {
        TANDEM_TRY(auto operation, operation_of(entry));
        if (!seen.insert(operation.device.value).second)
            return refuse("device " + operation.device.value + " is defined more than once");
        operations.push_back(std::move(operation));
    }
    return operations;
}

Document bulk_result(std::vector<std::pair<DeviceId, Error>> const& refusals) {
    Bytes json = refusals.empty() ? "{\"isSuccessful\":true,\"errors\":["
                                  : "{\"isSuccessful\":false,\"errors\":[";
    for (auto const& [device, error] : refusals) {
        if (json.back() != '[') json += ',';
        json += "{\"deviceId\":" + json_string(device.value);
        json += ",\"errorCode\":" + json_string(error_row(error.code).name);
        json += ",\"errorStatus\":" + json_string(error.detail) + "}";
    }
    return {.json = json + "],\"warnings\":[]}", .etag = {}};
}

}  // namespace tandem::hub
