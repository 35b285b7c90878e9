#include "app/control_places.hpp"

namespace tandem::app {

namespace {
constexpr Duration answer_wait_max = 10s;
}

std::vector<ControlPlace> control_places(Installation const& it) {
    std::vector<ControlPlace> places;
    places.push_back({.address = it.address,
                      .port = it.control_port,
                      .host = it.address == "127.0.0.1" ? "localhost" : it.address,
                      .url = it.control_url()});
    for (auto const& region : it.regions)
        places.push_back({.address = region.address,
                          .port = it.control_port,
                          .host = region.address,
                          .url = it.control_url_at(region)});
    return places;
}

HttpsClient client_of(Installation const& it, ControlPlace const& place) {
    return HttpsClient{{.address = place.address,
                        .port = place.port,
                        .host = place.host,
                        .ca_file = it.ca_file(),
                        .wait_max = answer_wait_max}};
}

bool is_elsewhere(int status, std::string const& body) {
    return status == 503 && (body.find("ManagementPlaneElsewhere") != std::string::npos ||
                             body.find("ManagementPlaneNotReady") != std::string::npos);
}

Result<ControlPlace> find_control(Installation const& it) {
    std::string said;
    for (auto const& place : control_places(it)) {
        http::ClientRequest request;
        request.method = "GET";
        request.target = "/metadata/endpoints?api-version=2019-05-01";
        auto const answer = client_of(it, place).send(std::move(request));
        if (answer.ok() && !is_elsewhere(answer->status, answer->body)) return place;
        said += (said.empty() ? "" : "; ") + place.url + ": " +
                (answer.ok() ? answer->body : answer.error().detail);
    }
    return Error{Errc::unavailable, "no control process holds the management plane: " + said};
}

}  // namespace tandem::app
