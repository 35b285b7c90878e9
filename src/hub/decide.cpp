#include "hub/decide.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "hub/handlers.hpp"

#include <algorithm>
#include <type_traits>

namespace tandem::hub {
namespace {

/// Room for the frame of a record around its fact.
constexpr std::size_t fact_bytes_max = limits::record_bytes_max - 1024;
constexpr std::string_view desired_filter = "$iothub/twin/PATCH/properties/desired/";

template <class T>
constexpr bool gathered_by_region =
    std::is_same_v<T, ListDevices> || std::is_same_v<T, QueryDevices> ||
    std::is_same_v<T, ExportDevices> || std::is_same_v<T, BulkRegistry> ||
    std::is_same_v<T, GetStatistics> || std::is_same_v<T, FindTelemetry> ||
    std::is_same_v<T, ReadTelemetry> || std::is_same_v<T, GetEventHub> ||
    std::is_same_v<T, GetEventPartition>;

struct Dispatch {
    Context const& context;

    Result<Decision> operator()(OpenSession& c) const { return open_session(c, context); }
    Result<Decision> operator()(ChangeSubscriptions& c) const {
        return change_subscriptions(c, context);
    }
    Result<Decision> operator()(CloseSession& c) const {
        return close_session(std::move(c), context);
    }
    Result<Decision> operator()(SendTelemetry& c) const {
        return send_telemetry(std::move(c), context);
    }
    Result<Decision> operator()(GetDeviceTwin& c) const { return get_device_twin(c, context); }
    Result<Decision> operator()(PatchReported& c) const { return patch_reported(c, context); }
    Result<Decision> operator()(Authorize& c) const { return authorize(c, context); }
    Result<Decision> operator()(GetDevice& c) const { return get_device(c, context); }
    Result<Decision> operator()(PutDevice& c) const { return put_device(c, context); }
    Result<Decision> operator()(DeleteDevice& c) const { return delete_device(c, context); }
    Result<Decision> operator()(GetTwin& c) const { return get_twin(c, context); }
    Result<Decision> operator()(UpdateTwin& c) const { return update_twin(c, context); }

    template <class T>
        requires gathered_by_region<T>
    Result<Decision> operator()(T&) const {
        panic("decide() was given a command that concerns more than one partition");
    }
};

std::optional<Event> desired_changed(record::TwinChanged const& fact, View const& view) {
    if (fact.part() != record::TWIN_TAGS_DESIRED || fact.patch().empty()) return std::nullopt;
    auto const* device = view.find(fact.device_id());
    if (device == nullptr) return std::nullopt;
    auto const& subscriptions = device->session().subscriptions();
    bool const listens =
        std::any_of(subscriptions.begin(), subscriptions.end(), [](auto const& subscription) {
            return subscription.filter().starts_with(desired_filter);
        });
    if (!listens) return std::nullopt;

    std::int64_t const version = fact.twin().desired_version();
    Bytes patch = fact.patch();
    patch.pop_back();   // the closing brace
    if (patch.size() > 1) patch += ',';
    patch += "\"$version\":" + std::to_string(version) + "}";
    return DesiredChanged{.patch = std::move(patch), .version = version};
}

Result<Decision> recordable(Result<Decision> decision) {
    if (!decision.ok()) return decision;
    for (auto const& fact : decision->facts) {
        if (fact.ByteSizeLong() > fact_bytes_max)
            return Error{Errc::message_too_large, "the change is too large to be recorded"};
    }
    return decision;
}

/// The device that a registry fact leaves behind; nullopt: it is no such fact.
std::optional<record::Device> device_after(record::Fact const& fact, View const& view) {
    record::Device device;
    if (fact.has_device_created()) {
        *device.mutable_identity() = fact.device_created().identity();
        *device.mutable_twin() = fact.device_created().twin();
        return device;
    }
    if (!fact.has_device_updated()) return std::nullopt;
    auto const& identity = fact.device_updated().identity();
    if (auto const* before = view.find(identity.device_id())) device = *before;
    *device.mutable_identity() = identity;
    return device;
}

}  // namespace

Result<Decision> decide(Command&& command, Context const& context) {
    return recordable(std::visit(Dispatch{context}, command));
}

Result<Decision> decide(BulkOperation&& operation, Context const& context) {
    Decision whole;
    std::optional<record::Device> changed;
    for (auto& command : operation.commands) {
        auto* const twin = std::get_if<UpdateTwin>(&command);
        auto decision = twin != nullptr && changed
                            ? recordable(update_twin(*twin, *changed, context))
                            : decide(std::move(command), context);
        if (!decision.ok()) return decision;
        for (auto& fact : decision->facts) {
            if (auto device = device_after(fact, context.view)) changed = std::move(device);
            whole.facts.push_back(std::move(fact));
        }
        whole.reply = std::move(decision->reply);
    }
    return whole;
}

std::optional<DeviceEvent> event_of(record::Fact const& fact, View const& view) {
    if (fact.has_twin_changed()) {
        auto event = desired_changed(fact.twin_changed(), view);
        if (!event) return std::nullopt;
        return DeviceEvent{{fact.twin_changed().device_id()}, *std::move(event)};
    }
    if (fact.has_device_deleted())
        return DeviceEvent{{fact.device_deleted().device_id()}, Closed{CloseReason::identity_gone}};
    if (fact.has_device_updated() && fact.device_updated().ends_session())
        return DeviceEvent{{fact.device_updated().identity().device_id()},
                           Closed{CloseReason::identity_gone}};
    return std::nullopt;
}

Result<record::Device const*> existing_device(DeviceId const& device, Context const& context) {
    auto const* found = context.view.find(device);
    if (found == nullptr) return Error{Errc::device_not_found, "device " + device.value};
    return found;
}

Result<record::Device const*> connected_device(DeviceId const& device, Context const& context) {
    auto const* found = context.view.find(device);
    if (found == nullptr || !context.view.connected(*found))
        return Error{Errc::unauthorized, "the device has no session"};
    return found;
}

}  // namespace tandem::hub
