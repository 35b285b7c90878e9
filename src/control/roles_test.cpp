// Who may do what on the management plane, and that refusals tell nothing.
#include "control/roles.hpp"
#include "control/test_rig.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using test::Rig;

constexpr char const* subscription = "/subscriptions/sub";
constexpr char const* group = "/subscriptions/sub/resourceGroups/rg";
constexpr char const* hub =
    "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Devices/IotHubs/hub";
constexpr char const* api = "?api-version=2022-04-01";

std::string assignment_path(std::string const& scope, int number) {
    return scope + "/providers/Microsoft.Authorization/roleAssignments/"
                   "00000000-0000-0000-0000-00000000000" + std::to_string(number) + api;
}
std::string assignment_body(std::string const& role, std::string const& principal) {
    return R"({"properties":{"roleDefinitionId":"/subscriptions/sub/providers/)"
           R"(Microsoft.Authorization/roleDefinitions/)" + role + R"(","principalId":")" +
           principal + "\"}}";
}

/// A hub, and a service principal `app` besides the owner; both signed in.
class Roles : public ::testing::Test {
protected:
    Roles() {
        rig.ready();
        rig.create_hub();
        rig.pass(1s);
        owner = rig.token;
        auto const made = rig.ask("PUT", "/tandem/v1/principals/app", "{}");
        app = sign_in("app", find_string(Rig::object(made), "secret").value_or(""));
    }
    std::string sign_in(std::string const& id, std::string const& secret) {
        auto const answer = rig.ask_token("grant_type=client_credentials&client_id=" + id +
                                          "&client_secret=" + secret);
        return find_string(Rig::object(answer), "access_token").value_or("");
    }
    http::Response as(std::string const& token, std::string const& method,
                      std::string const& target, std::string const& body = {}) {
        rig.token = token;
        auto answer = rig.ask(method, target, body);
        if (answer.status == 0) rig.pass(4s), answer = rig.answers[rig.last_request];
        rig.token = owner;
        return answer;
    }
    void give(char const* role, std::string const& scope, int number = 1) {
        auto const made =
            as(owner, "PUT", assignment_path(scope, number), assignment_body(role, "app"));
        ASSERT_EQ(made.status, 201) << made.body;
    }

    Rig rig;
    std::string owner, app;
};

struct Request {
    char const* method;
    std::string target;
    char const* body = "";
};

std::vector<Request> reads() {
    std::string const v = "?api-version=2023-06-30";
    return {{"GET", hub + v}, {"GET", hub + ("/IotHubStats" + v)}, {"GET", hub + ("/skus" + v)},
            {"GET", "/tandem/v1/hubs/hub"}, {"GET", "/tandem/v1/hubs/hub/failovers"}};
}
std::vector<Request> changes() {
    std::string const v = "?api-version=2023-06-30";
    return {{"PATCH", hub + v, "{\"tags\":{}}"},
            {"PUT", hub + v, "{\"location\":\"westus2\",\"sku\":{\"name\":\"S1\"}}"},
            {"POST", hub + ("/failover" + v), "{\"failoverRegion\":\"West Central US\"}"},
            {"PATCH", "/tandem/v1/hubs/hub", "{}"},
            {"POST", "/tandem/v1/hubs/hub/failover", "{}"},
            {"DELETE", hub + v}};
}
std::vector<Request> key_requests() {
    std::string const v = "?api-version=2023-06-30";
    return {{"POST", hub + ("/listkeys" + v)},
            {"POST", hub + ("/IotHubKeys/iothubowner/listkeys" + v)}};
}

