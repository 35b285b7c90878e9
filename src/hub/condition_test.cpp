#include "hub/condition.hpp"

#include "codec/json.hpp"

#include <boost/json/parse.hpp>

#include <gtest/gtest.h>

namespace tandem::hub {
namespace {

struct Message {
    MessageFacts::Properties application;
    MessageFacts::Properties system;
    std::optional<json::value> body;
    std::optional<json::object> twin;

    MessageFacts facts() const {
        return {&application, &system, body ? &*body : nullptr, twin ? &*twin : nullptr};
    }
};

Message sample() {
    Message message;
    message.application = {{"level", "storage"}, {"temperature", "21.5"}, {"dt-x", "a"}};
    message.system = {{"contentType", "application/json"}, {"connectionDeviceId", "dev-1"}};
    message.body = boost::json::parse(R"({"Weather":{"Temperature":50,"Time":"2017-03-09"},
        "list":[1,{"c":"x"}],"flag":true,"nothing":null,"deep":{"a":1}})");
    message.twin = boost::json::parse(R"({"tags":{"region":"north"},
        "properties":{"desired":{"rate":10},"reported":{"ok":false}}})")
                       .as_object();
    return message;
}

std::string verdict(std::string_view text) {
    auto compiled = Condition::compile(text);
    if (auto const* error = std::get_if<CompileError>(&compiled)) return "error: " + error->message;
    Message const message = sample();
    switch (std::get<Condition>(compiled).evaluate(message.facts())) {
        case Verdict::yes: return "true";
        case Verdict::no: return "false";
        case Verdict::undefined: return "undefined";
    }
    return "?";
}

CompileError error_of(std::string_view text) {
    auto compiled = Condition::compile(text);
    auto const* error = std::get_if<CompileError>(&compiled);
    return error == nullptr ? CompileError{"compiled", {0, 0}, {0, 0}} : *error;
}

TEST(Condition, ExamplesOfTheDocuments) {
    EXPECT_EQ(verdict("true"), "true");
    EXPECT_EQ(verdict("  "), "true");
    EXPECT_EQ(verdict("level='storage'"), "true");
    EXPECT_EQ(verdict("level = \"critical\""), "false");
    EXPECT_EQ(verdict("$body.Weather.Temperature = 50"), "true");
    EXPECT_EQ(verdict("$body.weather.temperature >= 50 AND level <> 'x'"), "true");
    EXPECT_EQ(verdict("$connectionDeviceId = 'dev-1'"), "true");
    EXPECT_EQ(verdict("$twin.properties.desired.rate = 10 and $twin.tags.region = 'north'"),
              "true");
    EXPECT_EQ(verdict("as_number(temperature) > 20"), "true");
    EXPECT_EQ(verdict("STARTS_WITH($body.Weather.Time, '2017')"), "true");
    EXPECT_EQ(verdict("$body.list[1].c = 'x' AND $body.list[0] = 0x1"), "true");
    EXPECT_EQ(verdict("level IN ['hot', 'storage']"), "true");
    EXPECT_EQ(verdict("level NIN ['hot', 'storage']"), "false");
    EXPECT_EQ(verdict("NOT (level = 'hot')"), "true");
}

TEST(Condition, NamesAreComparedWithoutCaseAndValuesWithIt) {
    EXPECT_EQ(verdict("LEVEL = 'storage'"), "true");
    EXPECT_EQ(verdict("LEVEL = 'Storage'"), "false");
    EXPECT_EQ(verdict("$CONTENTTYPE = 'application/json'"), "true");
    EXPECT_EQ(verdict("[[level]] = 'storage'"), "true");
    EXPECT_EQ(verdict("dt-x = 'a'"), "true");
}

TEST(Condition, WhatIsMissingOrOfTheWrongTypeIsUndefined) {
    for (char const* text :
         {"missing = 'x'", "NOT missing", "level", "$body.missing.deeper = 1", "temperature > 20",
          "$body.flag > 1", "$body.nothing", "$body.deep = 1", "$body.deep = $body.deep",
          "$body.list[9] = 1", "1 / 0 = 1", "0 / 0 = 0 / 0", "5 % 0 = 0", "$body.flag < true",
          "EXP(1000) > 1", "AS_NUMBER('12x') = 12", "CONCAT('a', 1) = 'a1'", "LENGTH(5) = 1",
          "SUBSTRING('abc', 0 - 1) = 'c'", "missing IN ['a']", "SQRT(-1) = 1", "undefined"})
        EXPECT_EQ(verdict(text), "undefined") << text;
    EXPECT_EQ(verdict("missing = 'x' OR true"), "true");
    EXPECT_EQ(verdict("missing = 'x' AND false"), "false");
    EXPECT_EQ(verdict("IS_DEFINED(missing)"), "false");
    EXPECT_EQ(verdict("IS_DEFINED($body.nothing) AND IS_NULL($body.nothing)"), "true");
}

