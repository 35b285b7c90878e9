// Named cases of bad input to the management plane: names as paths, filters, documents.
#include "control/test_rig.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using test::Rig;

/// What must never name anything: traversal, separators of stored keys, controls, look-alikes.
std::vector<std::string> const bad_names = {
    "..",         "...",       "a..",         "..%2f..",      "%2e%2e",     "%252e%252e",
    "a%00b",      "a\\b",      "a%5cb",       "hub.",         "hub%2fother", "a b",
    "h\xc3\xbc" "b", "\xd0\xb0" "bc", "m%2fhub", "a;b",       "a'b",        std::string(200, 'a'),
    "-hub",       "hub-",      "12345",       "%e2%80%ae" "x"};

TEST(ManagementPlane, BadInput35NamesInPathsReachNothingElse) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    // Refusals are noted in the audit log; nothing else may be stored.
    auto const stored = [&rig] {
        auto all = rig.store.meta;
        std::erase_if(all, [](auto const& entry) { return entry.first.starts_with("m/audit/"); });
        return all;
    };
    auto const before = stored();
    for (std::string const& name : bad_names) {
        auto const made = rig.ask("PUT", Rig::hub_path(name),
                                  R"({"location":"westus2","sku":{"name":"S1"}})");
        EXPECT_GE(made.status, 400) << name;
        EXPECT_LT(made.status, 500) << name;
        for (char const* part : {"/certificates/", "/privateEndpointConnections/",
                                 "/eventHubEndpoints/events/ConsumerGroups/", "/jobs/"}) {
            if (name == "hub." || name.front() == '-' || name.back() == '-' || name == "12345" ||
                name.find_first_not_of('.') == std::string::npos || name == "a..")
                continue;   // good names there
            auto const answer = rig.ask("PUT", Rig::hub_path("hub", part + name), "{}");
            EXPECT_GE(answer.status, 400) << part << name;
            EXPECT_LT(answer.status, 500) << part << name;
        }
    }
    EXPECT_EQ(stored(), before);
}

TEST(ManagementPlane, BadInput35GroupNamesAreCheckedToo) {
    Rig rig;
    rig.ready();
    for (char const* name : {"a%2fb", "a..", "a%00", "a\\b", "a b", "."}) {
        auto const made =
            rig.ask("PUT", std::string{"/subscriptions/sub/resourcegroups/"} + name +
                               "?api-version=2021-04-01",
                    R"({"location":"westus2"})");
        EXPECT_EQ(made.status, 400) << name;
    }
    // A key of one hub's part is never that of another's: names have no separator.
    rig.create_hub("aaa");
    rig.create_hub("aaa-b");
    EXPECT_EQ(rig.ask("GET", Rig::hub_path("aaa", "/certificates/b%2Fc")).status, 404);
}

TEST(ManagementPlane, BadInput30HostsInHeadersDoNotBecomeAddresses) {
    auto const base = [](char const* host, char const* forwarded) {
        http::Request request;
        if (host) request.headers.add("Host", host);
        if (forwarded) request.headers.add("X-Forwarded-Host", forwarded);
        return base_url_of(request, "https://fallback");
    };
    EXPECT_EQ(base("a.example:8443", nullptr), "https://a.example:8443");
    for (char const* host :
         {"", "a b", "a/../b", "a\r\nX: y", "user@a", "a?b", "a#b", "\"", "a%0d"})
        EXPECT_EQ(base(host, host), "https://fallback") << host;
}

TEST(ManagementPlane, BadInput45NothingIsFetchedFromAddressesInDocuments) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    rig.sent.clear();
    // Endpoints are only kept: also those that point at metadata services and at ourselves.
    auto const made = rig.ask("PUT", Rig::hub_path("hub"), R"({"location":"westus2",
        "sku":{"name":"S1"},"properties":{"routing":{"endpoints":{"eventHubs":[{"name":"e",
        "authenticationType":"identityBased","endpointUri":"http://169.254.169.254/",
        "entityPath":"e"}]}}}})");
    EXPECT_EQ(made.status, 201) << made.body;
    for (auto const& [site, message] : rig.sent)
        EXPECT_EQ(message.SerializeAsString().find("169.254"), std::string::npos);
}

TEST(ManagementPlane, BadInput42DeepAndDoubleDocumentsAreRefused) {
    Rig rig;
    rig.ready();
    std::string const deep = std::string(5000, '[') + std::string(5000, ']');
    EXPECT_EQ(rig.ask("PUT", Rig::hub_path("hub"), "{\"tags\":" + deep + "}").status, 400);
    EXPECT_EQ(rig.ask("PUT", Rig::hub_path("hub"), R"({"sku":1,"sku":2})").status, 400);
    EXPECT_EQ(rig.ask("PUT", Rig::hub_path("hub"), R"({"sku":{"name":"S1","capacity":1e400}})")
                  .status,
              400);
}

}  // namespace
}  // namespace tandem::control
