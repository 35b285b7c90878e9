// Receivers, $management and the way out: what Event Hubs clients see.
#include "gateway/amqp/test_peer.hpp"

namespace tandem::gateway {
namespace {

using amqp::Value;

class AmqpEventsTest : public testing::Test {
protected:
    void SetUp() override {
        peer.open();
        peer.authorise();
    }
    static amqp::Message question(std::string_view type, std::string_view name) {
        amqp::Message message;
        message.properties.emplace();
        message.properties->message_id = Value::ulong(3);
        message.application_properties = Value::map(
            {Value::string("operation"), Value::string("READ"), Value::string("type"),
             Value::string(type), Value::string("name"), Value::string(name),
             Value::string("partition"), Value::string("1"), Value::string("security_token"),
             Value::int32(5)});
        message.value = Value::null();
        return message;
    }
    void attach_management() {
        peer.say(TestPeer::sender(2, "$management"));
        peer.say(TestPeer::receiver(3, "$management"));
        peer.credit(3, 10);
        peer.heard.clear();
    }
    int status(amqp::Message const& message) {
        return static_cast<int>(message.application_properties.find("status-code")->as_signed());
    }
    ReceiverTable table;
    TestPeer peer{table};
};

TEST_F(AmqpEventsTest, ManagementDescribesTheHub) {
    attach_management();
    peer.transfer(2, question("com.microsoft:eventhub", "HUB"));
    (void)peer.answer<hub::GetEventHub>(hub::Reply{peer.info});
    auto const reply = peer.message();
    ASSERT_TRUE(reply && reply->value);
    EXPECT_EQ(status(*reply), 200);
    EXPECT_EQ(reply->properties->correlation_id, Value::ulong(3));
    EXPECT_EQ(*reply->value->find("name"), Value::string("hub"));
    EXPECT_EQ(*reply->value->find("partition_count"), Value::int32(4));
    EXPECT_EQ(reply->value->find("partition_ids")->kind, amqp::Kind::array);
    EXPECT_EQ(reply->value->find("partition_ids")->items[3], Value::string("3"));
}

TEST_F(AmqpEventsTest, ManagementDescribesAPartition) {
    attach_management();
    peer.transfer(2, question("com.microsoft:partition", "hub"));
    (void)peer.answer<hub::GetEventHub>(hub::Reply{peer.info});
    auto const asked = peer.answer<hub::GetEventPartition>(hub::Reply{hub::EventPartitionInfo{
        Position::from_bits(5), Position::from_bits(9), wall_from_micros(7000), false}});
    EXPECT_EQ(asked.partition, PartitionIndex{1});
    auto const reply = peer.message();
    ASSERT_TRUE(reply && reply->value);
    EXPECT_EQ(*reply->value->find("begin_sequence_number"), Value::int64(5));
    EXPECT_EQ(*reply->value->find("last_enqueued_sequence_number"), Value::int64(9));
    EXPECT_EQ(*reply->value->find("last_enqueued_offset"), Value::string("9"));
    EXPECT_EQ(*reply->value->find("last_enqueued_time_utc"), Value::timestamp(7));
    EXPECT_EQ(*reply->value->find("is_partition_empty"), Value::boolean(false));
}

TEST_F(AmqpEventsTest, ManagementKnowsNothingElse) {
    attach_management();
    peer.transfer(2, question("com.microsoft:eventhub", "other"));
    (void)peer.answer<hub::GetEventHub>(hub::Reply{peer.info});
    EXPECT_EQ(status(*peer.message()), 404);
    peer.transfer(2, question("com.microsoft:something", "hub"));
    EXPECT_EQ(status(*peer.message()), 404);
}

TEST_F(AmqpEventsTest, EventsCarryTheirPlaceAndTheirDevice) {
    peer.receive(2);
    EXPECT_TRUE(peer.asked.empty()) << "no read without credit";
    peer.credit(2, 10);
    auto const asked = peer.answer<hub::ReadTelemetry>(hub::Reply{TestPeer::events(7, 2)});
    EXPECT_EQ(asked.count_max, 10U);
    auto const event = peer.message();
    ASSERT_TRUE(event);
    Value const& notes = event->message_annotations;
    EXPECT_EQ(*notes.find("x-opt-sequence-number"), Value::int64(7));
    EXPECT_EQ(*notes.find("x-opt-offset"), Value::string("7"));
    EXPECT_EQ(*notes.find("x-opt-enqueued-time"), Value::timestamp(1'700'000'000'000));
    EXPECT_EQ(*notes.find("iothub-connection-device-id"), Value::string("dev"));
    EXPECT_EQ(*notes.find("iothub-message-source"), Value::string("Telemetry"));
    EXPECT_EQ(event->data, "x");
    EXPECT_TRUE(event->delivery_annotations.is_null());
    ASSERT_EQ(peer.asked.size(), 1U) << "it reads on";
    EXPECT_EQ(std::get<hub::ReadTelemetry>(peer.asked[0].command).after, Position::from_bits(8));
}

TEST_F(AmqpEventsTest, CreditIsNeverExceeded) {
    peer.receive(2);
    peer.credit(2, 2);
    (void)peer.answer<hub::ReadTelemetry>(hub::Reply{TestPeer::events(7, 5)});
    EXPECT_TRUE(peer.message() && peer.message());
    EXPECT_FALSE(peer.message());
    EXPECT_TRUE(peer.asked.empty());
    peer.delivered = peer.next_incoming = 2;
    peer.credit(2, 3);
    EXPECT_EQ(peer.message()->message_annotations.items[1], Value::int64(9));
}

TEST_F(AmqpEventsTest, LargeEventsAreCutToThePeersFrames) {
    TestPeer small{table};
    small.send(amqp::protocol_header);
    amqp::Open open;
    open.container_id = "c";
    open.max_frame_size = 512;
    small.say(open);
    small.begin(0);
    small.authorise();
    small.receive(2);
    small.credit(2, 1);
    (void)small.answer<hub::ReadTelemetry>(hub::Reply{TestPeer::events(1, 1, 3000)});
    Bytes whole, part;
    std::size_t frames = 0;
    while (auto const transfer = small.take<amqp::Transfer>(&part)) {
        EXPECT_TRUE(transfer->delivery_id);
        EXPECT_LE(part.size(), 512U);
        whole += part;
        ++frames;
        if (!transfer->more) break;
    }
    EXPECT_GT(frames, 6U);
    EXPECT_EQ(amqp::decode_message(whole)->data->size(), 3000U);
}

// bad-inputs 29: the session's window holds, however much credit there is
TEST_F(AmqpEventsTest, TheSessionWindowIsRespected) {
    peer.begin(1, 3);
    amqp::Attach attach = TestPeer::receiver(0, "hub/ConsumerGroups/$Default/Partitions/0");
    peer.say(attach, {}, 1);
    (void)peer.answer<hub::GetEventHub>(hub::Reply{peer.info});
    (void)peer.answer<hub::FindTelemetry>(hub::Reply{hub::TelemetryFound{}});
    amqp::Flow flow;
    flow.incoming_window = 3;
    flow.handle = 0;
    flow.link_credit = 0xFFFFFFFF;
    peer.say(flow, {}, 1);
    auto const asked = peer.answer<hub::ReadTelemetry>(hub::Reply{TestPeer::events(1, 8)});
    EXPECT_LE(asked.count_max, AmqpSession::read_count_max);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(peer.message());
    EXPECT_FALSE(peer.message());
    flow.next_incoming_id = 3;
    flow.delivery_count = 3;
    flow.incoming_window = 2;
    peer.say(flow, {}, 1);
    EXPECT_TRUE(peer.message() && peer.message());
    EXPECT_FALSE(peer.message());
}

// bad-inputs 29: a client that grants credit and reads nothing makes us hold one megabyte, no more
TEST_F(AmqpEventsTest, AReaderThatDoesNotKeepUpStopsTheReading) {
    peer.receive(2);
    peer.credit(2, 100'000);
    std::size_t sent = 0;
    for (std::uint64_t i = 0; i < 50 && !peer.asked.empty(); ++i, ++sent) {
        (void)peer.answer<hub::ReadTelemetry>(hub::Reply{TestPeer::events(1 + i, 1, 100'000)});
    }
    EXPECT_LE(sent, 13U);
    EXPECT_TRUE(peer.asked.empty());
    auto const last_id = static_cast<std::uint32_t>(sent - 1);
    peer.heard.clear();
    peer.say(amqp::Disposition{amqp::Role::receiver, 0, last_id, true, amqp::accepted()});
    EXPECT_EQ(peer.asked.size(), 1U) << "settled: it reads on";
}

// Settled deliveries are never acknowledged: the session's flow is the only sign of progress.
TEST_F(AmqpEventsTest, ASettledReaderIsAskedHowFarItHasRead) {
    amqp::Attach attach = TestPeer::receiver(2, "hub/ConsumerGroups/$Default/Partitions/0");
    attach.snd_settle_mode = 1;
    peer.say(attach);
    (void)peer.answer<hub::GetEventHub>(hub::Reply{peer.info});
    (void)peer.answer<hub::FindTelemetry>(hub::Reply{hub::TelemetryFound{}});
    EXPECT_EQ(peer.take<amqp::Attach>()->snd_settle_mode, 1);
    peer.credit(2, 1000);
    (void)peer.answer<hub::ReadTelemetry>(hub::Reply{TestPeer::events(1, 20, 100'000)});
    std::uint32_t frames = 0;
    while (auto const transfer = peer.take<amqp::Transfer>()) {
        EXPECT_EQ(transfer->settled, true);
        ++frames;
    }
    auto const question = peer.take<amqp::Flow>();
    ASSERT_TRUE(question);
    EXPECT_TRUE(question->echo);
    amqp::Flow progress;
    progress.next_incoming_id = frames;
    progress.incoming_window = 2048;
    peer.say(progress);
    EXPECT_TRUE(peer.take<amqp::Transfer>());
}

// rhea and pyamqp ignore the question; they must not wait for ever.
TEST_F(AmqpEventsTest, AReaderThatNeverTellsIsSlowedDownOnly) {
    peer.receive(2);
    peer.credit(2, 1000);
    (void)peer.answer<hub::ReadTelemetry>(hub::Reply{TestPeer::events(1, 20, 100'000)});
    peer.heard.clear();
    EXPECT_LE(*peer.session.next_deadline(), peer.now.mono + Engine::unsettled_wait_max);
    peer.pass(Engine::unsettled_wait_max);
    EXPECT_TRUE(peer.take<amqp::Transfer>());
}

TEST_F(AmqpEventsTest, DrainGivesTheCreditBack) {
    peer.receive(2);
    peer.credit(2, 10, true);
    peer.heard.clear();
    ASSERT_EQ(peer.asked.size(), 1U);
    peer.pass(AmqpSession::drain_wait);
    auto const flow = peer.take<amqp::Flow>();
    ASSERT_TRUE(flow);
    EXPECT_TRUE(flow->drain);
    EXPECT_EQ(flow->link_credit, 0U);
    EXPECT_EQ(flow->delivery_count, 10U);
    (void)peer.answer<hub::ReadTelemetry>(hub::Reply{TestPeer::events(7, 1)});
    EXPECT_FALSE(peer.message()) << "the event waits for new credit";
    peer.delivered = 10;
    peer.credit(2, 1);
    EXPECT_TRUE(peer.message());
}

TEST_F(AmqpEventsTest, RuntimeMetricsComeWithEveryEventWhenAskedFor) {
    amqp::Attach attach = TestPeer::receiver(2, "hub/ConsumerGroups/$Default/Partitions/0");
    attach.desired_capabilities = Value::array(
        amqp::Kind::symbol, {Value::symbol("com.microsoft:enable-receiver-runtime-metric")});
    peer.say(attach);
    (void)peer.answer<hub::GetEventHub>(hub::Reply{peer.info});
    (void)peer.answer<hub::FindTelemetry>(hub::Reply{hub::TelemetryFound{}});
    EXPECT_EQ(peer.take<amqp::Attach>()->offered_capabilities, attach.desired_capabilities);
    peer.credit(2, 1);
    (void)peer.answer<hub::ReadTelemetry>(hub::Reply{TestPeer::events(7, 1)});
    auto const event = peer.message();
    ASSERT_TRUE(event);
    EXPECT_EQ(*event->delivery_annotations.find("last_enqueued_sequence_number"), Value::int64(7));
    EXPECT_EQ(*event->delivery_annotations.find("last_enqueued_offset"), Value::string("7"));
}

TEST_F(AmqpEventsTest, TheHubsOwnAddressRedirects) {
    peer.say(TestPeer::receiver(2, "amqps://hub.test/messages/events/$management"));
    (void)peer.answer<hub::GetEventHub>(hub::Reply{peer.info});
    EXPECT_FALSE(peer.take<amqp::Attach>()->source.is_null());
    auto const detach = peer.take<amqp::Detach>();
    ASSERT_TRUE(detach && detach->error);
    EXPECT_TRUE(detach->closed);
    EXPECT_EQ(detach->error->condition, "amqp:link:redirect");
    EXPECT_EQ(*detach->error->info.find("hostname"), Value::string("hub.test"));
    EXPECT_EQ(*detach->error->info.find("port"), Value::uint(5671));
    EXPECT_EQ(*detach->error->info.find("address"),
              Value::string("amqps://hub.test:5671/hub/$management"));
}

TEST_F(AmqpEventsTest, ADeletedConsumerGroupEndsItsReceivers) {
    peer.receive(2);
    peer.heard.clear();
    peer.credit(2, 10);
    auto const read = peer.answer<hub::ReadTelemetry>(Error{Errc::not_found, "no such group"});
    EXPECT_EQ(read.group, "$Default");
    EXPECT_EQ(peer.condition<amqp::Detach>(), "amqp:not-found");
    EXPECT_EQ(table.size(), 0U);
}

// Data-plane contract 1.6: a name alone has no value, which is not an empty one.
TEST_F(AmqpEventsTest, APropertyWithoutAValueIsNull) {
    auto read = TestPeer::events(1, 1);
    auto& properties = *read.messages[0].message.mutable_properties();
    auto& bare = *properties.Add();
    bare.set_name("bare");
    bare.set_no_value(true);
    properties.Add()->set_name("empty");
    peer.receive(2);
    peer.heard.clear();
    peer.credit(2, 10);
    (void)peer.answer<hub::ReadTelemetry>(hub::Reply{std::move(read)});
    auto const event = peer.message();
    ASSERT_TRUE(event);
    ASSERT_NE(event->application_properties.find("bare"), nullptr);
    EXPECT_TRUE(event->application_properties.find("bare")->is_null());
    EXPECT_EQ(*event->application_properties.find("empty"), Value::string(""));
}

// Symbols are ASCII, and clients read them as such.
TEST_F(AmqpEventsTest, ATypeThatIsNotAsciiIsEscaped) {
    auto read = TestPeer::events(1, 1);
    read.messages[0].message.set_content_type("text/plain; charset=utf-8");
    read.messages[0].message.set_content_encoding("C\xC3\xA9\x7F");
    peer.receive(2);
    peer.heard.clear();
    peer.credit(2, 10);
    (void)peer.answer<hub::ReadTelemetry>(hub::Reply{std::move(read)});
    auto const event = peer.message();
    ASSERT_TRUE(event && event->properties);
    EXPECT_EQ(event->properties->content_type, "text/plain; charset=utf-8");
    EXPECT_EQ(event->properties->content_encoding, "C%C3%A9%7F");
}

// Beside another installation the ports are others; 5671 would be that one's.
TEST_F(AmqpEventsTest, ARedirectLeadsToThePortThatClientsComeInBy) {
    TestPeer other{table, 5681};
    other.open();
    other.authorise();
    other.say(TestPeer::receiver(2, "/messages/events/$management"));
    (void)other.answer<hub::GetEventHub>(hub::Reply{other.info});
    auto const detach = other.take<amqp::Detach>();
    ASSERT_TRUE(detach && detach->error);
    EXPECT_EQ(*detach->error->info.find("port"), Value::uint(5681));
    EXPECT_EQ(*detach->error->info.find("address"),
              Value::string("amqps://hub.test:5681/hub/$management"));
}

TEST_F(AmqpEventsTest, UnknownPlacesAreRefusedByName) {
    auto const refusal = [this](std::string_view address) {
        static std::uint32_t handle = 10;
        peer.heard.clear();
        peer.say(TestPeer::receiver(handle++, address));
        if (!peer.asked.empty()) (void)peer.answer<hub::GetEventHub>(hub::Reply{peer.info});
        EXPECT_TRUE(peer.take<amqp::Attach>()->source.is_null());
        return peer.condition<amqp::Detach>();
    };
    EXPECT_EQ(refusal("no/such/thing"), "amqp:not-found");
    EXPECT_EQ(refusal("other/ConsumerGroups/$Default/Partitions/0"), "amqp:not-found");
    EXPECT_EQ(refusal("hub/ConsumerGroups/none/Partitions/0"), "amqp:not-found");
    EXPECT_EQ(refusal("hub/ConsumerGroups/$default/Partitions/4"),
              "com.microsoft:argument-out-of-range");
    EXPECT_EQ(refusal("hub/ConsumerGroups/$default/Partitions/x"),
              "com.microsoft:argument-out-of-range");
    EXPECT_EQ(table.size(), 0U);
}

TEST_F(AmqpEventsTest, AHigherEpochOnAnotherConnectionStealsTheReceiver) {
    std::vector<Session*> woken;
    ReceiverTable shared{[&woken](Session& session) { woken.push_back(&session); }};
    TestPeer first{shared}, second{shared};
    for (TestPeer* each : {&first, &second}) {
        each->open();
        each->authorise();
    }
    first.receive(2, 1);
    first.heard.clear();
    second.receive(2, 2);
    ASSERT_EQ(woken, std::vector<Session*>{&first.session});
    EXPECT_EQ(first.session.next_deadline(), Time::min());
    first.pass(0s);
    auto const detach = first.take<amqp::Detach>();
    ASSERT_TRUE(detach && detach->error);
    EXPECT_EQ(detach->error->condition, "amqp:link:stolen");
    EXPECT_EQ(detach->error->description->find(
                  "New receiver 'nil' with higher epoch of '2' is created hence"), 0U);
    EXPECT_EQ(shared.size(), 1U);
    second.session.on_peer_closed(second.now);
    EXPECT_EQ(shared.size(), 0U);
}

TEST_F(AmqpEventsTest, WhenTheHubMovesClientsAreToldToTryAgain) {
    peer.receive(2);
    peer.credit(2, 1);
    (void)peer.answer<hub::ReadTelemetry>(Error{Errc::not_owner, "moved"});
    EXPECT_EQ(peer.condition<amqp::Detach>(), "amqp:link:detach-forced");
    EXPECT_EQ(peer.condition<amqp::Close>(), "amqp:connection:forced");
    EXPECT_TRUE(peer.session.output().close);
    EXPECT_EQ(table.size(), 0U);
}

TEST_F(AmqpEventsTest, TheOwnerMovedEventDoesTheSame) {
    peer.receive(2);
    peer.session.on_event(hub::Closed{hub::CloseReason::owner_moved}, peer.now);
    peer.collect();
    EXPECT_EQ(peer.condition<amqp::Detach>(), "amqp:link:detach-forced");
    EXPECT_EQ(peer.condition<amqp::Close>(), "amqp:connection:forced");
}

TEST_F(AmqpEventsTest, ADetachedReceiverLeavesItsPlace) {
    peer.receive(2);
    EXPECT_EQ(table.size(), 1U);
    peer.say(amqp::Detach{.handle = 2, .closed = true, .error = {}});
    EXPECT_TRUE(peer.take<amqp::Detach>()->closed);
    EXPECT_EQ(table.size(), 0U);
    peer.receive(2);
    peer.say(amqp::End{});
    EXPECT_EQ(table.size(), 0U);
}

}  // namespace
}  // namespace tandem::gateway
