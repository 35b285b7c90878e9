#include "control/import_lines.hpp"

#include "control/json.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

TEST(ImportLines, ALineEndsAtItsEndOrWithTheFile) {
    std::string const text = "one\r\ntwo\n\nlast";
    std::size_t at = 0;
    EXPECT_EQ(next_line(text, at, false), "one");
    EXPECT_EQ(next_line(text, at, false), "two");
    EXPECT_EQ(next_line(text, at, false), "");
    EXPECT_EQ(next_line(text, at, false), std::nullopt);
    EXPECT_EQ(next_line(text, at, true), "last");
    EXPECT_EQ(next_line(text, at, true), std::nullopt);
}

TEST(ImportLines, AnExportedLineComesBackWithoutWhatTheHubSets) {
    auto const read = read_import_line(
        R"({"id":"d","eTag":"MQ==","status":"disabled","authentication":null,"tags":{"a":1},)"
        R"("properties":{"desired":{"x":1,"$metadata":{},"$version":3},"reported":{"y":2}}})");
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->id, "d");
    EXPECT_EQ(read->mode, "createorupdate");
    auto const entry = stored_object(read->element);
    EXPECT_EQ(json::serialize(entry.at("properties")), R"({"desired":{"x":1}})");
    EXPECT_FALSE(entry.contains("authentication"));
    EXPECT_EQ(entry.at("status"), "disabled");
}

TEST(ImportLines, BadInput45BadLinesAreRefusedOneByOne) {
    for (char const* bad : {"", "x", "[]", "{}", R"({"id":""})", R"({"id":1})", "{\"id\":\"d\"",
                            R"({"id":"d","importMode":"drop"})", R"({"id":"d","importMode":1})",
                            "{\"id\":\"\xff\"}", R"({"id":"d"}{"id":"e"})"})
        EXPECT_FALSE(read_import_line(bad).ok()) << bad;
    EXPECT_FALSE(
        read_import_line("{\"id\":\"d\",\"x\":\"" + std::string(300'000, 'x') + "\"}").ok());
    EXPECT_FALSE(read_import_line("{\"id\":\"d\",\"x\":" + std::string(10'000, '[')).ok());
    EXPECT_EQ(read_import_line(R"({"id":"d","importMode":"UpdateIfMatchETag"})")->mode,
              "updateifmatchetag");
}

TEST(ImportLines, AnErrorIsOneLineOfJson) {
    std::string const line = render_import_error(7, "a\nb", "DeviceNotFound", "x\"y");
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(stored_object(line.substr(0, line.size() - 1)).at("deviceId"), "a\nb");
}

}  // namespace
}  // namespace tandem::control
