#include "codec/json.hpp"

#include <gtest/gtest.h>

namespace tandem {
namespace {

std::string round_trip(std::string_view text) {
    auto const value = parse_json(text);
    return value.ok() ? render_json(*value) : "refused: " + value.error().detail;
}

bool refused(std::string_view text) {
    auto const value = parse_json(text);
    return !value.ok() && value.code() == Errc::argument_invalid;
}

TEST(Json, KeepsNumbersAsTheyAre) {
    EXPECT_EQ(round_trip("[1,1.0,-0.0,21.5,0.1,1e3]"), "[1,1.0,-0.0,21.5,0.1,1000.0]");
    EXPECT_EQ(round_trip("[9007199254740993,-9223372036854775808,18446744073709551615]"),
              "[9007199254740993,-9223372036854775808,18446744073709551615]");
    EXPECT_EQ(round_trip("3.141592653589793"), "3.141592653589793");
    EXPECT_EQ(round_trip("8.41e21"), "8.41e+21");
    EXPECT_EQ(round_trip("1e-400"), "0.0");
}

TEST(Json, KeepsTheOrderOfKeysAndEscapesWhatMustBe) {
    EXPECT_EQ(round_trip(R"( {"b" : "\u0001\"\\\n", "a":[true,false,null,{}]} )"),
              R"({"b":"\u0001\"\\\n","a":[true,false,null,{}]})");
}

// bad-inputs 42
TEST(Json, RefusesDuplicateKeysAtAnyDepth) {
    EXPECT_TRUE(refused(R"({"a":1,"a":1})"));
    EXPECT_TRUE(refused(R"({"x":[{"a":1,"\u0061":2}]})"));
    EXPECT_TRUE(refused(R"({"a":{"b":1},"a":{"b":1}})"));
    EXPECT_FALSE(refused(R"({"a":{"a":{"a":1}}})"));
}

// bad-inputs 42
TEST(Json, RefusesNestingBeyondItsDepth) {
    EXPECT_FALSE(refused(std::string(32, '[') + std::string(32, ']')));
    EXPECT_TRUE(refused(std::string(33, '[') + std::string(33, ']')));
    EXPECT_TRUE(refused(std::string(1'000'000, '[')));
}

// bad-inputs 42
TEST(Json, RefusesNumbersThatADoubleCannotHold) {
    EXPECT_TRUE(refused("1e400"));
    EXPECT_TRUE(refused("[-1e400]"));
    EXPECT_TRUE(refused(std::string(1'000'000, '9')));
    EXPECT_TRUE(refused("NaN"));
    EXPECT_TRUE(refused("Infinity"));
    EXPECT_TRUE(refused("01"));
}

// bad-inputs 13, 42
TEST(Json, RefusesWhatIsNotUtf8) {
    EXPECT_TRUE(refused("\"\xFF\""));
    EXPECT_TRUE(refused("\"\xC0\x80\""));
    EXPECT_TRUE(refused("\"\xED\xA0\x80\""));
    EXPECT_TRUE(refused(R"("\ud800")"));
    EXPECT_TRUE(refused(R"("\udc00")"));
    EXPECT_TRUE(refused(R"("\ud800\u0041")"));
    EXPECT_EQ(round_trip(R"("\ud83d\ude00")"), "\"\xF0\x9F\x98\x80\"");
}

TEST(Json, RefusesWhatIsNotOneValue) {
    EXPECT_TRUE(refused(""));
    EXPECT_TRUE(refused("{} {}"));
    EXPECT_TRUE(refused("{\"a\":1,}"));
    EXPECT_TRUE(refused("// no\n1"));
    EXPECT_TRUE(refused("\xEF\xBB\xBF{}"));
    EXPECT_FALSE(parse_json_object("[]").ok());
}

TEST(Json, ShowsForeignBytesAsQuestionMarks) { EXPECT_EQ(json_string("a\xFF\n"), "\"a?\\n\""); }

}  // namespace
}  // namespace tandem
