#include "identity/secret.hpp"

#include <gtest/gtest.h>

namespace tandem::identity {
namespace {

TEST(Secret, MatchesOnlyItself) {
    std::string const hash = hash_secret("correct horse", "0123456789abcdef");
    EXPECT_TRUE(secret_matches("correct horse", hash));
    EXPECT_FALSE(secret_matches("correct hors", hash));
    EXPECT_FALSE(secret_matches("correct horse ", hash));
    EXPECT_FALSE(secret_matches("", hash));
    EXPECT_EQ(hash.find("correct"), std::string::npos);
}

// bad-inputs 40: a malformed line is nobody's secret, above all not the empty one's
TEST(Secret, MalformedHashMatchesNothing) {
    for (char const* hash :
         {"", "$", "$$$", "pbkdf2-sha256$$$", "pbkdf2-sha256$20000$$", "pbkdf2-sha256$20000$00$",
          "pbkdf2-sha256$0$00$00", "pbkdf2-sha256$-1$00$00", "plain$1$00$00", "secret",
          "pbkdf2-sha256$20000$zz$00", "pbkdf2-sha256$99999999999$00$00"}) {
        EXPECT_FALSE(secret_matches("", hash)) << hash;
        EXPECT_FALSE(secret_matches("secret", hash)) << hash;
        EXPECT_FALSE(secret_matches(hash, hash)) << hash;
    }
    EXPECT_FALSE(secret_matches("", hash_secret("", "0123456789abcdef")));
}

// written by an earlier version, and by one that makes more of them
TEST(Secret, HashSaysHowManyRoundsItTook) {
    std::string const few = hash_secret("secret", "0123456789abcdef", 1'000);
    std::string const many = hash_secret("secret", "0123456789abcdef", 3'000);
    EXPECT_EQ(rounds_of(few), 1'000);
    EXPECT_EQ(rounds_of(many), 3'000);
    EXPECT_EQ(rounds_of("secret"), 0);
    for (std::string const& hash : {few, many}) {
        EXPECT_TRUE(secret_matches("secret", hash, 2'000));
        EXPECT_FALSE(secret_matches("secrets", hash, 2'000));
    }
    EXPECT_FALSE(secret_matches("secret", "", 2'000));
}

TEST(Secret, DigestIsSha256) {
    EXPECT_EQ(digest("abc").substr(0, 4), "\xba\x78\x16\xbf");
    EXPECT_EQ(digest("").size(), 32U);
}

// RFC 4231, test case 2
TEST(Secret, KeyedDigestIsHmacSha256) {
    EXPECT_EQ(keyed_digest("Jefe", "what do ya want for nothing?").substr(0, 4),
              "\x5b\xdc\xc1\x46");
}

// bad-inputs 37
TEST(Secret, ComparesWholeTexts) {
    EXPECT_TRUE(equal_constant_time("", ""));
    EXPECT_TRUE(equal_constant_time("abc", "abc"));
    EXPECT_FALSE(equal_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_constant_time("abc", "ab"));
}

}  // namespace
}  // namespace tandem::identity
