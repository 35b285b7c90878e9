#include "codec/mqtt/utf8.hpp"

#include <gtest/gtest.h>
#include <string>

namespace tandem::mqtt {
namespace {

using namespace std::string_literals;

TEST(MqttUtf8, AcceptsWellFormedText) {
    EXPECT_TRUE(valid_utf8(""));
    EXPECT_TRUE(valid_utf8("devices/dev1/messages/events/"));
    EXPECT_TRUE(valid_utf8("\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x9A\xB2 \xED\x9F\xBF \xEE\x80\x80"));
    EXPECT_TRUE(valid_utf8("\xF4\x8F\xBF\xBF"));
}

// bad-inputs 13, every position of an eight-byte block included
TEST(MqttUtf8, RefusesNul) {
    for (std::size_t at = 0; at < 20; ++at) {
        std::string text(20, 'a');
        text[at] = '\0';
        EXPECT_FALSE(valid_utf8(text)) << at;
    }
}

// bad-inputs 13
TEST(MqttUtf8, RefusesSurrogatesAndOverlongForms) {
    EXPECT_FALSE(valid_utf8("\xED\xA0\x80"));
    EXPECT_FALSE(valid_utf8("\xED\xBF\xBF"));
    EXPECT_FALSE(valid_utf8("\xC0\x80"));
    EXPECT_FALSE(valid_utf8("\xC1\xBF"));
    EXPECT_FALSE(valid_utf8("\xE0\x9F\xBF"));
    EXPECT_FALSE(valid_utf8("\xF0\x8F\xBF\xBF"));
    EXPECT_FALSE(valid_utf8("\xF4\x90\x80\x80"));
    EXPECT_FALSE(valid_utf8("\xF5\x80\x80\x80"));
}

// bad-inputs 13
TEST(MqttUtf8, RefusesTruncatedSequences) {
    EXPECT_FALSE(valid_utf8("\x80"));
    EXPECT_FALSE(valid_utf8("\xC3"));
    EXPECT_FALSE(valid_utf8("\xE2\x82"));
    EXPECT_FALSE(valid_utf8("\xF0\x9F\x9A"));
    EXPECT_FALSE(valid_utf8("abcdefgh\xFF"));
    EXPECT_FALSE(valid_utf8("\xC3("));
}

// bad-inputs 13: the byte order mark is a character, not a decoration to strip
TEST(MqttUtf8, KeepsTheByteOrderMark) { EXPECT_TRUE(valid_utf8("\xEF\xBB\xBF" "dev1")); }

TEST(MqttUtf8, ReadsStringsOfGreatestLength) {
    EXPECT_TRUE(valid_utf8(std::string(65'535, 'x')));
    EXPECT_FALSE(valid_utf8(std::string(65'534, 'x') + "\xC3"));
}

}  // namespace
}  // namespace tandem::mqtt
