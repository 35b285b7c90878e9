#include "gateway/http/service_session.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace tandem::gateway {
namespace {

constexpr Now at(Duration since_start) {
    return {Time{since_start}, wall_from_micros(1'795'239'533'000'000)};  // 2026-11-21
}
constexpr Now t0 = at(1s);
constexpr char const* sas = "SharedAccessSignature sr=hub.example&sig=c2ln&se=1&skn=owner";

struct Describe {
    std::string operator()(hub::Authorize const& c) const {
        return "authorize right " + std::to_string(bits(c.right)) + " " + c.sas;
    }
    std::string operator()(hub::GetDevice const& c) const { return "get device " + c.device.value; }
    std::string operator()(hub::PutDevice const& c) const {
        return "put device " + c.device.value + if_match(c.if_match) + " " + c.body;
    }
    std::string operator()(hub::DeleteDevice const& c) const {
        return "delete device " + c.device.value + if_match(c.if_match);
    }
    std::string operator()(hub::ListDevices const& c) const {
        return "list devices " + std::to_string(c.top);
    }
    std::string operator()(hub::QueryDevices const& c) const {
        return "query " + std::to_string(c.count_max) + " [" + c.continuation + "] " + c.body;
    }
    std::string operator()(hub::ExportDevices const& c) const {
        return std::string{"export "} + (c.exclude_keys ? "without" : "with") + " keys [" +
               c.continuation + "]";
    }
    std::string operator()(hub::BulkRegistry const& c) const { return "bulk " + c.body; }
    std::string operator()(hub::GetStatistics const&) const { return "get statistics"; }
    std::string operator()(hub::GetTwin const& c) const { return "get twin " + c.device.value; }
    std::string operator()(hub::UpdateTwin const& c) const {
        return std::string{c.replace ? "replace" : "update"} + " twin " + c.device.value +
               if_match(c.if_match) + " " + c.body;
    }
    template <class Other>
    std::string operator()(Other const&) const {
        return "something else";
    }

    static std::string if_match(hub::IfMatch const& value) {
        return value ? " if-match [" + *value + "]" : std::string{};
    }
};

/// One connection and what is said on it: "> " by the client, "= " to the hub, "< " in answer.
class Conversation {
public:
    Conversation() : session_({.server_name = {}, .peer_address = {}, .tracking_seed = "seed"}) {}

    Conversation& send(std::string const& bytes, Now now = t0) {
        note("> ", bytes);
        session_.on_bytes(bytes, now);
        return drain();
    }
    /// A request with api-version, Host and Authorization.
    Conversation& ask(std::string const& method, std::string const& target,
                      std::string const& fields = {}, std::string const& body = {}) {
        auto const version = target.find('?') == std::string::npos ? "?api-version=2021-04-12"
                                                                   : "&api-version=2021-04-12";
        auto const length =
            body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
        return send(method + " " + target + version + " HTTP/1.1\r\nHost: Hub.example:443\r\n" +
                    "Authorization: " + sas + "\r\n" + fields + length + "\r\n" + body);
    }
    Conversation& reply(Result<hub::Reply> reply, Now now = t0) {
        session_.on_reply(last_, std::move(reply), now);
        return drain();
    }
    Conversation& grant() { return reply(hub::Reply{hub::Authorized{"owner", std::nullopt}}); }
    Conversation& document(std::string json, std::string etag = {}) {
        return reply(hub::Reply{hub::Document{std::move(json), std::move(etag)}});
    }

    std::string const& commands() const { return commands_; }
    std::string answer() { return std::exchange(answer_, {}); }
    std::string status() { return answer().substr(9, 3); }
    std::string const& text() const { return text_; }
    ServiceSession& session() { return session_; }
    Token last() const { return last_; }
    std::string const& host() const { return host_; }
    hub::Authorize const& asked() const { return asked_; }

private:
    Conversation& drain() {
        auto output = std::exchange(session_.output(), {});
        for (auto const& request : output.requests) {
            last_ = request.token;
            host_ = request.hub_host;
            if (auto const* asked = std::get_if<hub::Authorize>(&request.command)) asked_ = *asked;
            auto const line = std::visit(Describe{}, request.command);
            commands_ += line + "\n";
            note("= ", line);
        }
        note("< ", output.bytes);
        answer_ += output.bytes;
        if (output.close) note("< ", "(closes)");
        return *this;
    }
    void note(std::string const& mark, std::string const& bytes) {
        std::string_view rest = bytes;
        while (!rest.empty()) {
            auto const end = std::min(rest.find('\n'), rest.size());
            auto line = rest.substr(0, end);
            if (line.ends_with('\r')) line.remove_suffix(1);
            text_ += (line.empty() ? mark.substr(0, 1) : mark + std::string{line}) + "\n";
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }

    ServiceSession session_;
    Token last_{};
    std::string host_, commands_, answer_, text_;
    hub::Authorize asked_;
};

/// Compares with tests/golden/http/NAME.txt; TANDEM_REWRITE=1 writes it.
void expect_golden(Conversation const& conversation, std::string const& name) {
    auto const root = std::filesystem::path{__FILE__}.parent_path() / "../../../tests/golden/http";
    auto const file = root / (name + ".txt");
    if (std::getenv("TANDEM_REWRITE")) std::ofstream{file} << conversation.text();
    std::ifstream in{file};
    std::string const expected{std::istreambuf_iterator<char>{in}, {}};
    EXPECT_EQ(conversation.text(), expected) << file;
}

Error error(Errc code) {
    return {code, "secret detail"};
}

// bad-inputs 36: a token's scope is compared with what is asked for, as we spell it.
TEST(ServiceSession, ATokenIsCheckedForThePathThatIsAsked) {
    auto const asked_for = [](std::string const& method, std::string const& target) {
        auto const asked = Conversation{}.ask(method, target).asked();
        EXPECT_EQ(asked.door, hub::Door::devices_and_services);
        return asked.path;
    };
    EXPECT_EQ(asked_for("GET", "/devices/dev1"), "devices/dev1");
    EXPECT_EQ(asked_for("DELETE", "/Devices/Dev%2B1"), "devices/Dev+1");
    EXPECT_EQ(asked_for("GET", "/devices/?top=3"), "devices");
    EXPECT_EQ(asked_for("POST", "/devices/query"), "devices/query");
    EXPECT_EQ(asked_for("GET", "/TWINS/dev1"), "twins/dev1");
    EXPECT_EQ(asked_for("GET", "/statistics/service"), "statistics/service");
}

TEST(ServiceSession, TellsTheDeviceLifecycleAsAzureDoes) {
    Conversation talk;
    std::string const identity = R"({"deviceId":"dev 1","etag":"MQ=="})";
    talk.ask("PUT", "/devices/dev%201", "Content-Type: application/json\r\n",
             R"({"deviceId":"dev 1"})");
    talk.grant().document(identity, "MQ==");
    talk.ask("GET", "/devices/dev%201").grant().document(identity, "MQ==");
    talk.ask("PUT", "/devices/dev%201", "If-Match: \"*\"\r\n", identity).grant();
    talk.document(identity, "Mg==");
    talk.ask("PUT", "/devices/dev%201", "If-Match: \"MQ==\"\r\n", identity).grant();
    talk.reply(Error{Errc::precondition_failed, "PreconditionFailed"});
    talk.ask("DELETE", "/devices/dev%201", "If-Match: *\r\n")
        .grant()
        .reply(hub::Reply{hub::Done{}});
    talk.ask("GET", "/devices/dev%201").grant();
    talk.reply(Error{Errc::device_not_found, "dev 1"});
    expect_golden(talk, "device_lifecycle");
}

TEST(ServiceSession, ListsCountsAndTakesBulks) {
    Conversation talk;
    talk.ask("GET", "/devices/").grant().document("[]");
    talk.ask("GET", "/Devices?top=2").grant().document("[{},{}]");
    talk.ask("POST", "/devices", "", "[]").grant();
    talk.document(R"({"isSuccessful":true,"errors":[],"warnings":[]})");
    hub::Statistics const numbers{.total = 3, .enabled = 2, .disabled = 1, .connected = 1};
    talk.ask("GET", "/statistics/devices").grant().reply(hub::Reply{numbers});
    talk.ask("GET", "/statistics/service").reply(Error{Errc::forbidden, ""}).grant();
    talk.reply(hub::Reply{numbers});
    expect_golden(talk, "lists_and_statistics");
}

TEST(ServiceSession, ReadsPatchesAndReplacesTwins) {
    Conversation talk;
    talk.ask("GET", "/twins/d").grant().document("{}", "AAAAAAAAAAE=");
    talk.ask("PATCH", "/twins/d", "If-Match: \"AAAAAAAAAAE=\"\r\n", R"({"tags":{"a":1}})").grant();
    talk.document("{}", "AAAAAAAAAAI=");
    talk.ask("PUT", "/TWINS/d", "If-Match: *\r\n", "{}").grant().document("{}", "AAAAAAAAAAM=");
    expect_golden(talk, "twins");
}

TEST(ServiceSession, RefusesInTheContractsShape) {
    Conversation talk;
    talk.send("GET /devices/d HTTP/1.1\r\nHost: h\r\n\r\n");
    talk.send("GET /devices/d?api-version=1999-01-01 HTTP/1.1\r\nHost: h\r\n\r\n");
    talk.send("GET /devices/d?api-version=2021-04-12 HTTP/1.1\r\nHost: h\r\n\r\n");
    talk.ask("GET", "/nothing/here");
    talk.ask("PATCH", "/devices/d");
    talk.ask("POST", "/twins/d/methods", "", R"({"query":"SELECT * FROM devices"})").grant();
    talk.ask("GET", "/devices/d").reply(error(Errc::unauthorized));
    talk.ask("GET", "/devices/d").grant().reply(error(Errc::not_owner));
    expect_golden(talk, "refusals");
}

TEST(ServiceSession, AsksForTheRightThatTheOperationTakes) {
    Conversation talk;
    auto const right_of = [&](std::string const& method, std::string const& target) {
        talk.ask(method, target);
        auto const line = talk.commands().substr(talk.commands().rfind("authorize right ") + 16);
        talk.reply(error(Errc::unauthorized));
        return line.substr(0, line.find(' '));
    };
    EXPECT_EQ(right_of("GET", "/devices/d"), "1");
    EXPECT_EQ(right_of("PUT", "/devices/d"), "2");
    EXPECT_EQ(right_of("DELETE", "/devices/d"), "2");
    EXPECT_EQ(right_of("GET", "/devices"), "1");
    EXPECT_EQ(right_of("POST", "/devices"), "2");
    EXPECT_EQ(right_of("GET", "/statistics/devices"), "1");
    EXPECT_EQ(right_of("GET", "/twins/d"), "16");
    EXPECT_EQ(right_of("PATCH", "/twins/d"), "32");
    EXPECT_EQ(right_of("PUT", "/twins/d"), "32");
    EXPECT_EQ(talk.host(), "hub.example");
}

// Whoever has no token learns nothing by asking for things that do or do not exist.
TEST(ServiceSession, SaysTheSameToEveryoneWithoutAGoodToken) {
    auto const masked = [](std::string answer) { return answer.substr(0, answer.find("x-ms-")); };
    Conversation none, bearer, refused, twice;
    none.send("GET /devices/a?api-version=2021-04-12 HTTP/1.1\r\nHost: h\r\n\r\n");
    bearer.send(
        "GET /devices/b?api-version=2021-04-12 HTTP/1.1\r\nHost: h\r\n"
        "Authorization: Bearer abc\r\n\r\n");
    bearer.reply(error(Errc::unauthorized));
    refused.ask("GET", "/devices/c").reply(error(Errc::unauthorized));
    twice.ask("GET", "/devices/c", "Authorization: SharedAccessSignature sr=other\r\n");
    auto const expected = masked(none.answer());
    EXPECT_TRUE(expected.starts_with("HTTP/1.1 401 Unauthorized\r\n")) << expected;
    EXPECT_EQ(masked(bearer.answer()), expected);
    EXPECT_EQ(masked(twice.answer()), expected);
    auto const answer = refused.answer();
    EXPECT_EQ(answer.find("secret detail"), std::string::npos);
    EXPECT_EQ(masked(answer), expected);
}

TEST(ServiceSession, AnswersNotImplementedToWhatIsNotBuiltYet) {
    for (auto const& [method, target] :
         {std::pair{"GET", "/devices/d/modules"},
          std::pair{"PUT", "/devices/d/modules/m"}, std::pair{"POST", "/devices/d/messages/events"},
          std::pair{"POST", "/devices/d/files"}, std::pair{"DELETE", "/devices/d/commands"},
          std::pair{"POST", "/twins/d/methods"}, std::pair{"GET", "/twins/d/modules/m"},
          std::pair{"PUT", "/jobs/v2/j"}, std::pair{"GET", "/configurations"},
          std::pair{"GET", "/digitaltwins/d"},
          std::pair{"POST", "/devices/d/applyConfigurationContent"}}) {
        Conversation talk;
        EXPECT_EQ(talk.ask(method, target).grant().status(), "501") << target;
    }
}

TEST(ServiceSession, QueriesAndExportsComeInPages) {
    Conversation talk;
    talk.ask("POST", "/devices/query", "x-ms-max-item-count: 5\r\nx-ms-continuation: abc\r\n",
             R"({"query":"x"})")
        .grant();
    EXPECT_NE(talk.commands().find("query 5 [abc] {\"query\":\"x\"}"), std::string::npos);
    auto const first = talk.reply(hub::Reply{hub::Page{"[]", "next"}}).answer();
    EXPECT_NE(first.find("x-ms-continuation: next\r\n"), std::string::npos);
    EXPECT_NE(first.find("x-ms-item-type: Twin\r\n"), std::string::npos);
    talk.ask("POST", "/devices/query", "", "{}").grant();
    auto const last = talk.reply(hub::Reply{hub::Page{"[]", ""}}).answer();
    EXPECT_EQ(last.find("x-ms-continuation"), std::string::npos);
    talk.ask("GET", "/tandem/registry?excludeKeys=true").grant();
    EXPECT_NE(talk.commands().find("export without keys []"), std::string::npos);
    talk.reply(hub::Reply{hub::Page{"{}\n", ""}});
    talk.answer();
    for (char const* count : {"0", "1001", "x", "-1"})
        EXPECT_EQ(talk.ask("POST", "/devices/query",
                           std::string{"x-ms-max-item-count: "} + count + "\r\n", "{}")
                      .grant()
                      .status(),
                  "400")
            << count;
}

TEST(ServiceSession, Answers503WhenTheHubIsOwnedElsewhere) {
    Conversation talk;
    talk.ask("GET", "/devices/d").reply(error(Errc::not_owner));
    auto const answer = talk.answer();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
    EXPECT_EQ(answer.find("Retry-After"), std::string::npos);
    EXPECT_EQ(answer.find("secret detail"), std::string::npos);
}

TEST(ServiceSession, UnderstandsEveryWayToWriteIfMatch) {
    EXPECT_EQ(parse_if_match("*"), "*");
    EXPECT_EQ(parse_if_match("\"*\""), "*");
    EXPECT_EQ(parse_if_match("\"\""), "");
    EXPECT_EQ(parse_if_match(""), "");
    EXPECT_EQ(parse_if_match("MQ=="), "MQ==");
    EXPECT_EQ(parse_if_match("\"MQ==\""), "MQ==");
    EXPECT_EQ(parse_if_match("W/\"MQ==\""), "MQ==");
    EXPECT_EQ(parse_if_match("\"a\", \"b\""), std::nullopt);
    EXPECT_EQ(parse_if_match("\""), std::nullopt);
}

TEST(ServiceSession, RefusesATopOutOfRange) {
    for (std::string const top : {"0", "1001", "-1", "1x", "", "99999999999999999999"}) {
        Conversation talk;
        EXPECT_EQ(talk.ask("GET", "/devices?top=" + top).grant().status(), "400") << top;
    }
}

TEST(ServiceSession, AnswersPipelinedRequestsOneAfterTheOther) {
    Conversation talk;
    std::string const one =
        std::string{"GET /twins/a?api-version=2021-04-12 HTTP/1.1\r\nHost: h\r\n"} +
        "Authorization: " + sas + "\r\n\r\n";
    talk.send(one + one);
    EXPECT_TRUE(talk.session().paused());
    EXPECT_EQ(talk.commands(), std::string{"authorize right 16 "} + sas + "\n");
    talk.grant().document("{}").grant().document("{}");
    EXPECT_EQ(talk.commands(), std::string{"authorize right 16 "} + sas + "\nget twin a\n" +
                                   "authorize right 16 " + sas + "\nget twin a\n");
    EXPECT_FALSE(talk.session().paused());
}

TEST(ServiceSession, IgnoresLateAndForeignReplies) {
    Conversation talk;
    talk.ask("GET", "/devices/d");
    auto const first = talk.last();
    talk.session().on_reply(Token{77}, hub::Reply{hub::Authorized{}}, t0);
    talk.grant();
    talk.session().on_reply(first, hub::Reply{hub::Authorized{}}, t0);
    EXPECT_EQ(talk.answer(), "");
    talk.session().on_peer_closed(t0);
    talk.document("{}");
    EXPECT_EQ(talk.answer(), "");
}

// Requests as azure-iothub 1.16.6, ms-rest-js 2.7, python-requests 2.34 and curl put them on the
// wire: each is understood, and none is taken for something that does not exist.
TEST(ServiceSession, UnderstandsEveryRecordedClient) {
    auto const root = std::filesystem::path{__FILE__}.parent_path() / "../../../tests/golden/http";
    std::size_t count = 0;
    for (auto const& entry : std::filesystem::directory_iterator(root / "recorded")) {
        std::ifstream in{entry.path(), std::ios::binary};
        Conversation talk;
        talk.send(std::string{std::istreambuf_iterator<char>{in}, {}});
        EXPECT_TRUE(talk.commands().starts_with("authorize right ")) << entry << talk.text();
        EXPECT_EQ(talk.host(), "myhub.azure-devices.net");
        EXPECT_FALSE(talk.session().output().close);
        ++count;
    }
    EXPECT_GE(count, 20u);
}

// bad-inputs 30: one connection, one reading of where a request ends.
TEST(ServiceSession, ClosesOnAmbiguousFraming) {
    Conversation talk;
    talk.ask("PUT", "/devices/d", "Transfer-Encoding: chunked\r\n", "{}");
    EXPECT_EQ(talk.commands(), "");
    EXPECT_TRUE(talk.text().ends_with("(closes)\n"));
    EXPECT_EQ(talk.status(), "400");
}

// bad-inputs 33
TEST(ServiceSession, TakesNoPackedBody) {
    Conversation talk;
    EXPECT_EQ(talk.ask("POST", "/devices", "Content-Encoding: gzip\r\n", "x").status(), "415");
    EXPECT_EQ(talk.commands(), "");
}

// bad-inputs 34
TEST(ServiceSession, EndsARequestThatNeverEnds) {
    Conversation talk;
    talk.send("GET /devices/d HT", at(10s));
    ASSERT_TRUE(talk.session().next_deadline().has_value());
    talk.session().on_timer(at(10s + limits::http_request_wait_max));
    EXPECT_TRUE(talk.session().output().bytes.starts_with("HTTP/1.1 408 "));
    EXPECT_TRUE(talk.session().output().close);
}

// bad-inputs 35: what a path spells is the id, once decoded, and never another path.
TEST(ServiceSession, TakesIdsAsTheyAreWritten) {
    for (auto const& [target, command] :
         {std::pair{"/devices/..", "get device .."}, std::pair{"/devices/%2e%2e", "get device .."},
          std::pair{"/devices/%252e", "get device %2e"},
          std::pair{"/devices/a%2Fb", "get device a/b"},
          std::pair{"/devices/a%5Cb", "get device a\\b"}, std::pair{"/devices/a.", "get device a."},
          std::pair{"/DEVICES/DeV", "get device DeV"}}) {
        Conversation talk;
        talk.ask("GET", target).grant();
        EXPECT_EQ(talk.commands(), std::string{"authorize right 1 "} + sas + "\n" + command + "\n");
    }
    for (std::string const target : {"/devices/a%00b", "/devices/a\\b", "/devices/a%g1"}) {
        Conversation talk;
        EXPECT_EQ(talk.ask("GET", target).status(), "400");
        EXPECT_EQ(talk.commands(), "");
    }
    Conversation climbing;  // no detour to another operation
    climbing.ask("GET", "/devices/d/../../twins/d");
    EXPECT_EQ(climbing.status(), "404");
}

// What is asked of the site needs no hub, no api-version and no sign-in, and reaches no hub.
TEST(ServiceSession, SiteAnswersComeBeforeAnyHub) {
    ServiceSession session{{.server_name = {}, .peer_address = {}, .tracking_seed = "seed"},
                           [](http::Request const& request, Now) -> std::optional<http::Response> {
                               if (request.path != std::vector<std::string>{"health"})
                                   return std::nullopt;
                               return http::Response{.status = 200, .headers = {}, .body = "well"};
                           }};
    session.on_bytes("GET /health HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n"
                     "GET /devices HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n",
                     t0);
    EXPECT_TRUE(session.output().requests.empty());
    std::string const answers = session.output().bytes;
    EXPECT_EQ(answers.substr(9, 3), "200");
    EXPECT_NE(answers.find("well"), std::string::npos);
    EXPECT_NE(answers.find("HTTP/1.1 400"), std::string::npos) << answers;
}

}  // namespace
}  // namespace tandem::gateway
