// Signing in a program by a code: what an approval is worth, and what the audit log says of it.
#include "control/device_codes.hpp"
#include "control/sign_in.hpp"
#include "control/test_rig.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using test::Rig;

std::string text_of(http::Response const& response, char const* name) {
    return find_string(Rig::object(response), name).value_or("");
}

/// A user `eve` with a password, and a program that waits for a person's yes.
class DeviceCode : public ::testing::Test {
protected:
    DeviceCode() {
        rig.ready();
        rig.ask("PUT", "/tandem/v1/principals/eve", eve);
        rig.token = text_of(rig.ask_token("grant_type=password&client_id=p&username=eve"
                                          "&password=a+long+enough+password"),
                            "access_token");
        owner = rig.sign_in();
        auto const codes = rig.ask("POST", "/adfs/oauth2/devicecode", "client_id=program");
        device_code = text_of(codes, "device_code");
        user_code = text_of(codes, "user_code");
    }
    http::Response approve() {
        return rig.ask("POST", "/tandem/v1/devicecode/approve",
                       "{\"userCode\":\"" + user_code + "\"}");
    }
    http::Response collect() {
        return rig.ask_token("grant_type=urn:ietf:params:oauth:grant-type:device_code"
                             "&client_id=program&device_code=" + device_code);
    }
    http::Response as_owner(char const* method, std::string const& target,
                            std::string const& body = {}) {
        std::string const kept = std::exchange(rig.token, owner);
        auto answer = rig.ask(method, target, body);
        rig.token = kept;
        return answer;
    }

    static constexpr char const* eve =
        R"({"kind":"user","name":"eve","password":"a long enough password"})";
    Rig rig;
    std::string owner, device_code, user_code;
};

TEST_F(DeviceCode, ApprovalSignsTheProgramIn) {
    EXPECT_EQ(text_of(collect(), "error"), "authorization_pending");
    EXPECT_EQ(approve().status, 204);
    EXPECT_EQ(approve().status, 404) << "a code works once";
    EXPECT_EQ(collect().status, 200);
    EXPECT_EQ(text_of(collect(), "error"), "expired_token");
}

TEST_F(DeviceCode, ApprovalEndsWithTheSecretItWasGivenWith) {
    ASSERT_EQ(approve().status, 204);
    EXPECT_EQ(as_owner("PUT", "/tandem/v1/principals/eve",
                       R"({"password":"quite another password"})").status, 200);
    EXPECT_EQ(text_of(collect(), "error"), "invalid_grant");
}

TEST_F(DeviceCode, ApprovalEndsWithWhoGaveIt) {
    ASSERT_EQ(approve().status, 204);
    EXPECT_EQ(as_owner("DELETE", "/tandem/v1/principals/eve").status, 204);
    EXPECT_EQ(as_owner("PUT", "/tandem/v1/principals/eve", eve).status, 201);
    EXPECT_EQ(text_of(collect(), "error"), "invalid_grant");
}

TEST_F(DeviceCode, WrongCodesAreLimited) {
    std::string const right = std::exchange(user_code, "AAAA-AAAA");
    for (int i = 0; i < 20; ++i) EXPECT_EQ(approve().status, 404);
    user_code = right;
    EXPECT_EQ(approve().status, 429);
    rig.pass(device_allowance.one_more + 1s);
    EXPECT_EQ(approve().status, 204);
}

// guesses and approvals on the page for people are in the log like any other sign-in
TEST_F(DeviceCode, PageIsInTheAuditLog) {
    rig.token.clear();
    auto const enter = [&](std::string const& password, std::string const& code) {
        return rig.ask("POST", "/adfs/oauth2/deviceauth",
                       "user_code=" + code + "&username=eve&password=" + password).status;
    };
    for (int i = 0; i < 3; ++i) EXPECT_EQ(enter("guessed", user_code), 400);
    EXPECT_EQ(enter("a+long+enough+password", "AAAA-AAAA"), 400);
    EXPECT_EQ(enter("a+long+enough+password", user_code), 200);
    rig.pass(audit_gather + 1s);
    struct Seen {
        std::int64_t status, count;
        bool known;
        bool operator==(Seen const&) const = default;
    };
    std::vector<Seen> seen;
    auto const log = Rig::object(as_owner("GET", "/tandem/v1/audit"));
    for (auto const& entry : log.at("value").as_array()) {
        json::object const& one = entry.as_object();
        if (find_string(one, "action") != "sign-in device page") continue;
        EXPECT_EQ(find_string(one, "principalName"), "eve");
        seen.push_back({find_integer(one, "status").value(), find_integer(one, "count").value(),
                        find_string(one, "principal") == "eve"});
    }
    std::vector<Seen> const wanted = {
        {400, 2, false}, {200, 1, true}, {404, 1, true}, {400, 1, false}};
    EXPECT_EQ(seen, wanted);
}

}  // namespace
}  // namespace tandem::control
