#include "codec/mqtt/property_bag.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

namespace tandem::mqtt {
namespace {

using Bag = std::vector<BagProperty>;

TEST(PropertyBag, ReadsNamesAndValues) {
    EXPECT_EQ(*parse_property_bag("$.mid=1&a%20b=c%2Fd"), (Bag{{"$.mid", "1"}, {"a b", "c/d"}}));
    EXPECT_EQ(*parse_property_bag("%24.ct=application%2fjson"),
              (Bag{{"$.ct", "application/json"}}));
    EXPECT_EQ(*parse_property_bag(""), Bag{});
}

TEST(PropertyBag, TellsNoValueFromAnEmptyOne) {
    EXPECT_EQ(*parse_property_bag("a&b=&c=="), (Bag{{"a", std::nullopt}, {"b", ""}, {"c", "="}}));
}

TEST(PropertyBag, ToleratesWhatClientsAdd) {
    EXPECT_EQ(*parse_property_bag("?a=1/"), (Bag{{"a", "1"}}));
    EXPECT_EQ(*parse_property_bag("&a=1&&b=2&"), (Bag{{"a", "1"}, {"b", "2"}}));
    EXPECT_EQ(*parse_property_bag("/"), Bag{});
}

TEST(PropertyBag, LeavesPlusAlone) { EXPECT_EQ(*parse_property_bag("a=1+1"), (Bag{{"a", "1+1"}})); }

// bad-inputs 44
TEST(PropertyBag, DecodesOnlyOnce) {
    EXPECT_EQ(*parse_property_bag("a=%2526"), (Bag{{"a", "%26"}}));
}

// bad-inputs 44, 13: what a log or another protocol cannot carry as text is refused
TEST(PropertyBag, RefusesEmptyNamesBadEscapesAndBadText) {
    for (auto const* bad : {"=1", "a=1&=2", "a=%", "a=%2", "a=%GG", "%zz=1", "a=%FF", "a=%00",
                            "a=%ED%A0%80", "%C0%80=1"}) {
        auto const bag = parse_property_bag(bad);
        ASSERT_FALSE(bag.ok()) << bad;
        EXPECT_EQ(bag.code(), Errc::argument_invalid) << bad;
    }
}

// bad-inputs 9, 44
TEST(PropertyBag, RefusesMoreThanAThousandPairs) {
    std::string bag;
    for (std::size_t i = 0; i < limits::mqtt_properties_max; ++i) bag += "a=1&";
    EXPECT_EQ(parse_property_bag(bag)->size(), limits::mqtt_properties_max);
    EXPECT_FALSE(parse_property_bag(bag + "a=1").ok());
}

TEST(PropertyBag, EncodingIsUndoneByParsing) {
    Bag const bag{
        {"$.to", "/devices/d/x"}, {"none", std::nullopt}, {"e", ""}, {"\xC3\xA4", "a&b=c"}};
    Bytes out;
    encode_property_bag(bag, out);
    EXPECT_EQ(out, "%24.to=%2Fdevices%2Fd%2Fx&none&e=&%C3%A4=a%26b%3Dc");
    EXPECT_EQ(*parse_property_bag(out), bag);
}

}  // namespace
}  // namespace tandem::mqtt
