#include "control/control.hpp"

#include "control/test_rig.hpp"
#include "identity/x509_fixture.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using identity::test::Authority;
using test::Rig;

std::string path(std::string const& name, std::string const& rest = {}) {
    return Rig::hub_path("hub", "/certificates/" + name + rest);
}
std::string body(std::string const& certificate, bool wrapped = true) {
    json::object object{{"certificate", certificate}};
    if (wrapped) object = json::object{{"properties", object}};
    return json::serialize(object);
}
http::Headers match(std::string const& etag) {
    http::Headers headers;
    headers.add("If-Match", etag);
    return headers;
}
std::string text(http::Response const& response, char const* name) {
    return find_string(Rig::object(response), name).value_or("");
}
json::object properties(http::Response const& response) {
    json::object object = Rig::object(response);
    return need_object(object, "properties");
}
bool verified(http::Response const& response) {
    return find_bool(properties(response), "isVerified").value_or(false);
}

struct Certificates : testing::Test {
    void SetUp() override {
        rig.ready();
        rig.create_hub();
    }
    Rig rig;
    Authority ca{{.name = "Contoso Root"}};
};

TEST_F(Certificates, AreShownAsAzureShowsThem) {
    auto const made = rig.ask("PUT", path("ca1"), body(base64_encode(ca.pem())));
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(text(made, "name"), "ca1");
    EXPECT_EQ(text(made, "type"), "Microsoft.Devices/IotHubs/Certificates");
    auto const shown = properties(made);
    EXPECT_EQ(find_string(shown, "subject"), "Contoso Root");
    EXPECT_EQ(find_string(shown, "expiry"), "Sun, 17 Mar 2030 17:46:40 GMT");
    EXPECT_EQ(find_string(shown, "created"), "Tue, 14 Nov 2023 22:13:20 GMT");
    EXPECT_EQ(find_string(shown, "thumbprint").value_or("").size(), 40U);
    EXPECT_EQ(find_string(shown, "certificate"), base64_encode(ca.pem()));
    EXPECT_FALSE(verified(made));
    EXPECT_EQ(rig.ask("GET", path("CA1")).body, made.body);
    auto const all = Rig::object(rig.ask("GET", Rig::hub_path("hub", "/certificates")));
    EXPECT_EQ(all.at("value").as_array().size(), 1U);
    EXPECT_FALSE(all.contains("nextLink"));
}

TEST_F(Certificates, EveryChangeNeedsTheETag) {
    auto const made = rig.ask("PUT", path("ca1"), body(ca.pem()));
    std::string const etag = text(made, "etag");
    for (auto const& headers : {http::Headers{}, match("AAAAAAAAAAE=")}) {
        for (auto const& [method, rest] :
             std::vector<std::pair<char const*, char const*>>{{"PUT", ""},
                                                              {"DELETE", ""},
                                                              {"POST", "/generateVerificationCode"},
                                                              {"POST", "/verify"}}) {
            auto const refused = rig.ask(method, path("ca1", rest), body(ca.pem()), headers);
            EXPECT_EQ(refused.status, 412) << method << rest;
            EXPECT_EQ(text(refused, "code"), "412001");
            EXPECT_EQ(text(refused, "message").find("Invalid ETag supplied."), 0U);
        }
    }
    EXPECT_EQ(rig.ask("PUT", path("ca2"), body(ca.pem()), match(etag)).status, 412);
    EXPECT_EQ(rig.ask("PUT", path("ca1"), body(ca.pem()), match(etag)).status, 200);
    EXPECT_EQ(rig.ask("DELETE", path("ca1"), "", match(etag)).status, 412);   // it has changed
    EXPECT_EQ(rig.ask("DELETE", path("ca1"), "", match("*")).status, 200);
    EXPECT_EQ(rig.ask("DELETE", path("ca1"), "", match("*")).status, 204);
    EXPECT_EQ(rig.ask("GET", path("ca1")).status, 404);
}

TEST_F(Certificates, PossessionIsProvenWithTheCode) {
    auto answer = rig.ask("PUT", path("ca1"), body(ca.pem()));
    auto const early =
        rig.ask("POST", path("ca1", "/verify"), body(ca.issue(""), false), match("*"));
    EXPECT_EQ(text(early, "code"), "400954");
    answer = rig.ask("POST", path("ca1", "/generateVerificationCode"), "",
                     match(text(answer, "etag")));
    ASSERT_EQ(answer.status, 200);
    std::string const code = find_string(properties(answer), "verificationCode").value_or("");
    EXPECT_EQ(code.size(), 48U);
    EXPECT_EQ(rig.ask("GET", path("ca1")).body.find(code), std::string::npos);
    Authority const other;
    EXPECT_EQ(text(rig.ask("POST", path("ca1", "/verify"), body(other.issue(code), false),
                           match(text(answer, "etag"))),
                   "code"),
              "400954");
    rig.restart();
    answer = rig.ask("POST", path("ca1", "/verify"), body(base64_encode(ca.issue(code)), false),
                     match(text(answer, "etag")));
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_TRUE(verified(answer));
    // The proof counts once, and for this certificate only.
    EXPECT_EQ(rig.ask("POST", path("ca1", "/verify"), body(ca.issue(code), false), match("*"))
                  .status,
              400);
    EXPECT_FALSE(verified(rig.ask("PUT", path("ca1"), body(other.pem()), match("*"))));
}

TEST_F(Certificates, BadInput39IsRefusedWithAReason) {
    Authority const leaf{{.authority = false}};
    Authority const old{{.not_after = wall_from_micros(1'650'000'000'000'000)}};
    auto const code = [&](std::string const& certificate) {
        return text(rig.ask("PUT", path("bad"), body(certificate)), "code");
    };
    EXPECT_EQ(code(""), "400950");
    EXPECT_EQ(code("hello"), "400950");
    EXPECT_EQ(code(ca.pem() + ca.pem()), "400950");
    EXPECT_EQ(code(std::string(30'000, 'A')), "400950");
    EXPECT_EQ(code(old.pem()), "400951");
    EXPECT_EQ(code(leaf.pem()), "400952");
    EXPECT_EQ(text(rig.ask("PUT", path("bad"), "{}"), "code"), "400950");
    EXPECT_EQ(text(rig.ask("PUT", path("b%20d"), body(ca.pem())), "code"), "400953");
    for (int i = 0; i < 25; ++i)
        EXPECT_EQ(rig.ask("PUT", path("c" + std::to_string(i)), body(ca.pem())).status, 201);
    EXPECT_EQ(text(rig.ask("PUT", path("c25"), body(ca.pem())), "code"), "403901");
}

TEST_F(Certificates, GoWithTheirHubAndUploadedAsVerifiedAreVerified) {
    auto const made = rig.ask(
        "PUT", path("ca1"),
        json::serialize(json::object{{"properties", json::object{{"certificate", ca.pem()},
                                                                 {"isVerified", true}}}}));
    EXPECT_TRUE(verified(made));
    rig.ask("DELETE", Rig::hub_path("hub"));
    rig.pass(2s);
    EXPECT_EQ(rig.create_hub().status, 201);
    auto const all = Rig::object(rig.ask("GET", Rig::hub_path("hub", "/certificates")));
    EXPECT_TRUE(all.at("value").as_array().empty());
}

}  // namespace
}  // namespace tandem::control
