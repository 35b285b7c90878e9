#include "world/fetcher.hpp"

#include "world/http_session.hpp"
#include "world/server.hpp"
#include "world/test_support.hpp"
#include "world/tls.hpp"

#include <map>

namespace tandem::world {
namespace {

using control::Fetch;
using control::FetchId;

/// An HTTPS server on loopback that tells what it was asked, and a fetcher.
class Rig {
public:
    explicit Rig(FetchRules rules = {})
        : files_(test::server_certificate(dir_.path())),
          server_(loop, random_,
                  Server::Handlers{[](ConnectionId, gateway::Request) {}, [](ConnectionId) {}},
                  100),
          fetcher_(loop, Fetcher::Options{files_.authority, std::move(rules)},
                   [this](FetchId id, Result<http::Response> result) {
                       results.emplace(id, std::move(result));
                   }) {
        auto made = TlsContext::make(TlsContext::Role::service, files_);
        EXPECT_TRUE(made.ok());
        tls_ = std::move(made).value();
        auto const factory = [this](gateway::ConnectionInfo, ConnectionId id) {
            return std::make_unique<HttpSession>(
                [this, id](http::Request request) {
                    asked.push_back(request);
                    loop.soon([this, id] {
                        auto* session = static_cast<HttpSession*>(server_.session(id));
                        if (session == nullptr) return;
                        session->respond(answer, loop.now());
                        server_.touch(id);
                    });
                },
                [] {});
        };
        auto const listening = server_.listen({"0.0.0.0", 0}, tls_.get(), factory);
        EXPECT_TRUE(listening.ok());
        port = *listening;
        loop.after_batch([this] { server_.flush(); });
    }

    Result<http::Response> run(Fetch fetch) {
        fetch.id = FetchId{++last_};
        FetchId const id = fetch.id;
        fetcher_.start(std::move(fetch));
        test::run_until(loop, [&] { return results.contains(id); });
        auto const found = results.find(id);
        return found == results.end() ? Result<http::Response>{Error{Errc::internal, "no result"}}
                                      : found->second;
    }
    Fetch ours(std::string method = "GET", std::string path = "/a%20b?x=1") const {
        Fetch fetch;
        fetch.method = std::move(method);
        fetch.url = "https://some.hub.test" + path;
        fetch.address = "127.0.0.1";
        fetch.port = port;
        return fetch;
    }

    EventLoop loop;
    std::map<FetchId, Result<http::Response>> results;
    std::vector<http::Request> asked;
    http::Response answer;
    std::uint16_t port = 0;

private:
    test::ScratchDir dir_;
    TlsFiles files_;
    SystemRandom random_;
    std::unique_ptr<TlsContext> tls_;
    Server server_;
    Fetcher fetcher_;
    std::uint64_t last_ = 0;
};

TEST(Fetcher, AsksOurOwnNodeUnderTheHubsName) {
    Rig rig;
    rig.answer.status = 412;
    rig.answer.headers.add("ETag", "\"x\"");
    rig.answer.body = "{}";
    Fetch fetch = rig.ours("PATCH");
    fetch.headers.add("If-Match", "*");
    fetch.body = "body";
    auto const result = rig.run(fetch);
    ASSERT_TRUE(result.ok()) << result.error().detail;
    EXPECT_EQ(result->status, 412);
    EXPECT_EQ(result->body, "{}");
    EXPECT_EQ(*result->headers.find("etag"), "\"x\"");
    ASSERT_EQ(rig.asked.size(), 1U);
    EXPECT_EQ(rig.asked[0].method, "PATCH");
    EXPECT_EQ(rig.asked[0].target, "/a%20b?x=1");
    EXPECT_EQ(*rig.asked[0].headers.find("Host"), "some.hub.test");
    EXPECT_EQ(*rig.asked[0].headers.find("If-Match"), "*");
    EXPECT_EQ(rig.asked[0].headers.find("Expect"), nullptr);
    EXPECT_EQ(rig.asked[0].body, "body");
}

TEST(Fetcher, BadInput45RefusesAServerInsideAfterResolution) {
    Rig rig;
    for (std::string const& host : {std::string{"localhost"}, std::string{"127.0.0.1"},
                                    std::string{"[::1]"}, std::string{"[::ffff:127.0.0.1]"},
                                    std::string{"2130706433"}, std::string{"0x7f.1"}}) {
        Fetch fetch = rig.ours();
        fetch.address.clear();
        fetch.url = "https://" + host + ":" + std::to_string(rig.port) + "/latest/meta-data";
        auto const result = rig.run(fetch);
        ASSERT_FALSE(result.ok()) << host;
        EXPECT_EQ(result.code(), Errc::forbidden) << host << ": " << result.error().detail;
    }
    EXPECT_TRUE(rig.asked.empty());
}

TEST(Fetcher, BadInput45RefusesOtherSchemesAndUsersInTheUrl) {
    Rig rig;
    for (char const* url : {"http://1.1.1.1/", "file:///etc/passwd", "gopher://1.1.1.1/", "x", "",
                            "https://user:secret@1.1.1.1/", "https://1.1.1.1/\r\nX: y"}) {
        Fetch fetch = rig.ours();
        fetch.address.clear();
        fetch.url = url;
        EXPECT_FALSE(rig.run(fetch).ok()) << url;
    }
}

TEST(Fetcher, RefusesANodeWithAnotherAddressInItsCertificate) {
    Rig rig;
    Fetch fetch = rig.ours();
    fetch.address = "127.0.0.9";   // answers as 127.0.0.1 does, but is not who it should be
    auto const result = rig.run(fetch);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.code(), Errc::unavailable);
    EXPECT_TRUE(rig.asked.empty());
}

TEST(Fetcher, StopsAtTheSizeAsked) {
    Rig rig;
    rig.answer.body = std::string(100'000, 'x');
    Fetch fetch = rig.ours();
    fetch.response_bytes_max = 99'999;
    auto const result = rig.run(fetch);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.code(), Errc::message_too_large);
    fetch.response_bytes_max = 100'000;
    EXPECT_TRUE(rig.run(fetch).ok());
}

TEST(Fetcher, TellsWhatWasNeverSentFromWhatIsNotKnown) {
    Rig rig;
    Fetch fetch = rig.ours();
    fetch.port = 1;
    auto const unsent = rig.run(fetch);
    ASSERT_FALSE(unsent.ok());
    EXPECT_EQ(unsent.code(), Errc::unavailable);
}

TEST(Fetcher, FollowsNoRedirect) {
    Rig rig;
    rig.answer.status = 302;
    rig.answer.headers.add("Location", "https://127.0.0.1:" + std::to_string(rig.port) + "/");
    auto const result = rig.run(rig.ours());
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->status, 302);
    EXPECT_EQ(rig.asked.size(), 1U);
}

}  // namespace
}  // namespace tandem::world
