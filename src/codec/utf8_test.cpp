#include "codec/utf8.hpp"

#include <gtest/gtest.h>

namespace tandem {
namespace {

TEST(Utf8, TakesEveryLength) {
    EXPECT_TRUE(utf8_valid(""));
    EXPECT_TRUE(utf8_valid("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF"));
    EXPECT_TRUE(utf8_valid(std::string_view("\0", 1)));
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndWhatIsTooHigh) {
    EXPECT_FALSE(utf8_valid("\xC0\x80"));
    EXPECT_FALSE(utf8_valid("\xE0\x80\xAF"));
    EXPECT_FALSE(utf8_valid("\xF0\x80\x80\xAF"));
    EXPECT_FALSE(utf8_valid("\xED\xA0\x80"));
    EXPECT_FALSE(utf8_valid("\xF4\x90\x80\x80"));
    EXPECT_FALSE(utf8_valid("\xFF"));
}

TEST(Utf8, RefusesWhatBreaksOff) {
    EXPECT_FALSE(utf8_valid("\xE2\x82"));
    EXPECT_FALSE(utf8_valid("\xC3"));
    EXPECT_FALSE(utf8_valid("\xC3\x28"));
    EXPECT_FALSE(utf8_valid("\x80"));
}

TEST(Utf8, CountsCharactersOfAnyLength) {
    EXPECT_EQ(utf8_characters(""), 0U);
    EXPECT_EQ(utf8_characters("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"), 4U);
}

TEST(Utf8, CountsNoControlCharacters) {
    EXPECT_EQ(utf8_bytes_without_controls("a\x01\x7F\xC2\x85\xC3\xA4"), 3U);
}

}  // namespace
}  // namespace tandem
