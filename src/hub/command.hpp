// hub/command.hpp -- what can be asked of a hub, and what it answers: the words between the
// gateways and the domain.
//
// A command is addressed to one device (and so to its partition), to one partition, or to the hub
// as a whole; `target()` says which. A reply is released only when everything it rests on is
// acknowledged (DESIGN's acknowledgement rule), reads included.
// Shape of JSON texts: docs/spec in the contract's words, rendered by hub/registry_json.hpp.
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/position.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "hub/access.hpp"
#include "record/fact.pb.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tandem::hub {

// ---- devices

/// A device says who it is. Authenticates, takes the session over from any other connection of the
/// device, and marks it connected.
/// Errors: unauthorized (unknown device, disabled, bad or expired token: not told apart).
struct OpenSession {
    DeviceId device;
    std::string sas;  ///< the whole token text; empty: none was given
    bool clean = false;
    std::string model_id;
};
struct SessionOpened {
    bool session_present = false;
    std::vector<record::Subscription> subscriptions;  ///< that go on from before
    std::string generation_id;
    std::string auth_method;             ///< JSON for iothub-connection-auth-method
    std::optional<WallTime> expires_at;  ///< of the token: close the connection then
    Proof proof = Proof::none;
};

/// The session's subscriptions from now on, all of them.
struct ChangeSubscriptions {
    DeviceId device;
    std::vector<record::Subscription> subscriptions;
};

/// The connection ends; a will goes out as telemetry if there is one. Of a session that another
/// connection has taken over nothing is left to close: its will goes out if `taken_over` says that
/// the connection knows, and else it is ignored.
struct CloseSession {
    DeviceId device;
    std::optional<record::Telemetry> will;
    bool taken_over = false;
};

/// Errors: message_too_large.
struct SendTelemetry {
    record::Telemetry message;  ///< device_id set; auth_method, generation_id as SessionOpened gave
};

/// The device's own sight of its twin: {"desired":{..},"reported":{..}}, no metadata, no tags.
struct GetDeviceTwin {
    DeviceId device;
};
struct PatchReported {
    DeviceId device;
    Bytes patch;  ///< JSON merge patch
    std::optional<std::int64_t> expected_version;
};
struct ReportedPatched {
    std::int64_t version = 0;  ///< reported.$version
};

// ---- back ends

/// May the bearer of this token do that here? A shared access signature is good for what its `sr`
/// covers: the hub, or a path of it. Errors: unauthorized, forbidden.
struct Authorize {
    std::string sas;   ///< a shared access signature, or a token (identity/access_token.hpp)
    Right right = Right::none;
    Door door = Door::devices_and_services;
    std::string path{};  ///< asked for below the host, decoded: devices/dev1; not of events
};
struct Authorized {
    std::string policy;
    std::optional<WallTime> expires_at;
    Proof proof = Proof::none;
    std::string hub{};   ///< whose policy or role it was: the token says nothing to another hub
};

/// If-Match as sent: nullopt when absent; quotes are removed; "*" matches anything that exists;
/// "" means create.
using IfMatch = std::optional<std::string>;

struct GetDevice {
    DeviceId device;
};
struct PutDevice {  ///< create without If-Match (or ""), else update
    DeviceId device;
    Bytes body;
    IfMatch if_match;
    bool upsert = false;  ///< update (with If-Match, or any) if it is there, create if it is not
};
struct DeleteDevice {
    DeviceId device;
    IfMatch if_match;
};
struct ListDevices {
    std::size_t top = 0;  ///< 0: limits::registry_list_max
};
/// One page of the devices that a query selects, as twins.
struct QueryDevices {
    Bytes body;                 ///< {"query":"..."}
    std::size_t count_max = 0;
    std::string continuation;   ///< of the page before; empty: the first
};
/// One page of all devices as lines of an export: a JSON object each.
struct ExportDevices {
    std::string continuation;
    bool exclude_keys = false;
};
struct BulkRegistry {
    Bytes body;  ///< JSON array of at most limits::registry_bulk_max operations
};
struct GetStatistics {};
struct GetTwin {
    DeviceId device;
};
struct UpdateTwin {
    DeviceId device;
    Bytes body;
    IfMatch if_match;
    bool replace = false;  ///< PUT instead of PATCH
};

