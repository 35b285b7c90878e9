// hub/registry.cpp -- creating, changing and deleting identities.

#include "hub/handlers.hpp"
#include "hub/registry_json.hpp"

namespace tandem::hub {
namespace {

bool creates(IfMatch const& if_match) { return !if_match || if_match->empty(); }

Result<void> check_match(IfMatch const& if_match, record::Identity const& identity) {
    if (creates(if_match) || *if_match == "*") return {};
    if (*if_match == device_etag(identity.etag_counter())) return {};
    return Error{Errc::precondition_failed, "the device's ETag is another one"};
}

Document device_document(record::Device const& device, bool connected) {
    return {.json = render_device(device, connected),
            .etag = device_etag(device.identity().etag_counter())};
}

bool same(record::Authentication const& a, record::Authentication const& b) {
    return a.SerializeAsString() == b.SerializeAsString();
}

Result<Decision> create(PutDevice const& command, Context const& context) {
    if (context.view.find(command.device) != nullptr)
        return Error{Errc::device_already_exists, "device " + command.device.value};
    if (context.quota.devices_full)
        return Error{Errc::quota_exceeded, "The hub has as many devices as its tier allows."};
    record::Device device;
    TANDEM_TRY(*device.mutable_identity(),
               read_identity(command.device.value, command.body, nullptr, context));
    *device.mutable_twin() = new_twin(context.now.wall);

    Decision decision{.facts = {}, .reply = device_document(device, false)};
    auto& created = *decision.facts.emplace_back().mutable_device_created();
    *created.mutable_identity() = std::move(*device.mutable_identity());
    *created.mutable_twin() = std::move(*device.mutable_twin());
    return decision;
}

Result<Decision> update(PutDevice const& command, Context const& context) {
    TANDEM_TRY(auto const* device, existing_device(command.device, context));
    auto const& old = device->identity();
    TANDEM_CHECK(check_match(command.if_match, old));
    record::Device changed = *device;
    auto& identity = *changed.mutable_identity();
    TANDEM_TRY(identity, read_identity(command.device.value, command.body, &old, context));
    bool const disabled =
        identity.status() == record::DEVICE_DISABLED && old.status() == record::DEVICE_ENABLED;
    bool const ends_session = disabled || !same(identity.authentication(), old.authentication());

    bool const connected = context.view.connected(*device) && !ends_session;
    Decision decision{.facts = {}, .reply = device_document(changed, connected)};
    auto& updated = *decision.facts.emplace_back().mutable_device_updated();
    *updated.mutable_identity() = std::move(identity);
    updated.set_ends_session(ends_session);
    return decision;
}

}  // namespace

Result<Decision> get_device(GetDevice const& command, Context const& context) {
    TANDEM_TRY(auto const* device, existing_device(command.device, context));
    return Decision{.facts = {},
                    .reply = device_document(*device, context.view.connected(*device))};
}

Result<Decision> put_device(PutDevice const& command, Context const& context) {
    if (!command.upsert)
        return creates(command.if_match) ? create(command, context) : update(command, context);
    bool const there = context.view.find(command.device) != nullptr;
    return there ? update(command, context) : create(command, context);
}

Result<Decision> delete_device(DeleteDevice const& command, Context const& context) {
    TANDEM_TRY(auto const* device, existing_device(command.device, context));
    TANDEM_CHECK(check_match(command.if_match, device->identity()));
    Decision decision{.facts = {}, .reply = Done{}};
    decision.facts.emplace_back().mutable_device_deleted()->set_device_id(command.device.value);
    return decision;
}

}  // namespace tandem::hub