TEST_F(Roles, WithoutARoleNothingIsAllowedAndListsAreEmpty) {
    for (auto const& all : {reads(), changes(), key_requests()})
        for (auto const& one : all) {
            auto const refused = as(app, one.method, one.target, one.body);
            EXPECT_EQ(refused.status, 403) << one.method << one.target;
            EXPECT_EQ(find_string(Rig::object(refused).at("error").as_object(), "code"),
                      "AuthorizationFailed");
        }
    EXPECT_EQ(Rig::object(as(app, "GET", "/subscriptions?api-version=2019-11-01"))
                  .at("value").as_array().size(), 0U);
    auto const status = Rig::object(as(app, "GET", "/tandem/v1/status"));
    EXPECT_EQ(status.at("hubs").as_array().size(), 0U);
    EXPECT_EQ(status.at("regions").as_array().size(), 0U);
    EXPECT_FALSE(status.contains("management"));
    EXPECT_EQ(as(app, "GET", "/tandem/v1/me").status, 200);
}

// bad-inputs 37: what a stranger is told does not depend on what there is
TEST_F(Roles, RefusalIsTheSameWhetherOrNotItExists) {
    std::vector<std::pair<std::string, std::string>> const pairs = {
        {"/subscriptions/sub/resourceGroups/rg", "/subscriptions/sub/resourceGroups/no"},
        {"/subscriptions/sub", "/subscriptions/no"},
        {hub, "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Devices/IotHubs/no"},
        {hub, "/subscriptions/sub/resourceGroups/no/providers/Microsoft.Devices/IotHubs/hub"}};
    auto const with_path_removed = [](http::Response const& answer, std::string const& path) {
        std::string text = answer.body;
        for (std::size_t at; (at = text.find(path)) != std::string::npos;)
            text.erase(at, path.size());
        return text;
    };
    for (auto const& [there, not_there] : pairs)
        for (char const* method : {"GET", "PUT", "DELETE", "PATCH"}) {
            std::string const v = "?api-version=2023-06-30";
            auto const one = as(app, method, there + v, "{}");
            auto const other = as(app, method, not_there + v, "{}");
            EXPECT_EQ(one.status, other.status) << method << not_there;
            EXPECT_GE(one.status, 403);
            EXPECT_EQ(with_path_removed(one, there), with_path_removed(other, not_there));
        }
    EXPECT_EQ(as(app, "GET", "/tandem/v1/hubs/hub").status, 403);
    EXPECT_EQ(as(app, "GET", "/tandem/v1/hubs/no").status, 403);
    EXPECT_EQ(as(app, "GET", "/tandem/v1/operations/no").status, 403);
    EXPECT_EQ(as(app, "GET", "/tandem/v1/principals/client").status, 403);
    EXPECT_EQ(as(app, "GET", "/tandem/v1/principals/no").status, 403);
    EXPECT_EQ(as(owner, "GET", "/tandem/v1/hubs/no").status, 404);
}

TEST_F(Roles, ReaderSeesEverythingButKeysAndChangesNothing) {
    give(role::reader, group);
    for (auto const& one : reads())
        EXPECT_EQ(as(app, one.method, one.target).status, 200) << one.target;
    for (auto const& all : {changes(), key_requests()})
        for (auto const& one : all)
            EXPECT_EQ(as(app, one.method, one.target, one.body).status, 403) << one.target;
    EXPECT_EQ(Rig::object(as(app, "GET", "/tandem/v1/status")).at("hubs").as_array().size(), 1U);
    EXPECT_EQ(as(app, "GET", "/tandem/v1/audit").status, 200);
    EXPECT_EQ(as(app, "PUT", assignment_path(group, 2), assignment_body(role::owner, "app")).status,
              403);
}

TEST_F(Roles, ContributorChangesAndSeesKeysAndGivesNoRoles) {
    give(role::contributor, hub);
    for (auto const& one : key_requests())
        EXPECT_EQ(as(app, one.method, one.target).status, 200) << one.target;
    EXPECT_EQ(as(app, "PATCH", "/tandem/v1/hubs/hub", "{\"goal\":\"region-sync\"}").status, 200);
    EXPECT_EQ(as(app, "PUT", assignment_path(hub, 2), assignment_body(role::owner, "app")).status,
              403);
    EXPECT_EQ(as(app, "DELETE", assignment_path(hub, 1)).status, 403);
    EXPECT_EQ(as(app, "GET", "/tandem/v1/principals").status, 403);
    // elsewhere it is nobody
    EXPECT_EQ(as(app, "GET", std::string{group} + "?api-version=2021-04-01").status, 403);
    EXPECT_EQ(as(app, "PUT", "/subscriptions/sub/resourceGroups/more?api-version=2021-04-01",
                 "{\"location\":\"westus2\"}").status, 403);
}

