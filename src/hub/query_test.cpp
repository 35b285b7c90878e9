#include "hub/query.hpp"

#include <gtest/gtest.h>

namespace tandem::hub {
namespace {

record::Device device(std::string const& id, record::DeviceStatus status = record::DEVICE_ENABLED) {
    record::Device made;
    made.mutable_identity()->set_device_id(id);
    made.mutable_identity()->set_status(status);
    return made;
}
std::string refusal(std::string const& text) {
    auto const query = parse_query(text);
    EXPECT_FALSE(query.ok()) << text;
    return query.ok() ? "" : query.error().detail;
}
bool selects(std::string const& condition, record::Device const& of, bool connected = false) {
    auto const query = parse_query("SELECT * FROM devices WHERE " + condition);
    EXPECT_TRUE(query.ok()) << condition << ": " << (query.ok() ? "" : query.error().detail);
    return query.ok() && query->matches(of, connected);
}

TEST(Query, SaysWhichDevicesMeetIt) {
    EXPECT_TRUE(parse_query("SELECT * FROM devices")->matches(device("x"), false));
    EXPECT_TRUE(parse_query(" select*from DEVICES ")->matches(device("x"), false));
    std::string const all =
        "STARTS_WITH(deviceId, 'dev') AND status != 'disabled' AND connectionState = 'Connected'";
    EXPECT_TRUE(selects(all, device("dev1"), true));
    EXPECT_FALSE(selects(all, device("dev1"), false));
    EXPECT_FALSE(selects(all, device("Dev1"), true));
    EXPECT_FALSE(selects(all, device("dev1", record::DEVICE_DISABLED), true));
    EXPECT_TRUE(selects("status='disabled'", device("d", record::DEVICE_DISABLED)));
    EXPECT_TRUE(selects("deviceId = 'a' OR deviceId = 'd'", device("d")));
    EXPECT_FALSE(selects("deviceId = \"' OR status = 'enabled\"", device("d")));
}

TEST(Query, RefusesWhatIsNotAvailableAndSaysIt) {
    EXPECT_NE(refusal("SELECT COUNT() AS n FROM devices").find("SELECT *"), std::string::npos);
    EXPECT_NE(refusal("SELECT * FROM devices.jobs").find("FROM devices"), std::string::npos);
    EXPECT_NE(refusal("SELECT * FROM devices GROUP BY status").find("WHERE"), std::string::npos);
    EXPECT_NE(refusal("SELECT * FROM devices WHERE tags.site = 'x'").find("'tags.site'"),
              std::string::npos);
    EXPECT_NE(
        refusal("SELECT * FROM devices WHERE status = 'x' AND $twin.tags.a = 1").find("$twin"),
        std::string::npos);
    EXPECT_NE(refusal("SELECT * FROM devices WHERE NOT $body.x = 1").find("$body"),
              std::string::npos);
}

TEST(Query, RefusesWhatItCannotRead) {
    for (char const* bad :
         {"", "SELECT", "SELECT *", "SELECT * FROM", "SELECTED * FROM devices",
          "SELECT * FROM devices WHERE", "SELECT * FROM devices WHERE  ",
          "SELECT * FROM devices status = 'x'",
          "SELECT * FROM devices WHERE status = ", "SELECT * FROM devices WHERE status = 'x",
          "SELECT * FROM devices; DROP", "SELECT * FROM devices WHERE status = 'x' AND",
          "SELECT * FROM devices WHERE STARTS_WITH(deviceId)"})
        EXPECT_FALSE(refusal(bad).empty());
    EXPECT_FALSE(
        refusal("SELECT * FROM devices WHERE deviceId = '" + std::string(9000, 'x') + "'").empty());
    EXPECT_FALSE(refusal("SELECT * FROM devices WHERE " + std::string(2000, '(')).empty());
}

TEST(Query, ContinuationsAreOnlyOurs) {
    QueryPlace const place{31, "a:b/\xC3\xA9"};
    EXPECT_EQ(*parse_continuation(render_continuation(place)), place);
    EXPECT_EQ(*parse_continuation(""), QueryPlace{});
    for (char const* bad : {"x", "!!", "MQ", "OjE", "LTE6eA", "OTk5OTk6eA"})
        EXPECT_FALSE(parse_continuation(bad).ok()) << bad;
    EXPECT_FALSE(parse_continuation(render_continuation({1, std::string(200, 'x')})).ok());
}

TEST(Query, ReadsItsTextFromTheBody) {
    EXPECT_EQ(*query_text(R"({"query":"SELECT"})"), "SELECT");
    for (char const* bad : {"", "[]", "{}", R"({"query":1})", R"({"other":"x"})"})
        EXPECT_FALSE(query_text(bad).ok()) << bad;
}

}  // namespace
}  // namespace tandem::hub
