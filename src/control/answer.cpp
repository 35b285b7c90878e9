#include "control/answer.hpp"

#include "control/text.hpp"

namespace tandem::control {

http::Response json_answer(int status, json::value const& body) {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json; charset=utf-8");
    response.headers.add("Cache-Control", "no-cache");
    response.body = json::serialize(body);
    return response;
}

http::Response empty_answer(int status) {
    http::Response response;
    response.status = status;
    response.headers.add("Cache-Control", "no-cache");
    return response;
}

http::Response arm_error(int status, std::string_view code, std::string_view message) {
    json::object error;
    error["code"] = json::string_view{code.data(), code.size()};
    error["message"] = json::string_view{message.data(), message.size()};
    http::Response response = json_answer(status, json::object{{"error", std::move(error)}});
    response.headers.add("x-ms-failure-cause", "gateway");
    return response;
}

http::Response rp_error(Refusal const& refusal, WallTime now, ports::Random& random) {
    std::string const number = std::to_string(refusal.number);
    json::object body;
    body["code"] = number;
    body["httpStatusCode"] = std::to_string(refusal.status());
    body["message"] = refusal.message +
                      " If you contact a support representative please include this correlation "
                      "identifier: " + random_guid(random) + ", timestamp: " +
                      iso8601_seconds(now) + ", errorcode: IH" + number + ".";
    return json_answer(refusal.status(), std::move(body));
}

}  // namespace tandem::control
