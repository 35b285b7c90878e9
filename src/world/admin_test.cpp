#include "world/admin.hpp"

#include "world/log.hpp"
#include "world/metrics.hpp"
#include "world/test_support.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace tandem::world {
namespace {

class AdminTest : public testing::Test {
protected:
    AdminTest() : admin(loop, random, {{"/metrics", {"text/plain", [] { return "one 1\n"; }}}}) {
        loop.after_batch([this] { admin.flush(); });
    }
    std::string get(std::uint16_t port, std::string const& line) {
        std::string answer;
        std::atomic<bool> done = false;
        std::thread thread{[&] {
            test::Client client{port};
            client.send(line + "\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            for (;;) {
                auto const more = client.receive();
                if (more.empty()) break;
                answer += more;
            }
            done = true;
        }};
        test::run_until(loop, [&] { return done.load(); });
        thread.join();
        return answer;
    }
    EventLoop loop;
    SystemRandom random;
    Admin admin;
};

TEST_F(AdminTest, GivesItsPagesAndNothingElse) {
    auto const port = admin.start({"127.0.0.1", 0});
    ASSERT_TRUE(port.ok());
    auto const page = get(*port, "GET /metrics HTTP/1.1");
    EXPECT_TRUE(page.starts_with("HTTP/1.1 200 ")) << page;
    EXPECT_TRUE(page.ends_with("\r\n\r\none 1\n")) << page;
    EXPECT_TRUE(get(*port, "GET /other HTTP/1.1").starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(get(*port, "POST /metrics HTTP/1.1").starts_with("HTTP/1.1 405 "));
}

TEST_F(AdminTest, TellsASupervisorWhetherItIsReadyAndWhyNot) {
    std::vector<std::string> reasons{"the disk is full"};
    Admin healthy{loop, random, Admin::with_health({}, [&] { return reasons; })};
    loop.after_batch([&] { healthy.flush(); });
    auto const port = healthy.start({"127.0.0.1", 0});
    ASSERT_TRUE(port.ok());
    EXPECT_TRUE(get(*port, "GET /health/live HTTP/1.1").starts_with("HTTP/1.1 200 "));
    auto const not_ready = get(*port, "GET /health/ready HTTP/1.1");
    EXPECT_TRUE(not_ready.starts_with("HTTP/1.1 503 ")) << not_ready;
    EXPECT_NE(not_ready.find(R"("reasons":["the disk is full"])"), std::string::npos) << not_ready;
    reasons.clear();
    EXPECT_TRUE(get(*port, "GET /health/ready HTTP/1.1").starts_with("HTTP/1.1 200 "));
}

TEST_F(AdminTest, ListensOnLoopbackOnly) {  // bad-inputs 40
    EXPECT_EQ(admin.start({"0.0.0.0", 0}).code(), Errc::argument_invalid);
}

TEST(MetricsText, ALabelCannotEndItsLine) {  // bad-inputs 46
    MetricsText text;
    text.sample("tandem_x", {{"hub", "a\"} 1\nevil 2"}}, 1);
    EXPECT_EQ(text.take(), "tandem_x{hub=\"a\\\"} 1\\nevil 2\"} 1\n");
}

TEST(Log, AValueCannotEndItsLineNorWriteToATerminal) {  // bad-inputs 46
    EXPECT_EQ(event_line("peer.refused", {{"name", "a\nb\x1B[2J\"c"}, {"count", 3}}),
              "peer.refused name=\"a\\x0ab\\x1b[2J\\\"c\" count=3");
}

}  // namespace
}  // namespace tandem::world
