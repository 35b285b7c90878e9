// control/operations.hpp -- long-running operations: durable records that clients poll.
//
// Source  management-plane contract 1.5. An operation's id answers after a restart of this process
//         and of the regions; finished ones are kept for operation_kept.
#pragma once

#include "control/context.hpp"

#include <string>
#include <string_view>

namespace tandem::control {

inline constexpr Duration operation_kept = 24h;
inline constexpr std::size_t failovers_kept_max = 100;       ///< reports a hub

inline constexpr char const* status_running = "Running";
inline constexpr char const* status_succeeded = "Succeeded";
inline constexpr char const* status_failed = "Failed";

/// A new running operation on `hub`, not yet recorded.
record::ManagementOperation new_operation(Context const& context, std::string_view kind,
                                          record::HubResource const& hub, Now now);
/// Whether it was about this hub, and not about an earlier one of the same name.
bool concerns(record::ManagementOperation const& operation, record::HubResource const& hub);
bool running(record::ManagementOperation const& operation);
void succeed(Context const& context, record::ManagementOperation operation, Now now);
void fail(Context const& context, record::ManagementOperation operation, std::string_view code,
          std::string_view message, Now now);
/// Forgets what nobody can ask for any more.
void sweep_operations(Context const& context, Now now);

}  // namespace tandem::control