TEST_F(Roles, OwnerOfAScopeGivesRolesThereAndNotAbove) {
    give(role::owner, group);
    EXPECT_EQ(as(app, "PUT", assignment_path(hub, 2), assignment_body(role::reader, "app")).status,
              201);
    EXPECT_EQ(as(app, "PUT", assignment_path(subscription, 3),
                 assignment_body(role::reader, "app")).status, 403);
    EXPECT_EQ(as(app, "PUT", assignment_path("", 3), assignment_body(role::owner, "app")).status,
              403);
    EXPECT_EQ(as(app, "PUT", "/tandem/v1/principals/mine", "{}").status, 403);
}

TEST_F(Roles, ScopeEndsAtASegment) {
    give(role::reader, group);
    as(owner, "PUT", "/subscriptions/sub/resourceGroups/rg2?api-version=2021-04-01",
       "{\"location\":\"westus2\"}");
    EXPECT_EQ(as(app, "GET", "/subscriptions/sub/resourceGroups/rg2?api-version=2021-04-01").status,
              403);
    EXPECT_EQ(as(app, "GET", "/SUBSCRIPTIONS/SUB/RESOURCEGROUPS/RG?api-version=2021-04-01").status,
              200);
}

TEST_F(Roles, AssignmentTakenBackEndsTheRight) {
    give(role::reader, hub);
    EXPECT_EQ(as(app, "GET", "/tandem/v1/hubs/hub").status, 200);
    EXPECT_EQ(as(owner, "DELETE", assignment_path(hub, 1)).status, 200);
    EXPECT_EQ(as(owner, "DELETE", assignment_path(hub, 1)).status, 204);
    EXPECT_EQ(as(app, "GET", "/tandem/v1/hubs/hub").status, 403);
}

TEST_F(Roles, AssignmentsAreReadAsTheyWereWritten) {
    give(role::reader, hub);
    auto const read = Rig::object(as(owner, "GET", assignment_path(hub, 1)));
    auto const& properties = read.at("properties").as_object();
    EXPECT_EQ(find_string(properties, "principalId"), "app");
    EXPECT_EQ(find_string(properties, "scope"), hub);
    EXPECT_EQ(find_string(properties, "principalType"), "ServicePrincipal");
    auto const count = [&](std::string const& scope, std::string const& filter) {
        return Rig::object(as(owner, "GET", scope + "/providers/Microsoft.Authorization/roleAssignm"
                              "ents" + api + filter)).at("value").as_array().size();
    };
    EXPECT_EQ(count(subscription, ""), 3U);   // two owners above, one reader below
    EXPECT_EQ(count(subscription, "&$filter=principalId eq 'app'"), 1U);
    EXPECT_EQ(count(subscription, "&$filter=atScope()"), 2U);
    auto const put = [&](int number, char const* role, char const* principal) {
        return as(owner, "PUT", assignment_path(hub, number), assignment_body(role, principal));
    };
    EXPECT_EQ(put(1, role::owner, "app").status, 409);
    auto const again = put(1, role::reader, "app");
    EXPECT_EQ(again.status, 201) << "the same once more changes nothing";
    EXPECT_EQ(again.body, as(owner, "GET", assignment_path(hub, 1)).body);
    EXPECT_EQ(put(2, role::reader, "app").status, 409);
    EXPECT_EQ(put(2, "x", "app").status, 400);
    EXPECT_EQ(put(2, role::owner, "x").status, 400);
}

