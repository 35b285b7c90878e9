#include "app/prepare.hpp"

#include "app/quickstart.hpp"
#include "world/test_support.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace tandem::app {
namespace {

using Change = std::function<void(UpOptions&)>;

class PrepareTest : public testing::Test {
protected:
    Result<Installation> prepare(Change const& change) {
        UpOptions options;
        options.data_dir = dir.path() / "data";
        change(options);
        Secrets secrets;
        return app::prepare(options, secrets);
    }
    std::string written() const {
        auto const text = read_file(dir.path() / "data" / "installation.json");
        return text.ok() ? *text : std::string{};
    }
    world::test::ScratchDir dir;
};

TEST_F(PrepareTest, TheDevicesConnectionStringHasAnUnusualPort) {
    auto const usual = prepare([](auto&) {});
    ASSERT_TRUE(usual.ok()) << usual.error().detail;
    EXPECT_EQ(device_connection_string(*usual, "a2V5"),
              "HostName=localhost;DeviceId=device-1;SharedAccessKey=a2V5");
    auto const other = prepare([](auto& o) { o.mqtt_port = 18'883; });
    ASSERT_TRUE(other.ok()) << other.error().detail;
    EXPECT_EQ(device_connection_string(*other, "a2V5"),
              "HostName=localhost:18883;DeviceId=device-1;SharedAccessKey=a2V5");
}

}  // namespace
}  // namespace tandem::app
