#include "app/management.hpp"

#include "app/https_client.hpp"
#include "app/quickstart.hpp"
#include "codec/percent.hpp"
#include "identity/sas.hpp"

#include <boost/json.hpp>

namespace tandem::app {

namespace json = boost::json;

namespace {

json::value parse(std::string const& text) {
    boost::system::error_code failed;
    auto value = json::parse(text, failed);
    return failed ? json::value{} : value;
}

}  // namespace

Management::Management(Installation const& installation, ControlPlace place, std::string token)
    : installation_(installation), place_(std::move(place)), token_(std::move(token)) {}

Result<Management> Management::sign_in(Installation const& installation,
                                       std::string const& client_id,
                                       std::string const& client_secret) {
    TANDEM_TRY(auto const place, find_control(installation));
    http::ClientRequest request;
    request.method = "POST";
    request.target = "/" + installation.tenant + "/oauth2/v2.0/token";
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    request.body = "grant_type=client_credentials&client_id=" + percent_encode(client_id) +
                   "&client_secret=" + percent_encode(client_secret) +
                   "&scope=" + percent_encode("https://management.azure.com/.default");
    TANDEM_TRY(auto const response, client_of(installation, place).send(std::move(request)));
    auto const body = parse(response.body);
    auto const* object = body.if_object();
    auto const* token = object != nullptr ? object->if_contains("access_token") : nullptr;
    if (response.status != 200 || token == nullptr || !token->is_string())
        return Error{Errc::unauthorized, "control refused the sign-in: " + response.body};
    return Management{installation, place, std::string{token->as_string()}};
}

Result<Management> Management::open(fs::path const& data_dir) {
    TANDEM_TRY(auto const installation, load_installation(data_dir));
    TANDEM_TRY(auto const quickstart, load_quickstart(data_dir));
    return sign_in(installation, quickstart.client_id, quickstart.client_secret);
}

Result<Management::Answer> Management::send(std::string method, std::string const& target,
                                            std::string body) const {
    http::ClientRequest request;
    request.method = std::move(method);
    request.target = target;
    request.headers.add("Authorization", "Bearer " + token_);
    if (!body.empty()) request.headers.add("Content-Type", "application/json");
    request.body = std::move(body);
    bool const repeatable = request.method == "GET";
    auto response = client_of(installation_, place_).send(request);
    bool const moved = response.ok() ? is_elsewhere(response->status, response->body) : repeatable;
    if (moved) {
        TANDEM_TRY(place_, find_control(installation_));
        response = client_of(installation_, place_).send(std::move(request));
    }
    if (!response.ok()) return response.error();
    return Answer{response->status, parse(response->body), response->body};
}

Result<Management::Answer> Management::get(std::string const& target) const {
    return send("GET", target, {});
}
Result<Management::Answer> Management::post(std::string const& target,
                                            std::string const& body) const {
    return send("POST", target, body);
}
Result<Management::Answer> Management::patch(std::string const& target,
                                             std::string const& body) const {
    return send("PATCH", target, body);
}

Result<Management::Answer> Management::put(std::string const& target,
                                           std::string const& body) const {
    return send("PUT", target, body);
}
Result<Management::Answer> Management::remove(std::string const& target) const {
    return send("DELETE", target, {});
}

Result<http::Response> call_hub(Installation const& it, ServiceAccess const& access,
                                std::string method, std::string const& target, std::string body,
                                WallTime now) {
    http::ClientRequest request;
    request.method = std::move(method);
    request.target = target;
    request.headers.add("Authorization",
                        identity::make_sas("localhost", access.key, now + 1h, access.policy));
    if (!body.empty()) request.headers.add("Content-Type", "application/json; charset=utf-8");
    request.body = std::move(body);
    HttpsClient const edge{{.address = it.address,
                            .port = it.edge_ports.https,
                            .host = "localhost",
                            .ca_file = it.ca_file()}};
    return edge.send(std::move(request));
}

std::string error_text(Management::Answer const& answer) {
    auto const* object = answer.body.if_object();
    if (object != nullptr) {
        if (auto const* inner = object->if_contains("error");
            inner != nullptr && inner->is_object())
            object = &inner->as_object();
        if (auto const* message = object->if_contains("message");
            message != nullptr && message->is_string())
            return std::string{message->as_string()};
    }
    return "status " + std::to_string(answer.status) + " " + answer.text;
}

}  // namespace tandem::app
