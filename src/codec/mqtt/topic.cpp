#include "codec/mqtt/topic.hpp"

#include "base/assert.hpp"
#include "codec/number_text.hpp"

namespace tandem::mqtt {
namespace {

constexpr std::string_view twin_get = "$iothub/twin/GET";
constexpr std::string_view twin_patch_reported = "$iothub/twin/PATCH/properties/reported";
constexpr std::string_view twin_response = "$iothub/twin/res/";
constexpr std::string_view method_response = "$iothub/methods/res/";
constexpr std::string_view desired_patch = "$iothub/twin/PATCH/properties/desired/";

bool has_wildcard(std::string_view text) {
    return text.find_first_of("#+") != std::string_view::npos;
}

/// Takes `prefix` off the front of `text`, or leaves it and says false.
bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// The first parameter of "?name=value&..." with that name.
std::optional<std::string_view> parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        auto pair = query.substr(0, query.find('&'));
        query.remove_prefix(pair.size() < query.size() ? pair.size() + 1 : pair.size());
        if (take_prefix(pair, name) && pair.starts_with('=')) return pair.substr(1);
    }
    return std::nullopt;
}

/// Takes "{digits}/?" off the front of `text` and gives the digits.
std::optional<std::string_view> status_part(std::string_view& text) {
    auto const digits = text.substr(0, text.find_first_not_of("0123456789"));
    if (digits.empty()) return std::nullopt;
    text.remove_prefix(digits.size());
    if (!take_prefix(text, "/?")) return std::nullopt;
    return digits;
}

}  // namespace

std::string telemetry_prefix(std::string_view device_id) {
    return std::string{"devices/"}.append(device_id).append("/messages/events");
}

std::optional<std::string_view> telemetry_bag(std::string_view topic, std::string_view prefix) {
    if (!take_prefix(topic, prefix)) return std::nullopt;
    if (topic.empty()) return topic;
    if (!take_prefix(topic, "/") || has_wildcard(topic)) return std::nullopt;
    return topic;
}

std::optional<TwinRequest> parse_twin_request(std::string_view topic) {
    TwinRequest request;
    if (take_prefix(topic, twin_get)) {
        request.kind = TwinRequest::Kind::get;
    } else if (take_prefix(topic, twin_patch_reported)) {
        request.kind = TwinRequest::Kind::patch_reported;
    } else {
        return std::nullopt;
    }
    if (has_wildcard(topic)) return std::nullopt;
    take_prefix(topic, "/");
    if (!take_prefix(topic, "?")) return std::nullopt;
    auto const request_id = parameter(topic, "$rid");
    if (!request_id) return std::nullopt;
    request.request_id = *request_id;
    request.version = parameter(topic, "$version");
    return request;
}

bool is_method_response(std::string_view topic) {
    return take_prefix(topic, method_response) && !has_wildcard(topic) && status_part(topic) &&
           parameter(topic, "$rid");
}

std::string twin_response_topic(unsigned status, std::string_view request_id,
                                std::optional<std::int64_t> version) {
    TANDEM_ASSERT(status >= 100 && status <= 999, "a twin status has three digits");
    std::string topic{twin_response};
    topic.append(std::to_string(status)).append("/?$rid=").append(request_id);
    if (version) topic.append("&$version=").append(std::to_string(*version));
    return topic;
}

std::string desired_topic(std::int64_t version) {
    return std::string{desired_patch}.append("?$version=").append(std::to_string(version));
}

std::optional<TwinResponse> parse_twin_response(std::string_view topic) {
    if (!take_prefix(topic, twin_response)) return std::nullopt;
    auto const digits = status_part(topic);
    if (!digits || digits->size() != 3) return std::nullopt;
    auto const request_id = parameter(topic, "$rid");
    if (!request_id) return std::nullopt;

    TwinResponse response{*whole_number<unsigned>(*digits), *request_id, std::nullopt};
    if (auto const version = parameter(topic, "$version")) {
        response.version = whole_number<std::int64_t>(*version);
        if (!response.version) return std::nullopt;
    }
    return response;
}

std::string filter_text(DeviceFilter filter, std::string_view device_id) {
    switch (filter) {
        case DeviceFilter::devicebound:
            return std::string{"devices/"}.append(device_id).append("/messages/devicebound/#");
        case DeviceFilter::methods: return "$iothub/methods/POST/#";
        case DeviceFilter::twin_responses: return "$iothub/twin/res/#";
        case DeviceFilter::desired: return "$iothub/twin/PATCH/properties/desired/#";
    }
    panic("a device filter that does not exist");
}

std::optional<DeviceFilter> parse_filter(std::string_view text, std::string_view device_id) {
    for (DeviceFilter const filter : device_filters) {
        if (text == filter_text(filter, device_id)) return filter;
    }
    return std::nullopt;
}

}  // namespace tandem::mqtt
