// hub/handlers.hpp -- what decide() hands the commands to, by subject.
#pragma once

#include "hub/decide.hpp"

#include <string_view>

namespace tandem::hub {

// sessions.cpp
Result<Decision> open_session(OpenSession const& command, Context const& context);
Result<Decision> change_subscriptions(ChangeSubscriptions const& command, Context const& context);
Result<Decision> close_session(CloseSession&& command, Context const& context);
Result<Decision> send_telemetry(SendTelemetry&& command, Context const& context);
Result<Decision> authorize(Authorize const& command, Context const& context);

// bearer.cpp
/// Whether an Authorize comes with a token of control's rather than with a signature by a key.
bool is_bearer(std::string_view authorization);
Result<Decision> authorize_bearer(Authorize const& command, Context const& context);

// registry.cpp
Result<Decision> get_device(GetDevice const& command, Context const& context);
Result<Decision> put_device(PutDevice const& command, Context const& context);
Result<Decision> delete_device(DeleteDevice const& command, Context const& context);

// identity_json.cpp
/// The identity that `body` asks for: a new one, or `old` changed. Counter, generation and times
/// are the caller's. Errors: argument_invalid.
Result<record::Identity> read_identity(std::string const& device_id, Bytes const& body,
                                       record::Identity const* old, Context const& context);

// twins.cpp
Result<Decision> get_twin(GetTwin const& command, Context const& context);
Result<Decision> update_twin(UpdateTwin const& command, Context const& context);
/// The same for a device that is about to be as given.
Result<Decision> update_twin(UpdateTwin const& command, record::Device const& device,
                             Context const& context);
Result<Decision> get_device_twin(GetDeviceTwin const& command, Context const& context);
Result<Decision> patch_reported(PatchReported const& command, Context const& context);
/// The twin of a device that was just created.
record::Twin new_twin(WallTime now);

/// Errors: device_not_found.
Result<record::Device const*> existing_device(DeviceId const& device, Context const& context);
/// Errors: unauthorized -- the device has no connection (any more) that may ask for something.
Result<record::Device const*> connected_device(DeviceId const& device, Context const& context);

}  // namespace tandem::hub
