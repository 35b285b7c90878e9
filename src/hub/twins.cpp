// hub/twins.cpp -- reading and changing twins.

#include "base/limits.hpp"
#include "hub/handlers.hpp"
#include "hub/registry_json.hpp"
#include "hub/twin_json.hpp"

namespace tandem::hub {
namespace {

Result<void> check_growth(json::object const& before, json::object const& after,
                          std::size_t bytes_max, std::string_view what) {
    std::size_t const bytes = tree_bytes(after);
    if (bytes <= bytes_max || bytes <= tree_bytes(before)) return {};
    return Error{Errc::argument_invalid,
                 std::string{what} + " would be larger than " + std::to_string(bytes_max) +
                     " bytes"};
}

/// The member as an object; nullopt when it is absent or null.
Result<std::optional<json::object>> member_object(json::object const& parent,
                                                  std::string_view name) {
    auto const* member = parent.if_contains(name);
    if (member == nullptr || member->is_null()) return std::optional<json::object>{};
    if (!member->is_object())
        return Error{Errc::argument_invalid, std::string{name} + " must be a JSON object"};
    return std::optional{member->get_object()};
}

struct TwinChange {
    std::optional<json::object> tags, desired;
};

/// What a back end may change; whole twins come here too, so the rest of them is passed over.
Result<TwinChange> read_change(UpdateTwin const& command) {
    TwinChange change;
    TANDEM_TRY(auto const body, parse_json_object(command.body));
    TANDEM_TRY(change.tags, member_object(body, "tags"));
    TANDEM_TRY(auto const properties, member_object(body, "properties"));
    if (properties) {
        TANDEM_TRY(change.desired, member_object(*properties, "desired"));
    }
    if (command.replace) {
        if (!change.tags) change.tags.emplace();
        if (!change.desired) change.desired.emplace();
    }
    if (change.desired) {
        change.desired->erase("$metadata");
        change.desired->erase("$version");
        TANDEM_CHECK(check_tree(*change.desired, "properties.desired"));
    }
    if (change.tags) TANDEM_CHECK(check_tree(*change.tags, "tags"));
    return change;
}

Result<void> change_tags(record::Twin& twin, json::object const& tags, bool replace) {
    auto const before = stored_object(twin.tags());
    auto after = replace ? json::object{} : before;
    merge_tree(after, tags);
    TANDEM_CHECK(check_growth(before, after, limits::twin_tags_bytes_max, "tags"));
    twin.set_tags(render_json(after));
    return {};
}

/// Returns what the device is told.
Result<std::string> change_desired(record::Twin& twin, json::object const& desired, bool replace,
                                   WallTime now) {
    twin.set_desired_version(twin.desired_version() + 1);
    auto const before = stored_object(twin.desired());
    auto after = replace ? json::object{} : before;
    auto metadata = replace ? TwinMetadata{} : TwinMetadata{twin.desired_metadata()};
    merge_tree(after, desired, metadata, {now, twin.desired_version()});
    TANDEM_CHECK(
        check_growth(before, after, limits::twin_properties_bytes_max, "properties.desired"));
    twin.set_desired(render_json(after));
    twin.set_desired_metadata(metadata.stored());
    return render_json(replace ? replacing_patch(before, after) : desired);
}

Document twin_document(record::Device const& device, Context const& context) {
    return {.json = render_twin(device, context.view.connected(device)),
            .etag = twin_etag(device.twin().etag_counter())};
}

Result<void> check_match(IfMatch const& if_match, std::uint64_t counter) {
    if (!if_match || if_match->empty() || *if_match == "*") return {};
    if (*if_match == twin_etag(counter)) return {};
    return Error{Errc::precondition_failed, "the twin's ETag is another one"};
}

}  // namespace

record::Twin new_twin(WallTime now) {
    json::object tree;
    TwinMetadata metadata;
    merge_tree(tree, {}, metadata, {now});
    record::Twin twin;
    twin.set_desired_metadata(metadata.stored());
    twin.set_reported_metadata(metadata.stored());
    twin.set_desired_version(1);
    twin.set_reported_version(1);
    twin.set_version(2);
    twin.set_etag_counter(1);
    return twin;
}

Result<Decision> get_twin(GetTwin const& command, Context const& context) {
    TANDEM_TRY(auto const* device, existing_device(command.device, context));
    return Decision{.facts = {}, .reply = twin_document(*device, context)};
}

Result<Decision> update_twin(UpdateTwin const& command, Context const& context) {
    TANDEM_TRY(auto const* device, existing_device(command.device, context));
    return update_twin(command, *device, context);
}

Result<Decision> update_twin(UpdateTwin const& command, record::Device const& device,
                             Context const& context) {
    TANDEM_CHECK(check_match(command.if_match, device.twin().etag_counter()));
    TANDEM_TRY(auto const change, read_change(command));
    if (!change.tags && !change.desired)
        return Decision{.facts = {}, .reply = twin_document(device, context)};

    record::Device changed = device;
    auto& twin = *changed.mutable_twin();
    std::string patch;
    if (change.tags) TANDEM_CHECK(change_tags(twin, *change.tags, command.replace));
    if (change.desired) {
        TANDEM_TRY(patch, change_desired(twin, *change.desired, command.replace,
                                         context.now.wall));
    }
    twin.set_version(twin.version() + 1);
    twin.set_etag_counter(twin.etag_counter() + 1);

    Decision decision{.facts = {}, .reply = twin_document(changed, context)};
    auto& fact = *decision.facts.emplace_back().mutable_twin_changed();
    fact.set_device_id(command.device.value);
    *fact.mutable_twin() = std::move(twin);
    fact.mutable_twin()->clear_reported();
    fact.mutable_twin()->clear_reported_metadata();
    fact.mutable_twin()->clear_reported_version();
    fact.set_part(record::TWIN_TAGS_DESIRED);
    fact.set_replaced(command.replace);
    fact.set_patch(std::move(patch));
    return decision;
}

Result<Decision> get_device_twin(GetDeviceTwin const& command, Context const& context) {
    TANDEM_TRY(auto const* device, connected_device(command.device, context));
    return Decision{.facts = {},
                    .reply = Document{.json = render_device_twin(*device), .etag = {}}};
}

Result<Decision> patch_reported(PatchReported const& command, Context const& context) {
    TANDEM_TRY(auto const* device, connected_device(command.device, context));
    auto const& old = device->twin();
    if (command.expected_version && *command.expected_version != old.reported_version())
        return Error{Errc::precondition_failed, "the reported properties have another version"};
    TANDEM_TRY(auto const patch, parse_json_object(command.patch));
    TANDEM_CHECK(check_tree(patch, "properties.reported"));

    auto const before = stored_object(old.reported());
    auto after = before;
    TwinMetadata metadata{old.reported_metadata()};
    merge_tree(after, patch, metadata, {context.now.wall});
    TANDEM_CHECK(
        check_growth(before, after, limits::twin_properties_bytes_max, "properties.reported"));

    Decision decision;
    auto& fact = *decision.facts.emplace_back().mutable_twin_changed();
    fact.set_device_id(command.device.value);
    fact.set_part(record::TWIN_REPORTED);
    fact.set_patch(render_json(patch));
    auto& twin = *fact.mutable_twin();
    twin.set_reported(render_json(after));
    twin.set_reported_metadata(metadata.stored());
    twin.set_reported_version(old.reported_version() + 1);
    twin.set_version(old.version() + 1);
    decision.reply = ReportedPatched{twin.reported_version()};
    return decision;
}

}  // namespace tandem::hub
