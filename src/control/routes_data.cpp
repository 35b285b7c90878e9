// The portal's way to a hub's own data: its REST API passed through, and the live message view.
#include "codec/number_text.hpp"
#include "control/authorize.hpp"
#include "control/data_path.hpp"
#include "control/live_events.hpp"
#include "control/router.hpp"

#include <array>
#include <span>

namespace tandem::control {

namespace {

http::Response no_hub(Call const& call) {
    return arm_error(404, "HubNotFound", "There is no hub '" + call.arg("hub") + "'.");
}

http::Headers headers_to_pass(http::Headers const& sent) {
    constexpr std::array<char const*, 5> names = {"If-Match", "Content-Type", "Accept",
                                                  "x-ms-max-item-count", "x-ms-continuation"};
    http::Headers passed;
    for (char const* name : names)
        if (std::string const* value = sent.find(name)) passed.add(name, *value);
    return passed;
}

/// What the hub said, without what is between it and us.
http::Response render_hub_answer(Result<http::Response> answer) {
    if (!answer.ok()) {
        switch (answer.code()) {
            case Errc::hub_not_found:
                return arm_error(404, "HubNotFound", answer.error().detail);
            case Errc::unavailable:
                return arm_error(503, "HubNotServed",
                                 "No region that serves the hub could be reached in time.");
            case Errc::timeout:
                return arm_error(504, "HubDidNotAnswer",
                                 "The hub did not answer in time; whether the request was carried "
                                 "out is not known.");
            default:
                return arm_error(502, "HubAnswerUnusable", "The hub's answer could not be used.");
        }
    }
    // Its token was ours: the caller's is fine.
    if (answer->status == 401 || answer->status == 403)
        return arm_error(502, "HubRefusedManagement",
                         "The hub did not accept the management plane's signature.");
    constexpr std::array<char const*, 6> names = {"Content-Type", "ETag", "x-ms-continuation",
                                                  "x-ms-item-type", "iothub-errorcode",
                                                  "x-ms-request-id"};
    http::Response shown;
    shown.status = answer->status;
    for (char const* name : names)
        if (std::string const* value = answer->headers.find(name)) shown.headers.add(name, *value);
    shown.body = std::move(answer->body);
    return shown;
}

Answer pass_through(Plane& plane, Call const& call) {
    record::HubResource const* hub = plane.ledger.model().hub(call.arg("hub"));
    if (hub == nullptr) return no_hub(call);
    auto const segments = std::span{call.request.path}.subspan(data_segments_from);
    if (auto refused = refuse_data(plane, call, *hub, role_right(call.request.method, segments)))
        return refused;
    auto const target = data_target(segments, call.request.query);
    if (!target.ok()) {
        bool const unknown = target.code() == Errc::not_found;
        return arm_error(unknown ? 404 : 400, unknown ? "NotFound" : "InvalidDataPath",
                         target.error().detail);
    }
    DataRequest request{hub->definition().name(),
                        call.request.method,
                        *target,
                        headers_to_pass(call.request.headers),
                        call.request.body,
                        data_right(call.request.method, segments),
                        only_reads(call.request.method, segments)};
    plane.data_plane.ask(
        std::move(request),
        [&plane, id = call.id](Result<http::Response> answer, Now) {
            plane.context.respond(id, render_hub_answer(std::move(answer)));
        },
        call.now);
    return std::nullopt;
}

std::optional<std::uint32_t> read_top(http::Request const& request) {
    std::string const* text = request.query_value("top");
    if (text == nullptr) return live_events_default;
    auto const top = whole_number<std::uint32_t>(*text);
    return top && *top >= 1 && *top <= live_events_max ? top : std::nullopt;
}

Answer get_events(Plane& plane, Call const& call) {
    record::HubResource const* hub = plane.ledger.model().hub(call.arg("hub"));
    if (hub == nullptr) return no_hub(call);
    if (auto refused = refuse_data(plane, call, *hub, hub::Right::service_connect)) return refused;
    auto const top = read_top(call.request);
    if (!top)
        return arm_error(400, "InvalidTop",
                         "'top' must be between 1 and " + std::to_string(live_events_max) + ".");
    std::string const* after = call.request.query_value("after");
    auto const start = read_event_start(after == nullptr ? std::string_view{} : *after,
                                        hub->definition().partition_count(), call.now.wall);
    if (!start.ok()) return arm_error(400, "InvalidCursor", start.error().detail);
    plane.live_events.ask(call.id, *hub, *start, *top, call.now);
    return std::nullopt;
}

}  // namespace

std::vector<Route> data_routes() {
    constexpr Access b = Access::bearer;
    constexpr Api n = Api::none;
    return {
        {"GET", "tandem/v1/hubs/{hub}/events", get_events, b, n, Need::data},
        {"GET", "tandem/v1/hubs/{hub}/data/{rest...}", pass_through, b, n, Need::data},
        {"POST", "tandem/v1/hubs/{hub}/data/{rest...}", pass_through, b, n, Need::data},
        {"PUT", "tandem/v1/hubs/{hub}/data/{rest...}", pass_through, b, n, Need::data},
        {"PATCH", "tandem/v1/hubs/{hub}/data/{rest...}", pass_through, b, n, Need::data},
        {"DELETE", "tandem/v1/hubs/{hub}/data/{rest...}", pass_through, b, n, Need::data},
    };
}

}  // namespace tandem::control
