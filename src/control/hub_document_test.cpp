#include "control/hub_document.hpp"

#include "control/test_rig.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

namespace tandem::control {
namespace {

using test::Rig;

std::set<std::string> keys_of(json::object const& object) {
    std::set<std::string> keys;
    for (auto const& member : object) keys.emplace(member.key());
    return keys;
}

/// The lines of a recording of the real service, or nothing when the shared inputs are not here.
std::vector<json::object> recorded(char const* name) {
    namespace fs = std::filesystem;
    std::vector<fs::path> places;
    if (char const* shared = std::getenv("TANDEM_SHARED")) places.emplace_back(shared);
    fs::path const source{__FILE__};
    places.push_back(source.parent_path() / "../../../shared");
    for (auto const& place : places) {
        std::ifstream file{place / "spec/recorded" / name};
        std::vector<json::object> lines;
        for (std::string line; std::getline(file, line);)
            lines.push_back(json::parse(line).as_object());
        if (!lines.empty()) return lines;
    }
    return {};
}

json::object const& at(json::object const& object, char const* name) {
    return object.at(name).as_object();
}

/// The first recorded answer to `method` on a path that ends in `ending`, with that status.
std::optional<json::object> first(std::vector<json::object> const& lines, std::string const& method,
                                  std::string const& ending, int status) {
    for (auto const& line : lines) {
        auto const& request = at(line, "request");
        auto const& response = at(line, "response");
        std::string url{request.at("url").as_string()};
        url = url.substr(0, url.find('?'));
        std::size_t const hub = url.find("/IotHubs/");
        if (hub == std::string::npos) continue;
        std::size_t const slash = std::min(url.find('/', hub + 9), url.size());
        if (url.substr(slash) != ending) continue;
        if (request.at("method").as_string() != method) continue;
        if (response.at("status").as_int64() != status) continue;
        if (!response.at("body").is_object()) continue;
        return response.at("body").as_object();
    }
    return std::nullopt;
}

void expect_superset(std::set<std::string> const& ours, std::set<std::string> const& theirs,
                     std::set<std::string> const& left_out) {
    for (auto const& key : theirs)
        EXPECT_TRUE(left_out.contains(key) || ours.contains(key)) << key;
}

TEST(HubDocument, HasWhatTheRealOneHas) {
    auto const lines = recorded("hub-lifecycle-and-failover-2023.jsonl");
    auto const theirs = first(lines, "GET", "", 200);
    if (!theirs) GTEST_SKIP() << "the recordings are not here";
    Rig rig;
    rig.ready();
    rig.create_hub();
    auto const ours = rig.hub();
    expect_superset(keys_of(ours), keys_of(*theirs), {});
    // Fixed by the client at creation, or of a feature that we do not have.
    expect_superset(keys_of(at(ours, "properties")), keys_of(at(*theirs, "properties")),
                    {"minTlsVersion", "rootCertificate"});
    EXPECT_EQ(keys_of(at(at(at(ours, "properties"), "eventHubEndpoints"), "events")),
              keys_of(at(at(at(*theirs, "properties"), "eventHubEndpoints"), "events")));
    EXPECT_EQ(keys_of(at(ours, "sku")), keys_of(at(*theirs, "sku")));
}

TEST(HubDocument, PartsHaveTheRecordedShape) {
    auto const lines = recorded("hub-lifecycle-and-failover-2023.jsonl");
    if (lines.empty()) GTEST_SKIP() << "the recordings are not here";
    Rig rig;
    rig.ready();
    rig.create_hub();
    auto const same = [&](char const* method, char const* ending) {
        auto const theirs = first(lines, method, ending, 200);
        ASSERT_TRUE(theirs) << ending;
        auto const ours = Rig::object(rig.ask(method, Rig::hub_path("hub", ending)));
        EXPECT_EQ(keys_of(ours), keys_of(*theirs)) << ending;
        if (!theirs->contains("value")) return;
        EXPECT_EQ(keys_of(ours.at("value").as_array().at(0).as_object()),
                  keys_of(theirs->at("value").as_array().at(0).as_object()))
            << ending;
    };
    same("POST", "/listkeys");
    same("POST", "/IotHubKeys/iothubowner/listkeys");
    same("GET", "/skus");
    same("GET", "/quotaMetrics");
    same("GET", "/IotHubStats");
    same("GET", "/eventHubEndpoints/events/ConsumerGroups");
}

TEST(HubDocument, ErrorsHaveTheRecordedFieldsAsTexts) {
    Rig rig;
    rig.ready();
    auto const refused = rig.ask("PUT", Rig::hub_path("hub"),
                                 R"({"location":"westus2","sku":{"name":"F1","capacity":1},
        "properties":{"eventHubEndpoints":{"events":{"partitionCount":4}}}})");
    EXPECT_EQ(refused.status, 400);
    auto const body = Rig::object(refused);
    EXPECT_EQ(find_string(body, "code"), "400016");
    EXPECT_EQ(find_string(body, "httpStatusCode"), "400");
    EXPECT_EQ(find_string(body, "message").value_or("").find(
                  "Invalid PartitionCount 4 - value must be between 2 and 2."),
              0U);
    auto const tls = rig.ask("PUT", Rig::hub_path("hub"),
                             R"({"location":"westus2","sku":{"name":"S1"},
        "properties":{"minTlsVersion":"2.5"}})");
    EXPECT_EQ(find_string(Rig::object(tls), "code"), "400089");
}

TEST(HubDocument, EnumsAreTakenInAnyCaseAndShownCanonically) {
    Rig rig;
    rig.ready();
    auto const response = rig.ask(
        "PUT", Rig::hub_path("hub"), R"({"location":"West US 2","sku":{"name":"s1","capacity":1},
        "properties":{"routing":{"routes":[{"name":"r","source":"devicemessages",
          "endpointNames":["events"],"isEnabled":true}]}}})");
    ASSERT_EQ(response.status, 201);
    auto const hub = rig.hub();
    EXPECT_EQ(find_string(at(hub, "sku"), "name"), "S1");
    EXPECT_EQ(find_string(hub, "location"), "westus2");
    auto const& routes = at(at(hub, "properties"), "routing").at("routes").as_array();
    EXPECT_EQ(find_string(routes.at(0).as_object(), "source"), "DeviceMessages");
}

TEST(HubDocument, HubWithoutPairHasOneLocation) {
    Rig rig;
    rig.ready();
    rig.ask("PUT", Rig::hub_path("alone"), R"({"location":"lonely","sku":{"name":"S1"}})");
    auto const hub = rig.hub("alone");
    EXPECT_EQ(at(hub, "properties").at("locations").as_array().size(), 1U);
}

TEST(HubDocument, PathsAndVersions) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    EXPECT_EQ(rig.ask("GET", "/SUBSCRIPTIONS/SUB/resourcegroups/RG/Providers/microsoft.devices//"
                             "iothubs/HUB?API-VERSION=2021-07-02")
                  .status,
              200);
    EXPECT_EQ(rig.ask("GET", "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Devices/"
                             "IotHubs/hub")
                  .status,
              400);
    EXPECT_EQ(rig.ask("GET", "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Devices/"
                             "IotHubs/hub?api-version=2014-01-01")
                  .status,
              400);
    auto const missing = rig.ask("GET", Rig::hub_path("nothing"));
    EXPECT_EQ(missing.status, 404);
    EXPECT_NE(missing.body.find("\"ResourceNotFound\""), std::string::npos);
    EXPECT_EQ(rig.ask("POST", Rig::hub_path("nothing", "/exportDevices"), "{}").status, 404);
}

}  // namespace
}  // namespace tandem::control