// a condition narrows a right: without it the right would be more than was given
TEST_F(Roles, AssignmentWithAConditionIsRefused) {
    auto const put = [&](std::string const& condition) {
        std::string body = assignment_body(role::owner, "app");
        body.insert(body.size() - 2,
                    R"(,"condition":)" + condition + R"(,"conditionVersion":"2.0")");
        return as(owner, "PUT", assignment_path(hub, 1), body).status;
    };
    EXPECT_EQ(put(R"("@Resource[x] StringEquals 'y'")"), 400);
    EXPECT_EQ(put("{}"), 400);
    EXPECT_EQ(put("7"), 400);
    EXPECT_EQ(as(app, "GET", "/tandem/v1/hubs/hub").status, 403);
    EXPECT_EQ(put("null"), 201);
}

TEST_F(Roles, ScopeIsTheWholePathAlsoWithAGroupNamedLikeTheProvider) {
    std::string const named = std::string{subscription} + "/resourceGroups/Microsoft.Authorization";
    as(owner, "PUT", named + "?api-version=2021-04-01", "{\"location\":\"westus2\"}");
    give(role::reader, named);
    auto const read = Rig::object(as(owner, "GET", assignment_path(named, 1)));
    EXPECT_EQ(find_string(read.at("properties").as_object(), "scope"), named);
    EXPECT_EQ(as(app, "GET", named + "?api-version=2021-04-01").status, 200);
}

TEST_F(Roles, DefinitionsAreFoundByNameAndByGuid) {
    std::string const all = std::string{subscription} +
                            "/providers/Microsoft.Authorization/roleDefinitions";
    auto const found = Rig::object(as(owner, "GET", all + api + "&$filter=roleName eq 'iot hub data"
                                      " reader'")).at("value").as_array();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(find_string(found[0].as_object(), "name"), role::data_reader);
    EXPECT_EQ(as(owner, "GET", all + "/" + role::owner + api).status, 200);
    EXPECT_EQ(as(owner, "GET", all + "/no" + api).status, 404);
    EXPECT_EQ(Rig::object(as(owner, "GET", all + api)).at("value").as_array().size(), 7U);
}

TEST_F(Roles, NewHubOfAnOldNameInheritsNoRoles) {
    give(role::reader, hub);
    rig.ask("DELETE", Rig::hub_path("hub"));
    rig.pass(7s);
    rig.create_hub();
    rig.pass(1s);
    ASSERT_EQ(as(owner, "GET", "/tandem/v1/hubs/hub").status, 200);
    EXPECT_EQ(as(app, "GET", "/tandem/v1/hubs/hub").status, 403);
}

TEST_F(Roles, NewHubOfAnOldNameHasNoHistory) {
    auto const failovers = [&] {
        return Rig::object(rig.ask("GET", "/tandem/v1/hubs/hub/failovers")).at("value")
            .as_array().size();
    };
    rig.fail_over("West Central US");
    rig.pass(2s);
    ASSERT_EQ(failovers(), 1U);
    rig.ask("DELETE", Rig::hub_path("hub"));
    rig.pass(7s);
    rig.create_hub();
    rig.pass(1s);
    EXPECT_EQ(failovers(), 0U);
}

TEST_F(Roles, DataRolesAreNoRolesOnTheManagementPlane) {
    give(role::data_contributor, hub);
    for (auto const& all : {reads(), changes(), key_requests()})
        for (auto const& one : all)
            EXPECT_EQ(as(app, one.method, one.target, one.body).status, 403) << one.target;
}

TEST_F(Roles, DeletedPrincipalHasNoTokenAndNoRoles) {
    give(role::owner, group);
    EXPECT_EQ(as(owner, "DELETE", "/tandem/v1/principals/app").status, 204);
    EXPECT_EQ(as(app, "GET", "/tandem/v1/me").status, 401);
    auto const again = as(owner, "PUT", "/tandem/v1/principals/app", "{}");
    std::string const young = sign_in("app", find_string(Rig::object(again), "secret").value());
    EXPECT_EQ(as(app, "GET", "/tandem/v1/me").status, 401);
    EXPECT_EQ(as(young, "GET", "/tandem/v1/me").status, 200);
    EXPECT_EQ(as(young, "GET", "/tandem/v1/hubs/hub").status, 403);
}