/// A JSON document and its ETag (without quotes; empty: none).
struct Document {
    Bytes json;
    std::string etag;
};
/// A part of a list, and where it goes on (empty: nowhere).
struct Page {
    Bytes body;
    std::string continuation;
};
struct Statistics {
    std::uint64_t total = 0, enabled = 0, disabled = 0, connected = 0;
};
struct Done {};

// ---- readers of telemetry

/// Where a reader begins: the filter of an Event Hubs receiver.
struct ReadStart {
    enum class Kind : std::uint8_t { position, latest, enqueued_time } kind = Kind::position;
    Position position;       ///< kind position: from here on ...
    bool inclusive = false;  ///< ... this one included, or not
    WallTime time{};         ///< kind enqueued_time: after (or at, if inclusive) this time
};
/// Turns a start into "everything after this position".
struct FindTelemetry {
    PartitionIndex partition{};
    ReadStart start;
};
struct TelemetryFound {
    Position after;
};

struct StoredTelemetry {
    Position position;
    WallTime enqueued;
    record::Telemetry message;
};
/// Acknowledged telemetry after `after`, oldest first. Without any, the reply waits until there is
/// some, or fails with not_owner when the hub moves away.
struct ReadTelemetry {
    PartitionIndex partition{};
    Position after;
    std::size_t count_max = 0;
    std::size_t bytes_max = 0;
    std::string group{};  ///< of consumers; without it (deleted, say) the read fails: not_found
};
struct TelemetryRead {
    std::vector<StoredTelemetry> messages;
    Position last;               ///< pass as the next `after` (it may lie beyond the last message)
    Position newest;             ///< the partition's last acknowledged telemetry, and its time:
    WallTime newest_enqueued{};  ///< for receivers that asked for runtime metrics
};

struct GetEventHub {};
struct EventHubInfo {
    std::string name;
    WallTime created{};
    std::uint16_t partition_count = 0;
    std::vector<std::string> consumer_groups;
};
struct GetEventPartition {
    PartitionIndex partition{};
};
struct EventPartitionInfo {
    Position first;  ///< oldest telemetry still there; none() when there is none
    Position last;
    WallTime last_enqueued{};
    bool empty = true;
};

using Command =
    std::variant<OpenSession, ChangeSubscriptions, CloseSession, SendTelemetry, GetDeviceTwin,
                 PatchReported, Authorize, GetDevice, PutDevice, DeleteDevice, ListDevices,
                 QueryDevices, ExportDevices, BulkRegistry, GetStatistics, GetTwin, UpdateTwin,
                 FindTelemetry, ReadTelemetry, GetEventHub, GetEventPartition>;

using Reply = std::variant<Done, SessionOpened, ReportedPatched, Authorized, Document, Page,
                           Statistics, TelemetryFound, TelemetryRead, EventHubInfo,
                           EventPartitionInfo>;

/// The device a command names in its `device`, or nullptr. (SendTelemetry has it in the message.)
DeviceId const* device_of(Command const& command);

// ---- what a connection is told without having asked

/// Desired properties changed; only to sessions that subscribed to it.
struct DesiredChanged {
    Bytes patch;  ///< JSON, "$version" included
    std::int64_t version = 0;
};
enum class CloseReason : std::uint8_t {
    taken_over,     ///< the device connected again elsewhere
    identity_gone,  ///< deleted, disabled, or its keys changed
    owner_moved,    ///< this region does not serve the hub any more: connect again
    not_admitted,   ///< the hub's settings do not let it in any more
};
struct Closed {
    CloseReason reason{};
};
using Event = std::variant<DesiredChanged, Closed>;

}  // namespace tandem::hub
