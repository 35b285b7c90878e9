#include "control/elsewhere.hpp"

#include "control/answer.hpp"

#include <utility>

namespace tandem::control {

namespace {

constexpr std::string_view region_prefix = "control-";

http::Response elsewhere(Plane const& plane) {
    Replication const& replication = plane.ledger.replication();
    std::string const site = control_site_name(replication.holder());
    auto const known = plane.options.site_urls.find(replication.holder());
    std::string const url = known == plane.options.site_urls.end() ? "" : known->second;
    http::Response response =
        arm_error(503, "ManagementPlaneElsewhere",
                  "The management plane is held by '" + site + "'" +
                      (url.empty() ? "." : ", at " + url + "."));
    json::object body = stored_object(response.body);
    json::object& error = need_object(body, "error");
    error["site"] = site;
    if (!url.empty()) error["url"] = url;
    response.body = json::serialize(body);
    return response;
}

http::Response not_ready(Plane const& plane) {
    return arm_error(503, "ManagementPlaneNotReady",
                     "The management plane is being brought up; it waits for: " +
                         plane.ledger.replication().waits_for() + ".");
}

}  // namespace

bool only_reads(http::Request const& request) {
    if (request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS")
        return true;
    // A sign-in is as good as a read: nobody misses it if it is lost.
    return !request.path.empty() && equal_ci(request.path.back(), "token");
}

std::optional<http::Response> refuse_now(Plane const& plane, http::Request const& request,
                                         bool reads, Now now) {
    Replication const& replication = plane.ledger.replication();
    bool const health = request.path.size() == 1 && equal_ci(request.path.front(), "health");
    if (health || replication.accepts(now)) return std::nullopt;
    if (replication.active()) {
        if (reads) return std::nullopt;
        return arm_error(503, "ManagementPlaneNotSafe",
                         "No region's copy of the management plane's records can be reached: "
                         "nothing can be changed now.");
    }
    if (replication.role() == Replication::Role::passive) return elsewhere(plane);
    bool const plain_read = request.method == "GET" || request.method == "HEAD";
    if (replication.readable(now) && plain_read) return std::nullopt;
    return not_ready(plane);
}

std::string control_site_name(std::string const& site) {
    if (site.starts_with(region_prefix)) return site.substr(region_prefix.size());
    return site == "witness" ? "control" : site;
}

json::object render_management(Plane const& plane, Now now) {
    Replication const& replication = plane.ledger.replication();
    json::array copies;
    for (auto const& copy : replication.standings(now))
        copies.push_back(json::object{
            {"region", copy.site.value},
            {"connected", copy.up},
            {"sequence", copy.sequence},
            {"behindSeconds", static_cast<double>(copy.behind.count()) / 1e6}});
    return json::object{{"site", control_site_name(replication.holder())},
                        {"term", replication.term()},
                        {"sequence", replication.sequence()},
                        {"safe", replication.accepts(now)},
                        {"copies", std::move(copies)}};
}

}  // namespace tandem::control
