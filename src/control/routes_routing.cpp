// Message routing: trying routes on a message, and the health of custom endpoints.
// Source  management-plane contract 1.2; the language: hub/condition.hpp.
#include "control/hub_path.hpp"
#include "control/router.hpp"
#include "control/routing.hpp"

#include "hub/condition.hpp"

#include <algorithm>

namespace tandem::control {

namespace {

/// The message of a test, owned.
struct Sample {
    hub::MessageFacts::Properties application;
    hub::MessageFacts::Properties system;
    std::optional<json::value> body;
    json::object twin;

    hub::MessageFacts facts() const {
        return {&application, &system, body ? &*body : nullptr, &twin};
    }
};

hub::MessageFacts::Properties read_properties(json::object const& message, char const* name) {
    hub::MessageFacts::Properties properties;
    json::object const* sent = find_object(message, name);
    if (sent == nullptr) return properties;
    for (auto const& member : *sent) {
        std::string_view key{member.key().data(), member.key().size()};
        if (key.starts_with('$') && equal_ci(name, "systemProperties")) key.remove_prefix(1);
        json::value const& value = member.value();
        properties.emplace_back(key, value.is_string() ? std::string{value.get_string()}
                                                       : render_json(value));
    }
    return properties;
}

std::string property(hub::MessageFacts::Properties const& properties, char const* name) {
    for (auto const& [key, value] : properties)
        if (equal_ci(key, name)) return value;
    return {};
}

Sample read_sample(json::object const& body) {
    Sample sample;
    if (json::object const* message = find_object(body, "message")) {
        sample.application = read_properties(*message, "appProperties");
        sample.system = read_properties(*message, "systemProperties");
        // The body comes as a text, whatever encoding the message would have.
        std::string const encoding = property(sample.system, "contentEncoding");
        bool const known = equal_ci(encoding, "utf-8") || equal_ci(encoding, "utf-16") ||
                           equal_ci(encoding, "utf-32");
        if (auto const text = find_string(*message, "body"); text && known)
            sample.body =
                hub::routed_body(*text, property(sample.system, "contentType"), "utf-8");
    }
    if (json::object const* twin = find_object(body, "twin")) sample.twin = *twin;
    return sample;
}

json::object position(hub::TextPosition at) {
    return json::object{{"line", at.line}, {"column", at.column}};
}

json::object compilation_error(hub::CompileError const& error) {
    return json::object{
        {"message", error.message},
        {"severity", "error"},
        {"location",
         json::object{{"start", position(error.start)}, {"end", position(error.end)}}}};
}

Answer test_new(Plane& plane, Call const& call) {
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    json::object const* route = find_object(body, "route");
    if (route == nullptr) return rp_refusal(plane, call, 400966, "The route is required.");
    std::string const source = find_string(*route, "source").value_or("DeviceMessages");
    if (!routing_source(source))
        return rp_refusal(plane, call, 400966, "The source '" + source + "' is unknown.");
    auto const compiled =
        hub::Condition::compile(find_string(*route, "condition").value_or("true"));
    if (auto const* error = std::get_if<hub::CompileError>(&compiled)) {
        json::array errors;
        errors.push_back(compilation_error(*error));
        json::object details{{"compilationErrors", std::move(errors)}};
        return json_answer(200,
                           json::object{{"result", "undefined"}, {"details", std::move(details)}});
    }
    Sample const sample = read_sample(body);
    switch (std::get<hub::Condition>(compiled).evaluate(sample.facts())) {
        case hub::Verdict::yes: return json_answer(200, json::object{{"result", "true"}});
        case hub::Verdict::no: return json_answer(200, json::object{{"result", "false"}});
        case hub::Verdict::undefined: break;
    }
    return json_answer(200, json::object{{"result", "undefined"}});
}

Answer test_all(Plane& plane, Call const& call) {
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    std::string const asked = find_string(body, "routingSource").value_or("DeviceMessages");
    auto const source = routing_source(asked);
    if (!source)
        return rp_refusal(plane, call, 400966, "The source '" + asked + "' is unknown.");
    Sample const sample = read_sample(body);
    json::object const document = stored_object(called_hub(plane, call)->document());
    json::object const* properties = find_object(document, "properties");
    json::object const* routing = properties ? find_object(*properties, "routing") : nullptr;
    json::value const* routes = routing ? find(*routing, "routes") : nullptr;
    json::array matched;
    if (routes != nullptr && routes->is_array())
        for (json::value const& one : routes->get_array()) {
            json::object const* route = one.if_object();
            if (route == nullptr || !find_bool(*route, "isEnabled").value_or(true)) continue;
            if (!equal_ci(find_string(*route, "source").value_or(""), *source)) continue;
            auto const compiled =
                hub::Condition::compile(find_string(*route, "condition").value_or("true"));
            auto const* condition = std::get_if<hub::Condition>(&compiled);
            if (condition && condition->evaluate(sample.facts()) == hub::Verdict::yes)
                matched.push_back(json::object{{"properties", *route}});
        }
    return json_answer(200, json::object{{"routes", std::move(matched)}});
}

Answer test_routes(Plane& plane, Call const& call) {
    if (auto refused = refuse_hub(plane, call)) return refused;
    std::string const& which = call.arg("which");
    if (equal_ci(which, "$testnew") || equal_ci(which, "%24testnew")) return test_new(plane, call);
    if (equal_ci(which, "$testall") || equal_ci(which, "%24testall")) return test_all(plane, call);
    return arm_error(404, "NotFound", "There is nothing at this address.");
}

/// Nothing is delivered to custom endpoints, so nothing is known of them.
Answer get_endpoint_health(Plane& plane, Call const& call) {
    if (auto refused = refuse_hub(plane, call)) return refused;
    json::object const document = stored_object(called_hub(plane, call)->document());
    json::object const* properties = find_object(document, "properties");
    json::object const* routing = properties ? find_object(*properties, "routing") : nullptr;
    json::array values;
    if (routing != nullptr)
        for (json::object const* endpoint : custom_endpoints(*routing))
            values.push_back(
                json::object{{"endpointId", find_string(*endpoint, "name").value_or("")},
                             {"healthStatus", "unknown"}});
    return json_answer(200, json::object{{"value", std::move(values)}});
}

}  // namespace

std::vector<Route> routing_routes() {
    constexpr Access b = Access::bearer;
    constexpr Api d = Api::devices;
    return {
        {"POST", TANDEM_HUB_PATH "/routing/routes/{which}", test_routes, b, d},
        {"GET", TANDEM_HUB_PATH "/routingEndpointsHealth", get_endpoint_health, b, d},
    };
}

}  // namespace tandem::control
