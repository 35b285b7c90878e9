#include "control/live_events.hpp"

#include "codec/base64.hpp"
#include "codec/number_text.hpp"
#include "codec/time_text.hpp"
#include "codec/utf8.hpp"
#include "control/answer.hpp"

#include <algorithm>
#include <utility>

namespace tandem::control {

namespace {

constexpr Duration ask_again_every = 500ms;

/// "-3600s".
std::optional<Duration> time_back(std::string_view text) {
    if (!text.starts_with('-') || !text.ends_with('s')) return std::nullopt;
    auto const seconds = whole_number<std::uint32_t>(text.substr(1, text.size() - 2));
    if (!seconds || std::chrono::seconds{*seconds} > live_events_back_max) return std::nullopt;
    return std::chrono::seconds{*seconds};
}

std::optional<std::vector<std::uint64_t>> positions(std::string_view text) {
    std::vector<std::uint64_t> after;
    for (bool more = true; more;) {
        std::size_t const end = std::min(text.find('.'), text.size());
        auto const position = whole_number<std::uint64_t>(text.substr(0, end), 16);
        if (!position || after.size() == limits::partitions_max) return std::nullopt;
        after.push_back(*position);
        more = end < text.size();
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return after;
}

json::object render_system_properties(record::Telemetry const& message, WallTime enqueued) {
    json::object shown;
    auto const put = [&shown](char const* name, std::string const& value) {
        if (!value.empty()) shown[name] = value;
    };
    put("iothub-connection-device-id", message.device_id());
    put("iothub-connection-module-id", message.module_id());
    put("iothub-connection-auth-method", message.auth_method());
    put("iothub-connection-auth-generation-id", message.generation_id());
    put("iothub-enqueuedtime", format_iso8601(enqueued));
    put("iothub-message-source", message.source().empty() ? "Telemetry" : message.source());
    put("message-id", message.message_id());
    put("correlation-id", message.correlation_id());
    put("user-id", message.user_id());
    put("to", message.to());
    put("content-type", message.content_type());
    put("content-encoding", message.content_encoding());
    for (auto const& annotation : message.annotations())
        shown[annotation.name()] = annotation.value();
    return shown;
}

}  // namespace

Result<EventStart> read_event_start(std::string_view text, std::uint32_t partitions, WallTime now) {
    EventStart start;
    if (text.empty()) return start;
    if (auto const back = time_back(text)) {
        start.from = now - *back;
        return start;
    }
    start.after = positions(text);
    if (!start.after || start.after->size() != partitions)
        return Error{Errc::argument_invalid,
                     "'after' must be a cursor of this hub, or a time back of at most 7 days like "
                     "-3600s."};
    return start;
}

std::string render_cursor(google::protobuf::RepeatedField<std::uint64_t> const& after) {
    std::string cursor;
    for (std::uint64_t const position : after) {
        char digits[16];
        auto const end = std::to_chars(digits, digits + sizeof digits, position, 16).ptr;
        if (!cursor.empty()) cursor += '.';
        cursor.append(digits, end);
    }
    return cursor;
}

json::object render_event(peer::TelemetryEvent const& event) {
    record::Telemetry const& message = event.message();
    WallTime const enqueued = wall_from_micros(event.enqueued_us());
    bool const text = utf8_valid(message.body());
    json::object properties;
    for (auto const& property : message.properties())
        properties[property.name()] =
            property.no_value() ? json::value{} : json::value{property.value()};
    return {{"partition", event.partition()},
            {"offset", std::to_string(event.position())},
            {"sequenceNumber", event.position()},
            {"enqueuedTime", format_iso8601(enqueued)},
            {"deviceId", message.device_id()},
            {"body", text ? message.body() : base64_encode(message.body())},
            {"bodyEncoding", text ? "text" : "base64"},
            {"properties", std::move(properties)},
            {"systemProperties", render_system_properties(message, enqueued)}};
}

void LiveEvents::ask(RequestId request, record::HubResource const& hub, EventStart const& start,
                     std::uint32_t count_max, Now now) {
    std::uint64_t const id = ++last_id_;
    Asked asked{request, {}, {}, now.mono + context_.options.answer_wait,
                now.mono + ask_again_every};
    asked.query.set_hub(hub.definition().name());
    asked.query.set_query_id(id);
    asked.query.set_count_max(count_max);
    if (start.after)
        asked.query.mutable_after()->Assign(start.after->begin(), start.after->end());
    else if (start.from)
        asked.query.set_from_us(to_micros(*start.from));
    else
        asked.query.set_latest(true);
    asked.regions.assign(hub.definition().regions().begin(), hub.definition().regions().end());
    send(asked);
    asked_.emplace(id, std::move(asked));
}

void LiveEvents::send(Asked const& asked) {
    for (auto const& region : asked.regions) {
        if (!context_.fleet.up(region)) continue;
        peer::Envelope message;
        *message.mutable_event_query() = asked.query;
        context_.send(region, std::move(message));
    }
}

void LiveEvents::on_answer(peer::EventAnswer const& answer) {
    auto const found = asked_.find(answer.query_id());
    if (found == asked_.end() || !answer.owner()) return;
    RequestId const request = found->second.request;
    asked_.erase(found);
    if (!answer.refused().empty())
        return context_.respond(request, arm_error(400, "InvalidCursor", answer.refused()));
    std::vector<peer::TelemetryEvent const*> events;
    for (auto const& event : answer.events()) events.push_back(&event);
    std::stable_sort(events.begin(), events.end(), [](auto const* a, auto const* b) {
        return a->enqueued_us() < b->enqueued_us();
    });
    json::array values;
    for (auto const* event : events) values.push_back(render_event(*event));
    context_.respond(request,
                     json_answer(200, json::object{{"value", std::move(values)},
                                                   {"cursor", render_cursor(answer.after())}}));
}

void LiveEvents::on_timer(Now now) {
    for (auto it = asked_.begin(); it != asked_.end();) {
        Asked& asked = it->second;
        if (now.mono >= asked.until) {
            context_.respond(asked.request,
                             arm_error(503, "HubNotServed",
                                       "No region that serves the hub answered in time."));
            it = asked_.erase(it);
            continue;
        }
        if (now.mono >= asked.again) {
            asked.again = now.mono + ask_again_every;
            send(asked);
        }
        ++it;
    }
}

void LiveEvents::abandon(RequestId request) {
    std::erase_if(asked_, [request](auto const& entry) { return entry.second.request == request; });
}

}  // namespace tandem::control
