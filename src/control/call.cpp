#include "control/call.hpp"

#include "codec/base64.hpp"
#include "codec/percent.hpp"

namespace tandem::control {

std::optional<http::Response> read_body(Call const& call, json::object& body) {
    auto parsed = parse_object(call.request.body);
    if (!parsed.ok())
        return arm_error(400, "InvalidRequestContent",
                         "The request content was invalid: " + parsed.error().detail + ".");
    body = std::move(parsed).value();
    return std::nullopt;
}

std::optional<http::Response> refuse_group(Plane const& plane, Call const& call, bool for_change) {
    bool known = false;
    for (auto const& subscription : plane.options.subscriptions)
        known = known || equal_ci(subscription.id, call.arg("subscription"));
    if (!known)
        return arm_error(404, "SubscriptionNotFound",
                         "The subscription '" + call.arg("subscription") + "' could not be found.");
    auto const group_arg = call.args.find("group");
    if (group_arg == call.args.end()) return std::nullopt;
    record::ResourceGroup const* group =
        plane.ledger.model().group(call.arg("subscription"), group_arg->second);
    if (group == nullptr)
        return arm_error(404, "ResourceGroupNotFound",
                         "Resource group '" + group_arg->second + "' could not be found.");
    if (for_change && group->deleting())
        return arm_error(409, "ResourceGroupBeingDeleted",
                         "The resource group '" + group->name() +
                             "' is in deprovisioning state and cannot perform this operation.");
    return std::nullopt;
}

bool lies_in_path(Call const& call, record::HubResource const& hub) {
    if (!equal_ci(hub.subscription(), call.arg("subscription"))) return false;
    auto const group = call.args.find("group");
    return group == call.args.end() || equal_ci(hub.group(), group->second);
}

record::HubResource const* called_hub(Plane const& plane, Call const& call) {
    record::HubResource const* hub = plane.ledger.model().hub(call.arg("hub"));
    if (hub == nullptr || !equal_ci(hub->subscription(), call.arg("subscription")) ||
        !equal_ci(hub->group(), call.arg("group")))
        return nullptr;
    return hub;
}

http::Response hub_not_found(Call const& call) {
    return arm_error(404, "ResourceNotFound",
                     "The Resource 'Microsoft.Devices/IotHubs/" + call.arg("hub") +
                         "' under resource group '" + call.arg("group") +
                         "' was not found. For more details please go to "
                         "https://aka.ms/ARMResourceNotFoundFix");
}

std::optional<http::Response> refuse_hub(Plane const& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    if (called_hub(plane, call) == nullptr) return hub_not_found(call);
    return std::nullopt;
}

std::optional<http::Response> refuse_change(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call, true)) return refused;
    record::HubResource const* hub = called_hub(plane, call);
    if (hub == nullptr) return hub_not_found(call);
    if (hub->state() != "Active") return hub_busy(plane, call, *hub);
    return std::nullopt;
}

std::optional<std::string> wanted_etag(http::Request const& request) {
    std::string const* header = request.headers.find("If-Match");
    if (header == nullptr) return std::nullopt;
    std::string text = *header;
    if (!text.empty() && text.front() == '{') {
        std::size_t const colon = text.find(':');
        std::size_t const open = colon == std::string::npos ? colon : text.find('\'', colon);
        std::size_t const close = open == std::string::npos ? open : text.find('\'', open + 1);
        if (close == std::string::npos) return std::nullopt;
        return text.substr(open + 1, close - open - 1);
    }
    if (text.starts_with("W/")) text.erase(0, 2);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        text = text.substr(1, text.size() - 2);
    return text;
}

std::string etag_text(std::uint64_t etag) {
    std::string bytes(8, '\0');
    for (std::size_t i = 8; i-- > 0; etag >>= 8) bytes[i] = static_cast<char>(etag & 0xFFU);
    return base64_encode(bytes);
}

http::Response rp_refusal(Plane& plane, Call const& call, int number, std::string message) {
    return rp_error({number, std::move(message)}, call.now.wall, plane.random);
}

http::Response hub_busy(Plane& plane, Call const& call, record::HubResource const& hub) {
    return rp_refusal(plane, call, 409002,
                      hub.name() + " is not currently in Active state. Try the request again "
                                   "after it is in Active state.");
}

std::string hub_id(record::HubResource const& hub) {
    return "/subscriptions/" + hub.subscription() + "/resourceGroups/" + hub.group() +
           "/providers/Microsoft.Devices/IotHubs/" + hub.name();
}

void add_operation_headers(http::Response& response, Plane const& plane, Call const& call,
                           std::string const& operation_id, bool location) {
    auto const* operation = plane.ledger.model().operation(operation_id);
    TANDEM_ASSERT(operation != nullptr, "an operation just begun is not recorded");
    std::string const url = call.base_url + "/subscriptions/" +
                            percent_encode(operation->subscription()) +
                            "/providers/Microsoft.Devices/locations/" +
                            percent_encode(operation->location()) + "/operationResults/" +
                            operation_id + "?api-version=" + call.api_version +
                            "&operationSource=os_ih";
    response.headers.add("Azure-AsyncOperation", url + "&asyncinfo");
    if (location) response.headers.add("Location", url);
    response.headers.add("Retry-After", running(*operation) ? "1" : "0");
}

}  // namespace tandem::control
