#include "codec/time_text.hpp"

#include <gtest/gtest.h>

namespace tandem {
namespace {

constexpr WallTime friday = wall_from_micros(1'598'047'530'123'456);   // 2020-08-21T22:05:30Z

TEST(TimeText, WritesSevenFractionalDigits) {
    EXPECT_EQ(format_iso8601(friday), "2020-08-21T22:05:30.1234560Z");
    EXPECT_EQ(format_iso8601(WallTime{}), "1970-01-01T00:00:00.0000000Z");
}

TEST(TimeText, WritesTheOtherDates) {
    EXPECT_EQ(format_rfc1123(friday), "Fri, 21 Aug 2020 22:05:30 GMT");
    EXPECT_EQ(format_tracking_time(friday), "08/21/2020 22:05:30");
}

TEST(TimeText, ReadsWhatItWrote) { EXPECT_EQ(parse_iso8601(format_iso8601(friday)), friday); }

// bad-inputs 49: 2038 is a year like any other, and so is the one before 1970.
TEST(TimeText, KnowsTimesBeyond32Bits) {
    auto const late = parse_iso8601("2038-01-19T03:14:08Z");
    ASSERT_TRUE(late);
    EXPECT_EQ(to_seconds(*late), 2'147'483'648);
    EXPECT_EQ(format_iso8601(*late), "2038-01-19T03:14:08.0000000Z");
    EXPECT_EQ(format_iso8601(WallTime{-1us}), "1969-12-31T23:59:59.9999990Z");
}

TEST(TimeText, StaysWithinFourDigitYears) {
    EXPECT_EQ(format_iso8601(WallTime::max()), "9999-12-31T23:59:59.9999990Z");
    EXPECT_EQ(format_iso8601(WallTime::min()), "0001-01-01T00:00:00.0000000Z");
}

TEST(TimeText, ReadsOffsetsFractionsAndTheirAbsence) {
    auto const noon = parse_iso8601("2024-02-29T12:00:00Z");
    ASSERT_TRUE(noon);
    EXPECT_EQ(parse_iso8601("2024-02-29T12:00:00"), noon);
    EXPECT_EQ(parse_iso8601("2024-02-29 14:00:00.000+02:00"), noon);
    EXPECT_EQ(parse_iso8601("2024-02-29t04:30:00-07:30"), noon);
    EXPECT_EQ(parse_iso8601("2024-02-29T12:00:00.1234567891Z"), *noon + 123'456us);
}

TEST(TimeText, RefusesWhatIsNoTime) {
    for (auto const* text :
         {"", "2024", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z",
          "2024-01-01T00:00:60Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00Zx",
          "0000-01-01T00:00:00Z", "2024-01-01T00:00:00+99:00", "-024-01-01T00:00:00Z"})
        EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
}

}  // namespace
}  // namespace tandem
