#include "gateway/amqp/event_address.hpp"

#include <gtest/gtest.h>

namespace tandem::gateway {
namespace {

using Kind = EventAddress::Kind;
using StartKind = hub::ReadStart::Kind;

TEST(EventAddress, ReadsBarePathsAndAbsoluteUris) {
    for (char const* text : {"myhub/ConsumerGroups/$Default/Partitions/3",
                             "/myhub/ConsumerGroups/$Default/Partitions/3",
                             "amqps://host:5671/myhub/consumergroups/%24Default/PARTITIONS/3"}) {
        EventAddress const address = parse_event_address(text);
        EXPECT_EQ(address.kind, Kind::receiver) << text;
        EXPECT_EQ(address.entity, "myhub");
        EXPECT_EQ(address.group, "$Default");
        EXPECT_EQ(address.partition, "3");
        EXPECT_FALSE(address.redirect);
    }
}

TEST(EventAddress, KnowsTheHubsOwnAddresses) {
    EXPECT_TRUE(parse_event_address("messages/events/$management").redirect);
    EXPECT_TRUE(parse_event_address("amqps://h/messages/events/$management").redirect);
    EventAddress const address =
        parse_event_address("/messages/events/ConsumerGroups/cg/Partitions/0");
    EXPECT_TRUE(address.redirect);
    EXPECT_EQ(address.kind, Kind::receiver);
}

TEST(EventAddress, KnowsRequestAddresses) {
    EXPECT_EQ(parse_event_address("$cbs").kind, Kind::cbs);
    EXPECT_EQ(parse_event_address("$management").kind, Kind::management);
    EXPECT_EQ(parse_event_address("myhub/$management").entity, "myhub");
}

TEST(EventAddress, RefusesEverythingElse) {
    for (char const* text : {"", "/", "x", "amqps://", "amqps://host", "messages/events",
                             "/devices/d/messages/events", "a/b/c/d/e/f/g/h/i/j",
                             "myhub/ConsumerGroups/g/Partitions", "x/$cbs"}) {
        EXPECT_EQ(parse_event_address(text).kind, Kind::unknown) << text;
    }
}

TEST(EventStart, ReadsPositions) {
    auto const start = parse_start("amqp.annotation.x-opt-offset > '12'");
    ASSERT_TRUE(start.ok());
    EXPECT_EQ(start->kind, StartKind::position);
    EXPECT_EQ(start->position.bits(), 12U);
    EXPECT_FALSE(start->inclusive);
    EXPECT_TRUE(parse_start("amqp.annotation.x-opt-sequence-number >= 2995")->inclusive);
    EXPECT_EQ(parse_start("amqp.annotation.x-opt-sequence-number >2995")->position.bits(), 2995U);
}

TEST(EventStart, KnowsBothEnds) {
    EXPECT_TRUE(parse_start("amqp.annotation.x-opt-offset > '-1'")->position.none());
    EXPECT_EQ(parse_start("amqp.annotation.x-opt-offset > '@latest'")->kind, StartKind::latest);
}

// A reader that saw an event of 12.3456 s as 12.345 s must not get it again with "> 12345".
TEST(EventStart, TimesAreWholeMilliseconds) {
    auto const after = parse_start("amqp.annotation.x-opt-enqueued-time > '12345'");
    EXPECT_EQ(after->time, wall_from_micros(12'346'000));
    EXPECT_TRUE(after->inclusive);
    auto const from = parse_start("amqp.annotation.x-opt-enqueued-time >= '12345'");
    EXPECT_EQ(from->time, wall_from_micros(12'345'000));
    EXPECT_TRUE(parse_start("amqp.annotation.x-opt-enqueued-time > '9223372036854775807'").ok());
}

TEST(EventStart, RefusesWhatItDoesNotUnderstand) {
    for (char const* text : {"", "x > 1", "amqp.annotation.x-opt-offset", "amqp.annotation.x-opt-",
                             "amqp.annotation.x-opt-offset > 'x'", "amqp.annotation.x-opt-offset >",
                             "amqp.annotation.x-opt-offset > 99999999999999999999",
                             "amqp.annotation.x-opt-partition-key > '1'",
                             "amqp.annotation.x-opt-sequence-number > '@latest'"}) {
        EXPECT_FALSE(parse_start(text).ok()) << text;
    }
}

}  // namespace
}  // namespace tandem::gateway