TEST_F(Roles, RenewedSecretEndsOldTokens) {
    auto const renewed = as(owner, "PUT", "/tandem/v1/principals/app", R"({"newSecret":true})");
    ASSERT_EQ(renewed.status, 200);
    EXPECT_EQ(as(app, "GET", "/tandem/v1/me").status, 401);
    EXPECT_FALSE(sign_in("app", find_string(Rig::object(renewed), "secret").value()).empty());
    // without asking for one, none is made and none is shown
    auto const named = as(owner, "PUT", "/tandem/v1/principals/app", R"({"name":"the app"})");
    EXPECT_EQ(named.body.find("secret"), std::string::npos);
}

TEST_F(Roles, LastOwnerStays) {
    EXPECT_EQ(as(owner, "DELETE", "/tandem/v1/principals/client").status, 204);
    auto const signed_in = rig.ask_token(
        "grant_type=password&client_id=p&username=admin&password=a+good+password");
    owner = find_string(Rig::object(signed_in), "access_token").value();
    auto const me = Rig::object(as(owner, "GET", "/tandem/v1/me"));
    EXPECT_EQ(as(owner, "DELETE", "/tandem/v1/principals/" + find_string(me, "id").value()).status,
              409);
    // and who was deleted does not come back with a restart
    rig.restart();
    EXPECT_TRUE(rig.sign_in().empty());
}

TEST_F(Roles, PrincipalsAreBoundedTexts) {
    for (char const* body :
         {R"({"kind":"god"})", R"({"name":"a\nb"})", R"({"kind":"user","password":"short"})",
          R"({"password":"a long enough password"})", R"([])", R"({"name":1,"kind":"user","x":)"})
        EXPECT_EQ(as(owner, "PUT", "/tandem/v1/principals/new", body).status, 400) << body;
    EXPECT_EQ(as(owner, "PUT", "/tandem/v1/principals/" + std::string(129, 'a'), "{}").status, 400);
    EXPECT_EQ(as(owner, "PUT", "/tandem/v1/principals/new",
                 R"({"kind":"user","name":"ADMIN"})").status, 409);
    auto const user = as(owner, "PUT", "/tandem/v1/principals/new",
                         R"({"kind":"user","name":"eve","password":"a long enough password"})");
    EXPECT_EQ(user.status, 201);
    EXPECT_EQ(user.body.find("password"), std::string::npos);
}

TEST_F(Roles, WhoDeletedTheOnlyThingTheyHadARoleOnSeesTheDeletionEnd) {
    give(role::contributor, hub);
    std::string const path = hub + std::string{"?api-version=2023-06-30"};
    auto const begun = as(app, "DELETE", path);
    ASSERT_EQ(begun.status, 202);
    std::string const url =
        begun.headers.find("Azure-AsyncOperation")->substr(std::string{"https://host:8443"}.size());
    rig.pass(150s);   // two sweeps
    EXPECT_EQ(as(owner, "GET", path).status, 404);
    EXPECT_EQ(as(app, "GET", url).body, R"({"status":"Succeeded"})");
    EXPECT_EQ(as(owner, "GET", assignment_path(hub, 1)).status, 200);
    EXPECT_EQ(as(app, "PUT", path, R"({"location":"westus2","sku":{"name":"S1"}})").status, 403);
    rig.now.mono += 24h;
    rig.now.wall += 24h;
    rig.pass(121s);
    rig.token.clear();
    owner = rig.sign_in();
    EXPECT_EQ(as(owner, "GET", assignment_path(hub, 1)).status, 404);
}

}  // namespace
}  // namespace tandem::control
