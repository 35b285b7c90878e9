#include "gateway/mqtt/login.hpp"

#include "base/limits.hpp"
#include "codec/mqtt/property_bag.hpp"
#include "codec/mqtt/topic.hpp"
#include "gateway/mqtt/telemetry.hpp"

#include <algorithm>
#include <array>

namespace tandem::gateway {
namespace {

using mqtt::ConnackCode;

constexpr std::array<std::string_view, 13> api_versions{
    "2016-02-03", "2016-11-14", "2017-06-30", "2017-11-08-preview", "2018-04-01",
    "2018-06-30", "2019-03-30", "2019-10-01", "2020-03-13",         "2020-05-31-preview",
    "2020-09-30", "2021-04-12", "2021-06-01"};
constexpr std::size_t host_bytes_max = 255;
constexpr std::string_view device_id_marks = "-.+%_#*?!(),:=@$'";

bool device_id_valid(std::string_view id) {
    auto const allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               device_id_marks.find(c) != std::string_view::npos;
    };
    return !id.empty() && id.size() <= limits::device_id_bytes_max &&
           std::all_of(id.begin(), id.end(), allowed);
}

std::string_view without_port(std::string_view host) {
    auto const colon = host.rfind(':');
    if (colon == std::string_view::npos) return host;
    bool const digits = host.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
    return digits ? host.substr(0, colon) : host;
}

std::string lower(std::string_view host) {
    std::string result{host};
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return result;
}

/// Reads what follows {hubHost}/{deviceId} in the user name.
std::optional<ConnackCode> read_parameters(std::string_view text, Login& login) {
    if (text.starts_with('/')) text.remove_prefix(1);
    mqtt::PropertyBagReader parameters{text};
    while (auto const parameter = parameters.next()) {
        auto const value = parameter->value.value_or("");
        if (parameter->name == "api-version") {
            bool const known =
                std::find(api_versions.begin(), api_versions.end(), value) != api_versions.end();
            if (!known) return ConnackCode::unacceptable_protocol;
        } else if (parameter->name == "model-id" || parameter->name == "digital-twin-model-id") {
            login.model_id.clear();
            if (value.size() > limits::model_id_bytes_max ||
                !mqtt::decode_bag_text(value, login.model_id)) {
                return ConnackCode::bad_credentials;
            }
        }
    }
    return std::nullopt;
}

std::optional<ConnackCode> read_user_name(std::string_view name, std::string_view client_id,
                                          Login& login) {
    auto const slash = name.find('/');
    if (slash == 0 || slash == std::string_view::npos || slash > host_bytes_max) {
        return ConnackCode::bad_credentials;
    }
    login.hub_host = lower(without_port(name.substr(0, slash)));
    name.remove_prefix(slash + 1);
    if (!device_id_valid(client_id) || !name.starts_with(client_id)) {
        return ConnackCode::identifier_rejected;
    }
    name.remove_prefix(client_id.size());
    bool const ends_here = name.empty() || name == "/" || name.starts_with("/?") ||
                           name.starts_with("/api-version=");
    if (!ends_here) return ConnackCode::identifier_rejected;
    login.device.value = client_id;
    return read_parameters(name, login);
}

std::optional<ConnackCode> read_will(mqtt::Will const& will, Login& login) {
    auto const bag = mqtt::telemetry_bag(will.topic, mqtt::telemetry_prefix(login.device.value));
    if (!bag) return ConnackCode::not_authorized;
    record::Telemetry& message = login.will.emplace();
    message.set_body(will.payload.data(), will.payload.size());
    if (!read_properties({.bag = *bag, .retain = will.retain}, message)) {
        return ConnackCode::not_authorized;
    }
    auto* const mark = message.add_properties();
    mark->set_name("iothub-MessageType");
    mark->set_value("Will");
    return std::nullopt;
}

}  // namespace

std::variant<Login, ConnackCode> read_login(mqtt::Connect const& connect) {
    if (!connect.username) return ConnackCode::bad_credentials;
    Login login;
    if (auto const refusal = read_user_name(*connect.username, connect.client_id, login)) {
        return *refusal;
    }
    if (connect.will) {
        if (auto const refusal = read_will(*connect.will, login)) return *refusal;
    }
    login.sas = connect.password.value_or("");
    login.clean = connect.clean;
    login.keep_alive = connect.keep_alive;
    return login;
}

}  // namespace tandem::gateway
