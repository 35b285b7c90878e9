// hub/view.cpp -- facts applied, entities by their keys, and the digest over them.

#include "hub/view.hpp"

#include "codec/number_text.hpp"
#include "hub/meter.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <utility>

namespace tandem::hub {
namespace {

constexpr std::string_view device_prefix = "d/";
constexpr std::string_view epoch_key = "epoch";
constexpr std::string_view meter_key = "meter";
constexpr std::string_view report_prefix = "failover/";
constexpr std::string_view settings_key = "hub";

Bytes device_key(std::string const& device) { return Bytes{device_prefix} + device; }

std::string hex8(std::uint32_t number) {
    std::array<char, 9> text{};
    std::snprintf(text.data(), text.size(), "%08x", number);
    return std::string{text.data(), 8};
}

std::optional<std::uint32_t> from_hex8(std::string_view text) {
    auto const number = whole_number<std::uint32_t>(text, 16);
    if (!number || hex8(*number) != text) return std::nullopt;
    return number;
}

Bytes report_key(std::uint32_t epoch) { return Bytes{report_prefix} + hex8(epoch); }

template <class Message>
bool parse(Message& message, ByteView bytes) {
    return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

/// An entity that says nothing is none.
std::optional<Bytes> stored(google::protobuf::MessageLite const& message) {
    Bytes bytes = message.SerializeAsString();
    return bytes.empty() ? std::nullopt : std::optional{std::move(bytes)};
}

void take_part(record::Twin& twin, record::TwinChanged const& change) {
    record::Twin const& now = change.twin();
    if (change.part() == record::TWIN_REPORTED) {
        twin.set_reported(now.reported());
        twin.set_reported_metadata(now.reported_metadata());
        twin.set_reported_version(now.reported_version());
        twin.set_version(now.version());
        return;
    }
    record::Twin whole = now;
    whole.set_reported(std::move(*twin.mutable_reported()));
    whole.set_reported_metadata(std::move(*twin.mutable_reported_metadata()));
    whole.set_reported_version(twin.reported_version());
    twin = std::move(whole);
}

void end_session(record::Session& session, WallTime at) {
    session.set_connected(false);
    session.set_state_updated_us(to_micros(at));
    session.set_last_activity_us(to_micros(at));
    if (!session.persistent()) session.clear_subscriptions();
}

void begin_session(record::Device& device, record::SessionOpened const& fact,
                   record::Header const& header) {
    auto& session = *device.mutable_session();
    bool const goes_on = session.persistent() && fact.persistent() && !fact.clean();
    if (!goes_on) session.clear_subscriptions();
    session.set_persistent(fact.persistent());
    session.set_connected(true);
    session.set_state_updated_us(to_micros(header.time));
    session.set_last_activity_us(to_micros(header.time));
    session.set_epoch(value(header.position.epoch()));
    if (!fact.model_id().empty()) device.mutable_twin()->set_model_id(fact.model_id());
}

Error strange_key(ByteView key) {
    return Error{Errc::malformed, "a stored view has the unknown key " + std::string{key}};
}

Error unreadable(ByteView key) {
    return Error{Errc::malformed, "the stored entity " + std::string{key} + " cannot be read"};
}

}  // namespace

template <class Change>
std::vector<Bytes> View::change(std::string const& device, Change const& apply_to) {
    auto const found = devices_.find(device);
    if (found == devices_.end()) return {};
    count(found->second, false);
    apply_to(found->second);
    count(found->second, true);
    return {device_key(device)};
}

std::vector<Bytes> View::apply(record::Header const& header, record::Fact const& fact) {
    switch (fact.kind_case()) {
        case record::Fact::kPromoted:
            begin_epoch(value(header.position.epoch()));
            return {Bytes{epoch_key}};
        case record::Fact::kDeviceCreated: {
            record::Device device;
            *device.mutable_identity() = fact.device_created().identity();
            *device.mutable_twin() = fact.device_created().twin();
            Bytes key = device_key(device.identity().device_id());
            put(std::move(device));
            return {std::move(key)};
        }
        case record::Fact::kDeviceUpdated: {
            auto const& updated = fact.device_updated();
            return change(updated.identity().device_id(), [&](record::Device& device) {
                bool const ends = updated.ends_session() && connected(device);
                *device.mutable_identity() = updated.identity();
                if (ends) end_session(*device.mutable_session(), header.time);
            });
        }
        case record::Fact::kDeviceDeleted:
            erase(fact.device_deleted().device_id());
            return {device_key(fact.device_deleted().device_id())};
        case record::Fact::kTwinChanged: {
            count_message(meter_, header.time, fact.twin_changed().patch().size());
            auto keys = change(fact.twin_changed().device_id(), [&](record::Device& device) {
                take_part(*device.mutable_twin(), fact.twin_changed());
            });
            keys.emplace_back(meter_key);
            return keys;
        }
        case record::Fact::kTelemetry:
            count_message(meter_, header.time, message_bytes(fact.telemetry()));
            return {Bytes{meter_key}};
        case record::Fact::kSessionOpened:
            return change(fact.session_opened().device_id(), [&](record::Device& device) {
                begin_session(device, fact.session_opened(), header);
            });
        case record::Fact::kSessionChanged:
            return change(fact.session_changed().device_id(), [&](record::Device& device) {
                *device.mutable_session()->mutable_subscriptions() =
                    fact.session_changed().subscriptions();
            });
        case record::Fact::kSessionClosed:
            return change(fact.session_closed().device_id(), [&](record::Device& device) {
                end_session(*device.mutable_session(), header.time);
            });
        case record::Fact::kHubConfigured:
            if (fact.hub_configured().settings().revision() < settings_.revision()) return {};
            settings_ = fact.hub_configured().settings();
            return {Bytes{settings_key}};
        case record::Fact::kFailoverReported: {
            auto const& report = fact.failover_reported().report();
            reports_[report.epoch()] = report;
            return {report_key(report.epoch())};
        }
        case record::Fact::kHandedOver:
        case record::Fact::kSyncSuspended:
        case record::Fact::kTrimmed:
        case record::Fact::KIND_NOT_SET: return {};
    }
    return {};
}

std::optional<Bytes> View::entity(ByteView key) const {
    if (key.starts_with(device_prefix)) {
        auto const* device = find(std::string{key.substr(device_prefix.size())});
        if (device == nullptr) return std::nullopt;
        return device->SerializeAsString();
    }
    if (key == epoch_key) return epoch_ == 0 ? std::nullopt : std::optional{hex8(epoch_)};
    if (key == settings_key) return stored(settings_);
    if (key == meter_key) return stored(meter_);
    if (key.starts_with(report_prefix)) {
        auto const epoch = from_hex8(key.substr(report_prefix.size()));
        if (!epoch) return std::nullopt;
        auto const found = reports_.find(*epoch);
        if (found == reports_.end()) return std::nullopt;
        return found->second.SerializeAsString();
    }
    return std::nullopt;
}

Result<void> View::load(ByteView key, ByteView value) {
    if (key.starts_with(device_prefix)) {
        record::Device device;
        if (!parse(device, value)) return unreadable(key);
        if (device.identity().device_id() != key.substr(device_prefix.size()))
            return unreadable(key);
        put(std::move(device));
        return {};
    }
    if (key == epoch_key) {
        auto const epoch = from_hex8(value);
        if (!epoch) return unreadable(key);
        begin_epoch(*epoch);
        return {};
    }
    if (key == settings_key) {
        record::HubSettings settings;
        if (!parse(settings, value)) return unreadable(key);
        settings_ = std::move(settings);
        return {};
    }
    if (key == meter_key) {
        record::Meter meter;
        if (!parse(meter, value)) return unreadable(key);
        meter_ = std::move(meter);
        return {};
    }
    if (key.starts_with(report_prefix)) {
        auto const epoch = from_hex8(key.substr(report_prefix.size()));
        record::FailoverReport report;
        if (!epoch || !parse(report, value) || report.epoch() != *epoch) return unreadable(key);
        reports_[*epoch] = std::move(report);
        return {};
    }
    return strange_key(key);
}

void View::clear() { *this = View{}; }

record::Device const* View::find(DeviceId const& device) const { return find(device.value); }

record::Device const* View::find(std::string const& device) const {
    auto const found = devices_.find(device);
    return found == devices_.end() ? nullptr : &found->second;
}

bool View::connected(record::Device const& device) const {
    return device.session().connected() && device.session().epoch() >= epoch_;
}

std::uint64_t View::digest() const {
    std::vector<std::string const*> ids;
    ids.reserve(devices_.size());
    for (auto const& [id, device] : devices_) ids.push_back(&id);
    std::sort(ids.begin(), ids.end(), [](auto const* a, auto const* b) { return *a < *b; });

    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    auto const add_sized = [&](ByteView bytes) {
        std::array<char, 4> size{};
        auto const length = static_cast<std::uint32_t>(bytes.size());
        for (std::size_t i = 0; i < 4; ++i) size[i] = static_cast<char>(length >> (24 - 8 * i));
        XXH3_64bits_update(&state, size.data(), size.size());
        XXH3_64bits_update(&state, bytes.data(), bytes.size());
    };
    auto const add = [&](Bytes const& key) {
        auto const value = entity(key);
        if (!value) return;
        add_sized(key);
        add_sized(*value);
    };
    for (auto const* id : ids) add(device_key(*id));
    add(Bytes{epoch_key});
    add(Bytes{meter_key});
    for (auto const& [epoch, report] : reports_) add(report_key(epoch));
    add(Bytes{settings_key});
    return XXH3_64bits_digest(&state);
}

void View::put(record::Device device) {
    std::string id = device.identity().device_id();
    erase(id);
    count(device, true);
    order_.insert(devices_.emplace(std::move(id), std::move(device)).first->first);
}

void View::erase(std::string const& device) {
    auto const found = devices_.find(device);
    if (found == devices_.end()) return;
    count(found->second, false);
    order_.erase(found->first);
    devices_.erase(found);
}

void View::count(record::Device const& device, bool in) {
    if (device.identity().status() == record::DEVICE_ENABLED) in ? ++enabled_ : --enabled_;
    if (connected(device)) in ? ++connected_ : --connected_;
}

/// Costs a pass over the devices only where the loaded entities may already be of that epoch.
void View::begin_epoch(std::uint32_t epoch) {
    bool const loading = epoch_ == 0;
    epoch_ = epoch;
    connected_ = 0;
    if (!loading) return;
    for (auto const& [id, device] : devices_) connected_ += connected(device) ? 1U : 0U;
}

}  // namespace tandem::hub
