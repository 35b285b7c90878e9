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
    auto metadata = parse("{}");
    Stamp const first{"t1", 2};
    Stamp const second{"t2", 3};
    merge_tree(tree, parse(R"({"a":{"x":1},"b":[1]})"), &metadata, &first);
    merge_tree(tree, parse(R"({"b":null,"a":{"y":{"z":1}}})"), &metadata, &second);
    EXPECT_EQ(render_json(tree), R"({"a":{"x":1,"y":{"z":1}}})");
    EXPECT_EQ(render_json(metadata),
              R"({"$lastUpdated":"t2","$lastUpdatedVersion":3,)"
              R"("a":{"$lastUpdated":"t2","$lastUpdatedVersion":3,)"
              R"("x":{"$lastUpdated":"t1","$lastUpdatedVersion":2},)"
              R"("y":{"$lastUpdated":"t2","$lastUpdatedVersion":3,)"
              R"("z":{"$lastUpdated":"t2","$lastUpdatedVersion":3}}}})");
}

// An object that became a number, and the other way round, leaves no metadata of its former self.
TEST(TwinJson, ForgetsTheMetadataOfWhatWasReplaced) {
    auto tree = parse("{}");
    auto metadata = parse("{}");
    Stamp const stamp{"t", std::nullopt};
    merge_tree(tree, parse(R"({"a":{"x":1},"b":1})"), &metadata, &stamp);
    merge_tree(tree, parse(R"({"a":1,"b":{"y":1}})"), &metadata, &stamp);
    EXPECT_EQ(render_json(metadata),
              R"({"$lastUpdated":"t","a":{"$lastUpdated":"t"},)"
              R"("b":{"$lastUpdated":"t","y":{"$lastUpdated":"t"}}})");
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