TEST(Condition, Functions) {
    for (char const* text :
         {"ABS(-2) = 2", "POWER(2, 10) = 1024", "SQUARE(3) = 9", "CEILING(1.2) = 2",
          "FLOOR(-1.2) = -2", "SIGN(-3) = -1", "SQRT(16) = 4", "EXP(0) = 1",
          "IS_ARRAY($body.list)", "IS_BOOL($body.flag)", "IS_NUMBER($body.Weather.Temperature)",
          "IS_OBJECT($body.deep)", "IS_PRIMITIVE(level)", "IS_STRING(level)",
          "CONCAT('a', 'b', level) = 'abstorage'", "LENGTH('h\\u00e9') = 2",
          "UPPER(level) = 'STORAGE'", "LOWER('A') = 'a'", "SUBSTRING(level, 2, 3) = 'ora'",
          "SUBSTRING(level, 4) = 'age'", "INDEX_OF(level, 'ra') = 3", "INDEX_OF(level, 'x') = -1",
          "ENDS_WITH(level, 'age')", "CONTAINS(level, 'tor')", "-(2 + 3) * 2 = -10",
          "7 % 4 - 1 = 2"})
        EXPECT_EQ(verdict(text), "true") << text;
}

TEST(Condition, ErrorsSayWhere) {
    auto const error = error_of("level = 'a' AND\n  $body.x == 5");
    EXPECT_EQ(error.start.line, 2);
    EXPECT_EQ(error.start.column, 12);
    EXPECT_EQ(error.end.column, 13);
    for (char const* text :
         {"level = ", "(level = 'a'", "level = 'a", "level = 'a' level", "NOSUCH(1)", "ABS()",
          "ABS(1, 2)", "STARTSWITH(level, 'a')", "level IN ('a')", "level IN ['a' 'b']", "a & b",
          "1e400 > 1", "12abc", "0x", "$body.", "$body[1.5]", "[[a", "AND", "level IN [level]",
          "'\\q'", "'\\u12'", "= 1", "select * from x"})
        EXPECT_NE(error_of(text).message, "compiled") << text;
}

TEST(Condition, BadInput43DepthListsAndTextsAreBounded) {
    std::string const deep(4000, '(');
    EXPECT_EQ(error_of(deep + "true" + std::string(4000, ')')).message,
              "The condition is nested too deeply.");
    std::string nots;
    for (int i = 0; i < 1000; ++i) nots += "NOT ";
    EXPECT_EQ(error_of(nots + "true").message, "The condition is nested too deeply.");
    EXPECT_EQ(error_of(std::string(4000, '-') + "1 = 1").message,
              "The condition is nested too deeply.");
    std::string sum = "1";
    for (int i = 0; i < 1000; ++i) sum += "+1";
    EXPECT_EQ(error_of(sum + " > 1").message, "The condition is nested too deeply.");
    std::string list = "level IN ['a'";
    for (int i = 0; i < 400; ++i) list += ",'a'";
    EXPECT_NE(error_of(list + "]").message.find("256"), std::string::npos);
    EXPECT_NE(error_of(std::string(9000, ' ')).message.find("8192"), std::string::npos);
    // A long chain is no depth.
    std::string chain = "true";
    for (int i = 0; i < 700; ++i) chain += " AND true";
    EXPECT_EQ(verdict(chain), "true");
}

TEST(Condition, BadInput43SearchingIsLinear) {
    Message message;
    std::string const text(200'000, 'a');
    message.body = json::object{{"text", text}, {"part", text.substr(0, 100'000) + "b"}};
    auto compiled = Condition::compile(
        "CONTAINS($body.text, $body.part) OR INDEX_OF($body.text, $body.part) > 0");
    // Quadratic searching would take 10^10 steps here.
    EXPECT_EQ(std::get<Condition>(compiled).evaluate(message.facts()), Verdict::no);
    auto grown = Condition::compile(
        "IS_DEFINED(CONCAT($body.text, $body.text, $body.text))");
    EXPECT_EQ(std::get<Condition>(grown).evaluate(message.facts()), Verdict::no);
}

TEST(Condition, BodyIsSeenOnlyAsDeclaredJson) {
    EXPECT_TRUE(routed_body("{\"a\":1}", "application/json", "UTF-8"));
    EXPECT_TRUE(routed_body("1", "Application/JSON; charset=utf-8", "utf-8"));
    EXPECT_FALSE(routed_body("{\"a\":1}", "application/json", ""));
    EXPECT_FALSE(routed_body("{\"a\":1}", "text/plain", "utf-8"));
    EXPECT_FALSE(routed_body("{\"a\":", "application/json", "utf-8"));
    EXPECT_FALSE(routed_body(std::string("{\0a", 3), "application/json", "utf-16"));
    EXPECT_TRUE(routed_body(std::string("[\0]\0", 4), "application/json", "utf-16"));
    EXPECT_TRUE(routed_body(std::string("\xfe\xff\0[\0]", 6), "application/json", "UTF-16"));
    EXPECT_TRUE(
        routed_body(std::string("\xff\xfe\0\0[\0\0\0]\0\0\0", 12), "application/json", "utf-32"));
    EXPECT_FALSE(
        routed_body(std::string("\"\0\0\xd8\"\0", 6), "application/json", "utf-16"));
}

}  // namespace
}  // namespace tandem::hub
