#include "hub/twin_json.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

namespace tandem::hub {
namespace {

json::object parse(std::string_view text) { return *parse_json_object(text, 64); }

std::string merged(std::string_view tree, std::string_view patch) {
    auto result = parse(tree);
    merge_tree(result, parse(patch));
    return render_json(result);
}

bool allowed(std::string_view patch) { return check_tree(parse(patch), "tags").ok(); }

std::string nested(std::size_t levels) {
    std::string text;
    for (std::size_t i = 0; i < levels; ++i) text += "{\"a\":";
    return text + "1" + std::string(levels, '}');
}

TEST(TwinJson, MergesAndNullDeletes) {
    EXPECT_EQ(merged(R"({"a":1,"b":2})", R"({"a":null,"c":3})"), R"({"b":2,"c":3})");
    EXPECT_EQ(merged(R"({"a":{"x":1,"y":2}})", R"({"a":{"x":null,"z":3}})"),
              R"({"a":{"y":2,"z":3}})");
    EXPECT_EQ(merged(R"({"a":1})", R"({"a":{"b":{"c":null}}})"), R"({"a":{"b":{}}})");
    EXPECT_EQ(merged(R"({"a":{"b":1}})", R"({"a":[null,1]})"), R"({"a":[null,1]})");
    EXPECT_EQ(merged("{}", "{}"), "{}");
}

TEST(TwinJson, StampsWhatAPatchTouches) {
    auto tree = parse("{}");
    TwinMetadata metadata;
    merge_tree(tree, parse(R"({"a":{"x":1},"b":[1]})"), metadata, {wall_from_micros(1), 2});
    merge_tree(tree, parse(R"({"b":null,"a":{"y":{"z":1}}})"), metadata, {wall_from_micros(2), 3});
    EXPECT_EQ(render_json(tree), R"({"a":{"x":1,"y":{"z":1}}})");
    std::string const early =
        R"("$lastUpdated":"1970-01-01T00:00:00.0000010Z","$lastUpdatedVersion":2)";
    std::string const late =
        R"("$lastUpdated":"1970-01-01T00:00:00.0000020Z","$lastUpdatedVersion":3)";
    std::string const expected = "{" + late + R"(,"a":{)" + late + R"(,"x":{)" + early +
                                 R"(},"y":{)" + late + R"(,"z":{)" + late + "}}}}";
    EXPECT_EQ(metadata.shown(), expected);
    EXPECT_EQ(TwinMetadata{metadata.stored()}.shown(), expected);
    EXPECT_EQ(metadata.stored(),
              R"({"stamps":[2,3,1,2],"marks":{"$":0,"a":{"$":0,"x":1,"y":{"$":0,"z":0}}}})");
}

TEST(TwinJson, MetadataForgetsStampsThatNothingBears) {
    auto tree = parse("{}");
    TwinMetadata metadata;
    EXPECT_EQ(metadata.shown(), "{}");
    for (int i = 1; i < 4; ++i) {
        merge_tree(tree, parse(R"({"a":1})"), metadata, {wall_from_micros(i)});
        metadata = TwinMetadata{metadata.stored()};
    }
    EXPECT_EQ(metadata.stored(), R"({"stamps":[3,0],"marks":{"$":0,"a":0}})");
    EXPECT_EQ(metadata.shown(), R"({"$lastUpdated":"1970-01-01T00:00:00.0000030Z",)"
                                R"("a":{"$lastUpdated":"1970-01-01T00:00:00.0000030Z"}})");
}

// bad-inputs 42: as many keys as a twin may have
TEST(TwinJson, MetadataOfManyShortKeysIsNotMuchLargerThanTheyAre) {
    json::object patch;
    for (int i = 0; tree_bytes(patch) < limits::twin_properties_bytes_max - 8; ++i)
        patch[std::to_string(i)] = "";
    json::object tree;
    TwinMetadata metadata;
    merge_tree(tree, patch, metadata, {wall_from_micros(1), 1});
    EXPECT_LT(metadata.stored().size(), 3 * limits::twin_properties_bytes_max);
}

// An object that became a number, and the other way round, leaves no metadata of its former self.
TEST(TwinJson, ForgetsTheMetadataOfWhatWasReplaced) {
    auto tree = parse("{}");
    TwinMetadata metadata;
    merge_tree(tree, parse(R"({"a":{"x":1},"b":1})"), metadata, {wall_from_micros(1)});
    merge_tree(tree, parse(R"({"a":1,"b":{"y":1}})"), metadata, {wall_from_micros(1)});
    EXPECT_EQ(metadata.stored(), R"({"stamps":[1,0],"marks":{"$":0,"a":0,"b":{"$":0,"y":0}}})");
}

TEST(TwinJson, TellsWhatAReplacementRemoved) {
    auto const patch = replacing_patch(parse(R"({"a":1,"b":{"x":1,"y":2},"c":{"z":1}})"),
                                       parse(R"({"b":{"x":3},"c":4,"d":5})"));
    EXPECT_EQ(render_json(patch), R"({"b":{"x":3,"y":null},"c":4,"d":5,"a":null})");
}

// bad-inputs 42
TEST(TwinJson, RefusesKeysThatCouldPassForOurs) {
    EXPECT_FALSE(allowed(R"({"$version":1})"));
    EXPECT_FALSE(allowed(R"({"a":{"$metadata":{}}})"));
    EXPECT_FALSE(allowed(R"({"a":[{"$x":1}]})"));
    EXPECT_FALSE(allowed(R"({"a.b":1})"));
    EXPECT_FALSE(allowed(R"({"a b":1})"));
    EXPECT_FALSE(allowed(R"({"":1})"));
    EXPECT_FALSE(allowed("{\"a\\u0000b\":1}"));
    EXPECT_FALSE(allowed("{\"\\u0085\":1}"));
    EXPECT_TRUE(allowed(R"({"a-b_ä":1})"));
    EXPECT_FALSE(allowed("{\"" + std::string(limits::twin_key_bytes_max + 1, 'k') + "\":1}"));
}

TEST(TwinJson, RefusesValuesBeyondTheirLimits) {
    EXPECT_TRUE(allowed(R"({"a":4503599627370495,"b":-4503599627370496})"));
    EXPECT_FALSE(allowed(R"({"a":4503599627370496})"));
    EXPECT_FALSE(allowed(R"({"a":[-4503599627370497]})"));
    EXPECT_FALSE(allowed(R"({"a":18446744073709551615})"));
    EXPECT_TRUE(allowed("{\"a\":\"" + std::string(limits::twin_string_bytes_max, 's') + "\"}"));
    EXPECT_FALSE(
        allowed("{\"a\":\"" + std::string(limits::twin_string_bytes_max + 1, 's') + "\"}"));
}

// bad-inputs 42
TEST(TwinJson, RefusesNestingBeyondTen) {
    EXPECT_TRUE(allowed(nested(11)));   // ten objects inside the tree itself
    EXPECT_FALSE(allowed(nested(12)));
    EXPECT_FALSE(allowed("{\"a\":" + std::string(11, '[') + std::string(11, ']') + "}"));
}

TEST(TwinJson, CountsKeysAndValues) {
    EXPECT_EQ(tree_bytes(parse(R"({"ab":1,"c":true,"d":"xyz","e":null,"f":[1.5,"q"]})")),
              6U + 8 + 4 + 3 + 8 + 1);
    EXPECT_EQ(tree_bytes(parse(R"({"a":{"b":"\u0001\u0002"}})")), 2U);
}

}  // namespace
}  // namespace tandem::hub
