#include "world/secret_checker.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace tandem::world {
namespace {

control::SecretCheck check_of(std::uint64_t request, std::string const& secret) {
    control::SecretCheck check;
    check.request = control::RequestId{request};
    check.secret = secret;
    check.hash = identity::hash_secret("right", "0123456789abcdef", 1'000);
    check.rounds = 2'000;
    check.salt = "fedcba9876543210";
    return check;
}

TEST(SecretChecker, AnswersEachOnceOnTheLoop) {
    EventLoop loop;
    std::vector<std::pair<std::uint64_t, bool>> told;
    auto const here = std::this_thread::get_id();
    SecretChecker checker{loop, [&](control::RequestId id, control::SecretVerdict const& verdict) {
        EXPECT_EQ(std::this_thread::get_id(), here);
        EXPECT_EQ(verdict.renewed.empty(), !verdict.right);
        told.emplace_back(static_cast<std::uint64_t>(id), verdict.right);
        if (told.size() == 2) loop.stop();
    }};
    checker.check(check_of(1, "right"));
    checker.check(check_of(2, "wrong"));
    loop.run();
    EXPECT_EQ(told, (std::vector<std::pair<std::uint64_t, bool>>{{1, true}, {2, false}}));
}

TEST(SecretChecker, MayEndWithWorkLeft) {
    EventLoop loop;
    SecretChecker checker{loop, [](control::RequestId, control::SecretVerdict const&) {}};
    for (std::uint64_t i = 0; i < 50; ++i) checker.check(check_of(i, "wrong"));
}

}  // namespace
}  // namespace tandem::world
