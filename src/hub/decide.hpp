// hub/decide.hpp -- command + view -> facts + reply: the domain, as a pure function.
//
// `decide` changes nothing. The caller appends the facts to the partition's log, applies them to
// the view, and releases the reply when the facts (and all that stood before them) are
// acknowledged.
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "hub/command.hpp"
#include "hub/view.hpp"
#include "ports/random.hpp"
#include "record/fact.pb.h"

#include <optional>
#include <utility>
#include <vector>

namespace tandem::hub {

/// What the hub's tier has no more room for.
struct Quota {
    bool messages_used_up = false;       ///< today
    bool devices_full = false;
};

struct Context {
    Now now;
    ports::Random& random;
    record::HubDefinition const& definition;
    record::HubSettings const& settings;
    View const& view;                    ///< of the partition the command is for
    Quota quota{};
};

struct Decision {
    std::vector<record::Fact> facts;     ///< may be empty: a read
    Reply reply;
};

/// Decides a command that is for one device, and Authorize.
/// Requires: not ListDevices, QueryDevices, ExportDevices, BulkRegistry, GetStatistics or a
/// telemetry read (region/ gathers those over all partitions). CloseSession is to be given only for
/// the connection that holds the session. The command is used up: telemetry moves into its fact.
Result<Decision> decide(Command&& command, Context const& context);

/// The operations of a bulk request, each as a command for one device.
/// Errors: argument_invalid, too_many_devices.
struct BulkOperation {
    DeviceId device;
    std::vector<Command> commands;       ///< done in order; a refusal is the whole operation's
};
Result<std::vector<BulkOperation>> bulk_operations(BulkRegistry const& request);
/// Decides a whole operation: all of its facts, or its refusal and none. The reply is the last
/// command's. Requires: as decide() of a command.
Result<Decision> decide(BulkOperation&& operation, Context const& context);
/// The answer to a bulk request: {"isSuccessful":..,"errors":[..],"warnings":[]}.
Document bulk_result(std::vector<std::pair<DeviceId, Error>> const& refusals);

/// What the connection of a device is to be told once `fact` is acknowledged; nullopt: nothing.
/// `view` already has the fact. Desired changes only where the session subscribed to them.
struct DeviceEvent {
    DeviceId device;
    Event event;
};
std::optional<DeviceEvent> event_of(record::Fact const& fact, View const& view);

/// Which partition a device lives in. Never changes: it is the FNV-1a hash of the id.
PartitionIndex partition_of(std::string const& device_id, std::uint32_t partition_count);

}  // namespace tandem::hub
