#include "app/directory_lock.hpp"

#include "world/test_support.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace tandem::app {
namespace {

TEST(DirectoryLock, IsHeldByOneAtATime) {
    world::test::ScratchDir const dir;
    {
        DirectoryLock const first{dir.path() / "new" / "data"};
        EXPECT_TRUE(first.held().ok());
        DirectoryLock const second{dir.path() / "new" / "data"};
        ASSERT_FALSE(second.held().ok());
        EXPECT_EQ(second.held().code(), Errc::conflict);
    }
    EXPECT_TRUE(DirectoryLock{dir.path() / "new" / "data"}.held().ok());
}

TEST(DirectoryLock, AFileIsNotTakenForAnotherUp) {
    world::test::ScratchDir const dir;
    std::ofstream{dir.path() / "file"} << "text";
    for (auto const& place : {dir.path() / "file", dir.path() / "file" / "below"}) {
        DirectoryLock const lock{place};
        ASSERT_FALSE(lock.held().ok());
        EXPECT_EQ(lock.held().code(), Errc::unavailable);
        auto const& why = lock.held().error().detail;
        EXPECT_NE(why.find(place.string()), std::string::npos) << why;
        EXPECT_NE(why.find("--data-dir"), std::string::npos) << why;
        EXPECT_EQ(why.find("another `tandem up`"), std::string::npos) << why;
    }
}

TEST(DirectoryLock, APlaceThatCannotBeWrittenIsNotTakenForAnotherUp) {
    for (char const* const place : {"/proc/self", "/proc/tandem"}) {
        DirectoryLock const lock{place};
        ASSERT_FALSE(lock.held().ok()) << place;
        EXPECT_EQ(lock.held().code(), Errc::unavailable) << place;
    }
}

}  // namespace
}  // namespace tandem::app
