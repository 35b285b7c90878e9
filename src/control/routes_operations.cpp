// What clients poll while a long-running operation runs.
// Source  management-plane contract 1.5, 1.6. Retry-After stands on answers only, never on errors.
#include "control/router.hpp"

namespace tandem::control {

namespace {

record::ManagementOperation const* called_operation(Plane& plane, Call const& call) {
    auto const* operation = plane.ledger.model().operation(call.arg("operation"));
    if (operation == nullptr || !equal_ci(operation->subscription(), call.arg("subscription")))
        return nullptr;
    return operation;
}

http::Response operation_not_found(Call const& call) {
    return arm_error(404, "OperationNotFound",
                     "There is no operation '" + call.arg("operation") + "'.");
}

std::string own_url(Call const& call) { return call.base_url + call.request.target; }

json::object error_of(record::ManagementOperation const& operation) {
    return json::object{{"code", operation.error_code()}, {"message", operation.error_message()}};
}

/// With `asyncinfo`: the status document. Without: the final result, 202 until there is one.
Answer get_result(Plane& plane, Call const& call) {
    auto const* operation = called_operation(plane, call);
    if (operation == nullptr) return operation_not_found(call);
    bool const is_running = running(*operation);
    bool const failed = operation->status() == status_failed;
    if (call.request.query_value("asyncinfo") != nullptr) {
        json::object body{{"status", operation->status()}};
        if (failed) body["error"] = error_of(*operation);
        http::Response response = json_answer(200, body);
        response.headers.add("Retry-After", is_running ? "1" : "0");
        return response;
    }
    if (failed)
        return json_answer(409, json::object{{"error", error_of(*operation)}});
    http::Response response = empty_answer(is_running ? 202 : 200);
    response.headers.add("Location", own_url(call));
    response.headers.add("Retry-After", is_running ? "1" : "0");
    return response;
}

/// Of a group's deletion: 202 while it runs, 200 with nothing at the end.
Answer get_group_result(Plane& plane, Call const& call) {
    auto const* operation = called_operation(plane, call);
    if (operation == nullptr) return operation_not_found(call);
    bool const is_running = running(*operation);
    http::Response response = empty_answer(is_running ? 202 : 200);
    if (is_running) {
        response.headers.add("Location", own_url(call));
        response.headers.add("Retry-After", "1");
    }
    return response;
}

}  // namespace

std::vector<Route> operation_routes() {
    return {
        {"GET",
         "subscriptions/{subscription}/providers/Microsoft.Devices/locations/{location}/"
         "operationResults/{operation}",
         get_result},
        {"GET",
         "subscriptions/{subscription}/providers/Microsoft.Devices/operationResults/{operation}",
         get_result},
        {"GET", "subscriptions/{subscription}/operationresults/{operation}", get_group_result},
    };
}

}  // namespace tandem::control
