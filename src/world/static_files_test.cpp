#include "world/static_files.hpp"

#include "world/test_support.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace tandem::world {
namespace {

class StaticFilesTest : public testing::Test {
protected:
    void SetUp() override {
        put("portal/index.html", "the page");
        put("portal/index.html.gz", "the page, compressed");
        put("portal/assets/app-1a2b.js", "script");
        put("portal/mark.svg", "<svg/>");
        put("secret.json", "the secret");
        auto loaded = StaticFiles::load(dir_.path() / "portal", "portal");
        ASSERT_TRUE(loaded.ok()) << loaded.error().detail;
        files_ = std::move(*loaded);
    }
    void put(std::string const& name, std::string const& content) {
        auto const path = dir_.path() / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream{path} << content;
    }
    static http::Request request(std::vector<std::string> path, bool slash = false,
                                 std::string method = "GET") {
        http::Request made;
        made.method = std::move(method);
        made.path = std::move(path);
        made.trailing_slash = slash;
        return made;
    }
    std::string body(std::vector<std::string> path) const {
        auto const answer = files_.respond(request(std::move(path), true));
        return answer ? answer->body : "not ours";
    }
    static std::string header(http::Response const& response, char const* name) {
        auto const* value = response.headers.find(name);
        return value ? *value : "";
    }

    test::ScratchDir dir_;
    StaticFiles files_;
};

TEST_F(StaticFilesTest, FilesAreServedWithTheirTypeAndWithWhatKeepsBrowsersSafe) {
    auto const script = files_.respond(request({"portal", "assets", "app-1a2b.js"}));
    ASSERT_TRUE(script);
    EXPECT_EQ(script->status, 200);
    EXPECT_EQ(script->body, "script");
    EXPECT_EQ(header(*script, "Content-Type"), "text/javascript; charset=utf-8");
    EXPECT_EQ(header(*script, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(*script, "Referrer-Policy"), "no-referrer");
    std::string const policy = header(*script, "Content-Security-Policy");
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
    EXPECT_NE(policy.find("script-src 'self';"), std::string::npos);
}

TEST_F(StaticFilesTest, OnlyNamesThatChangeWithTheirContentAreCachedForGood) {
    auto const script = files_.respond(request({"portal", "assets", "app-1a2b.js"}));
    auto const page = files_.respond(request({"portal"}, true));
    EXPECT_NE(header(*script, "Cache-Control").find("immutable"), std::string::npos);
    EXPECT_EQ(header(*page, "Cache-Control"), "no-cache");
}

TEST_F(StaticFilesTest, CompressedIsForThoseWhoTakeIt) {
    auto asked = request({"portal"}, true);
    EXPECT_EQ(files_.respond(asked)->body, "the page");
    asked.headers.add("Accept-Encoding", "br, gzip");
    auto const answer = files_.respond(asked);
    EXPECT_EQ(answer->body, "the page, compressed");
    EXPECT_EQ(header(*answer, "Content-Encoding"), "gzip");
    asked.headers.fields.clear();
    asked.headers.add("Accept-Encoding", "gzip;q=0, identity");
    EXPECT_EQ(files_.respond(asked)->body, "the page");
}

TEST_F(StaticFilesTest, AddressesOfThePageItselfGetThePage) {
    EXPECT_EQ(body({"portal"}), "the page");
    EXPECT_EQ(body({"portal", "hubs", "demo", "failover"}), "the page");
    EXPECT_EQ(files_.respond(request({"portal", "assets", "old.js"}))->status, 404);
}

TEST_F(StaticFilesTest, TheRootLeadsToThePortal) {
    for (auto const& path : {std::vector<std::string>{}, std::vector<std::string>{"portal"}}) {
        auto const answer = files_.respond(request(path));
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 302);
        EXPECT_EQ(header(*answer, "Location"), "/portal/");
    }
}

TEST_F(StaticFilesTest, EverythingElseIsNotOurs) {
    EXPECT_FALSE(files_.respond(request({"subscriptions"})));
    EXPECT_FALSE(files_.respond(request({"Portal"})));
    EXPECT_FALSE(files_.respond(request({}, false, "POST")));
    EXPECT_EQ(files_.respond(request({"portal"}, true, "DELETE"))->status, 405);
}

TEST_F(StaticFilesTest, Bad35NoPathLeadsOutOfTheDirectory) {
    std::vector<std::vector<std::string>> const tries = {
        {"portal", "..", "secret.json"},
        {"portal", "../secret.json"},
        {"portal", "assets", "..", "..", "secret.json"},
        {"portal", "assets/../../secret.json"},
        {"portal", "..\\secret.json"},
        {"portal", "%2e%2e", "secret.json"},
        {"portal", dir_.path().string() + "/secret.json"},
        {"portal", std::string{"index.html\0.js", 14}}};
    for (auto const& path : tries) EXPECT_NE(body(path), "the secret");
}

TEST_F(StaticFilesTest, ADirectoryWithoutAPageIsRefused) {
    EXPECT_FALSE(StaticFiles::load(dir_.path() / "absent", "portal").ok());
    EXPECT_FALSE(StaticFiles::load(dir_.path() / "portal" / "assets", "portal").ok());
}

}  // namespace
}  // namespace tandem::world
