#include "codec/percent.hpp"

#include <gtest/gtest.h>

namespace tandem {
namespace {

TEST(Percent, DecodesEscapesOfEitherCase) {
    EXPECT_EQ(percent_decode("a%2Fb%2fc"), "a/b/c");
    EXPECT_EQ(percent_decode(""), "");
}

// A '+' in a device id or a signature is a plus, not a blank.
TEST(Percent, LeavesPlusAlone) { EXPECT_EQ(percent_decode("a+b%2Bc"), "a+b+c"); }

// bad-inputs 44: decoding twice would turn harmless text into separators.
TEST(Percent, DecodesOnlyOnce) { EXPECT_EQ(percent_decode("%252F"), "%2F"); }

TEST(Percent, RefusesBadEscapes) {
    EXPECT_EQ(percent_decode("%"), std::nullopt);
    EXPECT_EQ(percent_decode("a%2"), std::nullopt);
    EXPECT_EQ(percent_decode("%zz"), std::nullopt);
    EXPECT_EQ(percent_decode("%+1"), std::nullopt);
}

TEST(Percent, EncodesAllButTheUnreserved) {
    EXPECT_EQ(percent_encode("aZ0-._~"), "aZ0-._~");
    EXPECT_EQ(percent_encode("/ $+%\n"), "%2F%20%24%2B%25%0A");
    EXPECT_EQ(percent_encode("\xC3\xA4"), "%C3%A4");
}

TEST(Percent, EncodingIsUndoneByDecoding) {
    std::string all;
    for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
    EXPECT_EQ(percent_decode(percent_encode(all)), all);
}

}  // namespace
}  // namespace tandem
