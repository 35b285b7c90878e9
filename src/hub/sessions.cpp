// hub/sessions.cpp -- who a device or a back end is, and how device sessions begin and end.

#include "base/limits.hpp"
#include "hub/handlers.hpp"
#include "hub/meter.hpp"
#include "identity/sas.hpp"

#include <array>

namespace tandem::hub {
namespace {

/// Stands in for a key that does not exist, so that refusing costs what proving costs.
constexpr std::string_view no_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

constexpr std::string_view proven_by_device =
    R"({"scope":"device","type":"sas","issuer":"iothub","acceptingIpFilterRule":null})";
constexpr std::string_view proven_by_policy =
    R"({"scope":"hub","type":"sas","issuer":"iothub","acceptingIpFilterRule":null})";

/// One text for every reason: a stranger learns nothing about which devices exist.
Error not_authorized() { return Error{Errc::unauthorized, "Unauthorized"}; }

/// Two signatures are computed whatever the keys are, and both before anything is said.
bool proven(identity::SasToken const& token, std::string const* primary,
            std::string const* secondary) {
    bool found = false;
    for (auto const* key : {primary, secondary}) {
        bool const usable = key != nullptr && !key->empty();
        bool const fits =
            identity::signed_by(token, usable ? std::string_view{*key} : no_key);
        found |= usable && fits;
    }
    return found;
}

record::Policy const* find_policy(record::HubSettings const& settings, std::string const& name) {
    for (auto const& policy : settings.policies())
        if (policy.name() == name) return &policy;
    return nullptr;
}

bool proven_by(identity::SasToken const& token, record::Policy const* policy) {
    return proven(token, policy != nullptr ? &policy->primary_key() : nullptr,
                  policy != nullptr ? &policy->secondary_key() : nullptr);
}

bool proven_by(identity::SasToken const& token, record::Device const* device) {
    bool const with_keys = device != nullptr &&
                           device->identity().authentication().type() == record::AUTH_SAS;
    auto const* authentication = with_keys ? &device->identity().authentication() : nullptr;
    return proven(token, with_keys ? &authentication->primary_key() : nullptr,
                  with_keys ? &authentication->secondary_key() : nullptr);
}

bool grants(record::Policy const& policy, Right right) {
    return includes(policy.rights(), right);
}

std::optional<WallTime> closing_time(identity::SasToken const& token) {
    if (token.expires_at == WallTime::max()) return std::nullopt;
    return token.expires_at;
}

std::vector<std::string> host_names(Context const& context) {
    auto const& names = context.definition.host_names();
    return {names.begin(), names.end()};
}

/// A token is good for what its `sr` names, and for nothing beside it.
bool covers(identity::SasToken const& token, Authorize const& command, Context const& context) {
    auto const hosts = host_names(context);
    switch (command.door) {
        case Door::devices_and_services:
            return identity::covers_path(token.resource, hosts, command.path);
        case Door::events:
            return identity::covers_events(token.resource, hosts, context.definition.name());
    }
    panic("a door that does not exist");
}

struct Proven {
    std::string_view auth_method;
    std::optional<WallTime> expires_at;
    Proof proof = Proof::none;
};

Result<Proven> authenticate(OpenSession const& command, record::Device const* device,
                           Context const& context) {
    auto const token = identity::parse_sas(command.sas);
    if (!token.ok()) return not_authorized();
    auto const hosts = host_names(context);
    bool const covers_it = identity::covers_device(token->resource, hosts, command.device.value);

    bool const own_key = token->policy.empty();
    bool const closed = own_key ? context.settings.disable_device_sas()
                                : context.settings.disable_local_auth();
    bool good = false;
    if (own_key) {
        good = proven_by(*token, device) && covers_it;
    } else {
        auto const* policy = find_policy(context.settings, token->policy);
        good = proven_by(*token, policy) && grants(*policy, Right::device_connect) &&
               identity::covers_path(token->resource, hosts, "devices/" + command.device.value);
    }
    bool const enabled =
        device != nullptr && device->identity().status() == record::DEVICE_ENABLED;
    if (!good || closed || !enabled || token->expires_at <= context.now.wall)
        return not_authorized();
    return Proven{own_key ? proven_by_device : proven_by_policy, closing_time(*token),
                  own_key ? Proof::device_key : Proof::policy_key};
}

}  // namespace

Result<Decision> open_session(OpenSession const& command, Context const& context) {
    auto const* device = context.view.find(command.device);
    TANDEM_TRY(Proven const proof, authenticate(command, device, context));

    Decision decision;
    auto& opened = *decision.facts.emplace_back().mutable_session_opened();
    opened.set_device_id(command.device.value);
    opened.set_persistent(!command.clean);
    opened.set_clean(command.clean);
    opened.set_model_id(command.model_id);

    SessionOpened reply;
    reply.session_present = !command.clean && device->session().persistent();
    if (reply.session_present) {
        auto const& kept = device->session().subscriptions();
        reply.subscriptions.assign(kept.begin(), kept.end());
    }
    reply.generation_id = device->identity().generation_id();
    reply.auth_method = proof.auth_method;
    reply.expires_at = proof.expires_at;
    reply.proof = proof.proof;
    decision.reply = std::move(reply);
    return decision;
}

Result<Decision> change_subscriptions(ChangeSubscriptions const& command, Context const& context) {
    TANDEM_CHECK(connected_device(command.device, context));
    Decision decision{.facts = {}, .reply = Done{}};
    auto& changed = *decision.facts.emplace_back().mutable_session_changed();
    changed.set_device_id(command.device.value);
    for (auto const& subscription : command.subscriptions)
        *changed.add_subscriptions() = subscription;
    return decision;
}

Result<Decision> close_session(CloseSession&& command, Context const& context) {
    Decision decision{.facts = {}, .reply = Done{}};
    auto const* device = context.view.find(command.device);
    if (device == nullptr || !context.view.connected(*device)) return decision;
    if (command.taken_over && !command.will) return decision;
    bool const enabled = device->identity().status() == record::DEVICE_ENABLED;
    bool const room = !context.quota.messages_used_up;
    if (command.will && enabled && room &&
        message_bytes(*command.will) <= limits::telemetry_bytes_max) {
        auto& message = *decision.facts.emplace_back().mutable_telemetry();
        message = *std::move(command.will);
        message.set_device_id(command.device.value);
    }
    if (command.taken_over) return decision;
    decision.facts.emplace_back().mutable_session_closed()->set_device_id(command.device.value);
    return decision;
}

Result<Decision> send_telemetry(SendTelemetry&& command, Context const& context) {
    if (context.quota.messages_used_up)
        return Error{Errc::quota_exceeded, "Total number of messages on IotHub has exceeded the "
                                           "allocated quota. Messages are taken again from "
                                           "midnight UTC, or with a larger tier or more units."};
    if (message_bytes(command.message) > limits::telemetry_bytes_max)
        return Error{Errc::message_too_large, "the message is larger than 256 KiB"};
    Decision decision{.facts = {}, .reply = Done{}};
    *decision.facts.emplace_back().mutable_telemetry() = std::move(command.message);
    return decision;
}

Result<Decision> authorize(Authorize const& command, Context const& context) {
    if (is_bearer(command.sas)) return authorize_bearer(command, context);
    auto const token = identity::parse_sas(command.sas);
    if (!token.ok()) return not_authorized();
    auto const* policy = find_policy(context.settings, token->policy);
    bool const good = proven_by(*token, policy) && !context.settings.disable_local_auth();
    if (!good || token->expires_at <= context.now.wall) return not_authorized();
    if (!covers(*token, command, context)) return not_authorized();
    if (!grants(*policy, command.right))
        return Error{Errc::forbidden, "the policy does not grant this right"};
    return Decision{.facts = {},
                    .reply = Authorized{.policy = policy->name(),
                                        .expires_at = closing_time(*token),
                                        .proof = Proof::policy_key,
                                        .hub = context.definition.name()}};
}

}  // namespace tandem::hub
