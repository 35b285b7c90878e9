#include "codec/base64.hpp"
#include "codec/hex.hpp"

#include <gtest/gtest.h>

namespace tandem {
namespace {

TEST(Base64, ReadsWhatItWrote) {
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
        EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
        bytes += static_cast<char>(i * 7);
    }
}

TEST(Base64, WritesTheRfcsExamples) {
    EXPECT_EQ(base64_encode(""), "");
    EXPECT_EQ(base64_encode("f"), "Zg==");
    EXPECT_EQ(base64_encode("fo"), "Zm8=");
    EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
}

// bad-inputs 36: a key or signature in another variant is none.
TEST(Base64, RefusesOtherVariants) {
    EXPECT_EQ(base64_decode("Zg"), std::nullopt);
    EXPECT_EQ(base64_decode("Zg="), std::nullopt);
    EXPECT_EQ(base64_decode("Z==="), std::nullopt);
    EXPECT_EQ(base64_decode("===="), std::nullopt);
    EXPECT_EQ(base64_decode("Zg==Zg=="), std::nullopt);
    EXPECT_EQ(base64_decode("Zm9v\nYmFy"), std::nullopt);
    EXPECT_EQ(base64_decode("__--"), std::nullopt);
    EXPECT_EQ(base64_decode(std::string("Zm9\0", 4)), std::nullopt);
}

TEST(Base64Url, ReadsWhatItWroteAndNothingElse) {
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
        EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
        bytes += static_cast<char>(i * 7);
    }
    EXPECT_EQ(base64url_encode("\xfb\xff\xfe"), "-__-");
    EXPECT_EQ(base64url_encode("f"), "Zg");
    for (char const* other : {"Zg==", "+//+", "Z", "Zh", "Zg Zg", "Zm9vY"})
        EXPECT_EQ(base64url_decode(other), std::nullopt) << other;
}

TEST(Hex, ReadsEitherCaseAndNothingElse) {
    EXPECT_EQ(hex_decode("00ffAb"), std::string("\0\xff\xab", 3));
    EXPECT_EQ(hex_encode(std::string("\0\xff\xab", 3)), "00ffab");
    EXPECT_EQ(hex_decode("abc"), std::nullopt);
    EXPECT_EQ(hex_decode("0x"), std::nullopt);
}

}  // namespace
}  // namespace tandem
