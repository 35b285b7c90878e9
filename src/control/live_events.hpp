// control/live_events.hpp -- the live message view: acknowledged telemetry of a hub, asked for
// again and again by a person who looks on.
//
// Source  docs/management-errors.md ("Live messages"). Names of system properties: Azure's, as in
//         events of the Event Hubs-compatible endpoint.
// Shape   cursor = one position a partition, hexadecimal, joined by '.'; what a reader has seen.
// Purity  no clock, no randomness.
#pragma once

#include "control/context.hpp"
#include "control/json.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::control {

inline constexpr std::uint32_t live_events_max = 1000;      ///< in one answer
inline constexpr std::uint32_t live_events_default = 100;
inline constexpr Duration live_events_back_max = 7 * 24h;   ///< the longest retention there is

/// Where a reader begins: nullopt members are not set; neither: from now on.
struct EventStart {
    std::optional<std::vector<std::uint64_t>> after;        ///< a cursor
    std::optional<WallTime> from;
};
/// `after` as sent: empty, a cursor, or "-3600s" (that long before now).
/// Errors: argument_invalid.
Result<EventStart> read_event_start(std::string_view text, std::uint32_t partitions, WallTime now);
std::string render_cursor(google::protobuf::RepeatedField<std::uint64_t> const& after);
json::object render_event(peer::TelemetryEvent const& event);

class LiveEvents {
public:
    explicit LiveEvents(Context context) : context_(context) {}

    void ask(RequestId request, record::HubResource const& hub, EventStart const& start,
             std::uint32_t count_max, Now now);
    void on_answer(peer::EventAnswer const& answer);
    void on_timer(Now now);
    void abandon(RequestId request);

private:
    struct Asked {
        RequestId request{};
        peer::EventQuery query;
        std::vector<std::string> regions;
        Time until{};
        Time again{};                       ///< no owner has answered yet: ask once more
    };
    void send(Asked const& asked);

    Context context_;
    std::map<std::uint64_t, Asked> asked_;
    std::uint64_t last_id_ = 0;
};

}  // namespace tandem::control
