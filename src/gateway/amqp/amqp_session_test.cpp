// Connections: headers, SASL, tokens, time, and peers that do not keep to the protocol.
#include "gateway/amqp/test_peer.hpp"

namespace tandem::gateway {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using amqp::Value;

class AmqpSessionTest : public testing::Test {
protected:
    bool closed() { return peer.session.output().close; }
    void sasl(std::string mechanism, std::string response = "") {
        peer.send(amqp::sasl_header);
        peer.say(amqp::SaslInit{std::move(mechanism), std::move(response), "hub.test"});
    }
    ReceiverTable table;
    TestPeer peer{table};
};

TEST_F(AmqpSessionTest, AnswersBareAmqpWithoutSasl) {
    peer.open();
    EXPECT_EQ(peer.headers, std::vector<std::string>{std::string{amqp::protocol_header}});
    auto const open = peer.take<amqp::Open>();
    ASSERT_TRUE(open);
    EXPECT_EQ(open->max_frame_size, 65536U);
    EXPECT_EQ(open->idle_time_out_ms, 240'000U);
    EXPECT_EQ(open->channel_max, 8191);
    auto const begin = peer.take<amqp::Begin>();
    ASSERT_TRUE(begin);
    EXPECT_EQ(begin->handle_max, 255U);
    EXPECT_EQ(begin->incoming_window, 5000U);
}

TEST_F(AmqpSessionTest, OffersTheMechanismsThatClientsDemand) {
    sasl("MSSBCBS");
    auto const offered = peer.take<amqp::SaslMechanisms>();
    ASSERT_TRUE(offered);
    EXPECT_EQ(offered->mechanisms.size(), 4U);
    EXPECT_EQ(peer.take<amqp::SaslOutcome>()->code, 0);
    peer.open();
    EXPECT_TRUE(peer.take<amqp::Open>());
}

TEST_F(AmqpSessionTest, PlainCarriesAToken) {
    sasl("PLAIN", "\0service@sas.root.hub\0SharedAccessSignature x"s);
    EXPECT_FALSE(peer.take<amqp::SaslOutcome>()) << "not before the token was checked";
    auto const asked = peer.answer<hub::Authorize>(TestPeer::granted());
    EXPECT_EQ(asked.sas, "SharedAccessSignature x");
    EXPECT_EQ(asked.right, hub::Right::service_connect);
    EXPECT_EQ(asked.door, hub::Door::events);
    EXPECT_EQ(peer.take<amqp::SaslOutcome>()->code, 0);
    peer.open();
    peer.heard.clear();
    peer.say(TestPeer::receiver(0, "$management"));
    EXPECT_FALSE(peer.take<amqp::Detach>());
}

// The client may send everything at once; what follows the password waits for its check.
TEST_F(AmqpSessionTest, PipelinedBytesWaitForTheOutcome) {
    peer.send(amqp::sasl_header);
    Bytes bytes;
    std::size_t const start = amqp::begin_frame(bytes, amqp::FrameType::sasl, 0);
    amqp::encode_performative(amqp::SaslInit{"PLAIN", "\0p@sas.root.hub\0t"s, {}}, bytes);
    amqp::end_frame(bytes, start);
    bytes.append(amqp::protocol_header);
    peer.send(bytes);
    EXPECT_EQ(peer.headers.size(), 1U);
    (void)peer.answer<hub::Authorize>(TestPeer::granted({}, "hub", "p"));
    EXPECT_EQ(peer.headers.size(), 2U);
    EXPECT_FALSE(closed());
}

// bad-inputs 37: wrong key, unknown policy and a policy of another name look the same
TEST_F(AmqpSessionTest, PlainRefusalsLookAlike) {
    sasl("PLAIN", "\0service@sas.root.hub\0bad"s);
    (void)peer.answer<hub::Authorize>(Error{Errc::unauthorized, "unknown policy"});
    EXPECT_EQ(peer.take<amqp::SaslOutcome>()->code, 1);
    EXPECT_TRUE(closed());

    TestPeer other{table};
    other.send(amqp::sasl_header);
    other.say(amqp::SaslInit{"PLAIN", "\0owner@sas.root.hub\0good for service"s, {}});
    (void)other.answer<hub::Authorize>(TestPeer::granted());
    EXPECT_EQ(other.take<amqp::SaslOutcome>()->code, 1);
    EXPECT_TRUE(other.session.output().close);
}

// bad-inputs 28
TEST_F(AmqpSessionTest, UnknownMechanismsAndEmptyPasswordsFail) {
    sasl("SCRAM-SHA-1");
    EXPECT_EQ(peer.take<amqp::SaslOutcome>()->code, 1);
    EXPECT_TRUE(closed());
    TestPeer other{table};
    other.send(amqp::sasl_header);
    other.say(amqp::SaslInit{"PLAIN", "dev@sas.hub", {}});
    EXPECT_EQ(other.take<amqp::SaslOutcome>()->code, 1);
}

// bad-inputs 28: SASL after SASL, SASL after OPEN, a header after data, two mechanisms
TEST_F(AmqpSessionTest, SaslHasOnePlaceOnly) {
    sasl("ANONYMOUS");
    peer.send(amqp::sasl_header);
    EXPECT_TRUE(closed());
    TestPeer late{table};
    late.open();
    late.say(amqp::SaslInit{"ANONYMOUS", "", {}});
    EXPECT_TRUE(late.session.output().close);
    TestPeer again{table};
    again.open();
    again.send(amqp::protocol_header);
    EXPECT_EQ(again.condition<amqp::Close>(), "amqp:connection:framing-error");
    TestPeer twice{table};
    twice.send(amqp::sasl_header);
    twice.say(amqp::SaslInit{"ANONYMOUS", "", {}});
    twice.say(amqp::SaslInit{"PLAIN", "", {}});
    EXPECT_TRUE(twice.session.output().close);
}

// bad-inputs 28
TEST_F(AmqpSessionTest, NothingButCbsBeforeAToken) {
    sasl("EXTERNAL");
    peer.open();
    peer.say(TestPeer::receiver(0, "hub/ConsumerGroups/$Default/Partitions/0"));
    auto const attach = peer.take<amqp::Attach>();
    ASSERT_TRUE(attach);
    EXPECT_TRUE(attach->source.is_null() && attach->target.is_null());
    EXPECT_EQ(peer.condition<amqp::Detach>(), "amqp:unauthorized-access");
    peer.say(TestPeer::sender(1, "$management"));
    EXPECT_EQ(peer.condition<amqp::Detach>(), "amqp:unauthorized-access");
    EXPECT_TRUE(peer.asked.empty());
}

TEST_F(AmqpSessionTest, PutTokenAnswers200WithTheIdsOwnType) {
    peer.open();
    peer.attach_cbs();
    peer.put_token("SharedAccessSignature sr=x", Value::ulong(7));
    EXPECT_EQ(peer.asked.front().hub_host, "hub.test");
    (void)peer.answer<hub::Authorize>(TestPeer::granted());
    EXPECT_TRUE(peer.take<amqp::Disposition>());
    auto const reply = peer.message();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->properties->correlation_id, Value::ulong(7));
    EXPECT_EQ(reply->properties->to, "cbs-reply");
    EXPECT_EQ(*reply->application_properties.find("status-code"), Value::int32(200));
    peer.put_token("again", Value::string("uuid"));
    (void)peer.answer<hub::Authorize>(TestPeer::granted());
    EXPECT_EQ(peer.message()->properties->correlation_id, Value::string("uuid"));
}

// bad-inputs 37
TEST_F(AmqpSessionTest, EveryRefusedTokenGetsTheSame401) {
    peer.open();
    peer.attach_cbs();
    peer.put_token("nonsense");
    (void)peer.answer<hub::Authorize>(Error{Errc::unauthorized, "unknown policy x"});
    auto const first = peer.message();
    peer.put_token("SharedAccessSignature wrong key");
    (void)peer.answer<hub::Authorize>(Error{Errc::unauthorized, "wrong signature"});
    auto const second = peer.message();
    ASSERT_TRUE(first && second);
    EXPECT_EQ(*first->application_properties.find("status-code"), Value::int32(401));
    EXPECT_EQ(first->application_properties, second->application_properties);
    EXPECT_FALSE(peer.take<amqp::Detach>()) << "the link stays open";
}

// bad-inputs 28: SASL names one hub, OPEN another.
TEST_F(AmqpSessionTest, ATokenOfOneHubOpensNoLinkOfAnother) {
    sasl("PLAIN", "\0service@sas.root.hub\0SharedAccessSignature x"s);
    EXPECT_EQ(peer.asked.front().hub_host, "hub.test");
    (void)peer.answer<hub::Authorize>(TestPeer::granted());
    EXPECT_EQ(peer.take<amqp::SaslOutcome>()->code, 0);
    peer.open("other.test");
    hub::EventHubInfo const other{"other", {}, 4, {"$Default"}};
    std::uint32_t handle = 0;
    for (auto const* address :
         {"other/ConsumerGroups/$Default/Partitions/0", "other/$management", "$management",
          "hub/$management", "messages/events/$management",
          "messages/events/ConsumerGroups/$Default/Partitions/0"}) {
        peer.heard.clear();
        peer.say(TestPeer::receiver(handle++, address));
        EXPECT_EQ(peer.asked.front().hub_host, "other.test");
        (void)peer.answer<hub::GetEventHub>(hub::Reply{other});
        auto const attach = peer.take<amqp::Attach>();
        ASSERT_TRUE(attach) << address;
        EXPECT_TRUE(attach->source.is_null() && attach->target.is_null()) << address;
        EXPECT_EQ(peer.condition<amqp::Detach>(), "amqp:unauthorized-access") << address;
        EXPECT_TRUE(peer.asked.empty()) << address;
    }
}

// A token over $cbs is put to the hub of OPEN; that of SASL before it says nothing any more, nor
// does how long it is good for.
TEST_F(AmqpSessionTest, ATokenPutForTheHubOfOpenOpensIt) {
    sasl("PLAIN", "\0service@sas.root.hub\0SharedAccessSignature x"s);
    (void)peer.answer<hub::Authorize>(TestPeer::granted());
    peer.open("other.test");
    peer.attach_cbs();
    peer.put_token("SharedAccessSignature y");
    EXPECT_EQ(peer.asked.front().hub_host, "other.test");
    (void)peer.answer<hub::Authorize>(TestPeer::granted(peer.now.wall + 4min, "other"));
    peer.heard.clear();
    peer.say(TestPeer::receiver(2, "other/$management"));
    (void)peer.answer<hub::GetEventHub>(
        hub::Reply{hub::EventHubInfo{"other", {}, 4, {"$Default"}}});
    EXPECT_FALSE(peer.take<amqp::Detach>());
    peer.pass(4min);
    EXPECT_EQ(peer.condition<amqp::Detach>(), "amqp:unauthorized-access");
}

TEST_F(AmqpSessionTest, AHubIsTheSameByAnyOfItsNames) {
    sasl("PLAIN", "\0service@sas.root.hub\0SharedAccessSignature x"s);
    (void)peer.answer<hub::Authorize>(TestPeer::granted());
    peer.open("alias.test");
    for (auto const* address : {"hub/ConsumerGroups/$Default/Partitions/0", "$management"}) {
        peer.heard.clear();
        peer.say(TestPeer::receiver(*address == '$' ? 1 : 0, address));
        (void)peer.answer<hub::GetEventHub>(hub::Reply{peer.info});
        auto const attach = peer.take<amqp::Attach>();
        ASSERT_TRUE(attach && !attach->source.is_null()) << address;
        EXPECT_FALSE(peer.take<amqp::Detach>()) << address;
        peer.asked.clear();
    }
}

// bad-inputs 28
TEST_F(AmqpSessionTest, AnExpiredTokenDetachesLiveLinks) {
    peer.open();
    peer.authorise(4min);
    peer.say(TestPeer::receiver(2, "$management"));
    EXPECT_LE(*peer.session.next_deadline(), peer.now.mono + 4min);
    peer.pass(3min);
    EXPECT_FALSE(peer.take<amqp::Detach>());
    peer.pass(1min);
    EXPECT_EQ(peer.condition<amqp::Detach>(), "amqp:unauthorized-access");
    peer.say(TestPeer::receiver(3, "$management"));
    EXPECT_EQ(peer.condition<amqp::Detach>(), "amqp:unauthorized-access");
}

TEST_F(AmqpSessionTest, ATokenPutAgainExtendsTheLinks) {
    peer.open();
    peer.authorise(3min);
    peer.say(TestPeer::receiver(2, "$management"));
    peer.put_token("newer");
    (void)peer.answer<hub::Authorize>(TestPeer::granted(peer.now.wall + 1h));
    peer.pass(4min);
    EXPECT_FALSE(peer.take<amqp::Detach>());
}

TEST_F(AmqpSessionTest, SendsKeepAlivesAndClosesOnSilence) {
    peer.send(amqp::protocol_header);
    amqp::Open open;
    open.container_id = "c";
    open.idle_time_out_ms = 60'000;
    peer.say(open);
    peer.begin(0);
    peer.authorise();
    peer.pass(29s);
    EXPECT_EQ(peer.keep_alives, 0U);
    peer.pass(1s);
    EXPECT_EQ(peer.keep_alives, 1U);
    for (int i = 0; i < 9; ++i) peer.pass(30s);
    EXPECT_FALSE(peer.condition<amqp::Close>().empty());
    EXPECT_TRUE(closed());
}

TEST_F(AmqpSessionTest, AClientThatNeverPutsATokenIsClosed) {
    peer.open();
    peer.attach_cbs();
    peer.pass(59s);
    EXPECT_FALSE(closed());
    peer.pass(1s);
    EXPECT_EQ(peer.condition<amqp::Close>(), "amqp:connection:forced");
}

TEST_F(AmqpSessionTest, AClientThatNeverOpensIsClosed) {
    peer.session.on_timer(peer.now);
    peer.send("AMQP");
    peer.pass(30s);
    EXPECT_TRUE(closed());
}

TEST_F(AmqpSessionTest, SaysNothingAfterClose) {
    peer.open();
    peer.attach_cbs();
    peer.put_token("t");
    peer.say(amqp::Close{});
    EXPECT_TRUE(peer.take<amqp::Close>());
    EXPECT_TRUE(closed());
    Token const late = peer.asked.front().token;
    peer.session.on_reply(late, hub::Reply{hub::Authorized{}}, peer.now);
    peer.session.on_event(hub::Closed{hub::CloseReason::owner_moved}, peer.now);
    peer.send(amqp::protocol_header);
    EXPECT_TRUE(peer.session.output().bytes.empty());
    EXPECT_FALSE(peer.session.next_deadline());
}

// bad-inputs 26
TEST_F(AmqpSessionTest, BadFramesCloseWithAFramingError) {
    for (std::string_view const bytes :
         {"\x00\x00\x00\x07\x02\x00\x00\x00"sv, "\x7f\x00\x00\x00\x02\x00\x00\x00"sv,
          "\x00\x00\x00\x08\x01\x00\x00\x00"sv, "\x00\x00\x00\x08\x04\x00\x00\x00"sv}) {
        TestPeer other{table};
        other.open();
        other.send(bytes);
        EXPECT_EQ(other.condition<amqp::Close>(), "amqp:connection:framing-error");
        EXPECT_TRUE(other.session.output().close);
    }
}

// bad-inputs 25
TEST_F(AmqpSessionTest, BadPerformativesCloseWithADecodeError) {
    peer.open();
    peer.send("\x00\x00\x00\x0c\x02\x00\x00\x00\x00\x53\x12\x45"sv);
    EXPECT_EQ(peer.condition<amqp::Close>(), "amqp:decode-error");
}

// bad-inputs 27: each of these once brought a broker down
TEST_F(AmqpSessionTest, PerformativesOutOfOrderCloseTheConnection) {
    amqp::Flow flow;
    flow.handle = 9;
    amqp::Flow future;
    future.next_incoming_id = 77;
    amqp::Begin answer;
    answer.remote_channel = 0;
    std::vector<amqp::Performative> const wrong{
        amqp::Open{},          amqp::Begin{},  answer, amqp::Transfer{}, flow, future,
        amqp::Detach{.handle = 3, .closed = true, .error = {}},
        amqp::Disposition{.role = amqp::Role::receiver, .first = 5, .last = 4, .settled = true,
                          .state = {}},
        amqp::Disposition{.role = amqp::Role::receiver, .first = 0, .last = 0xFFFFFFF0U,
                          .settled = true, .state = {}},
        amqp::Disposition{.role = amqp::Role::receiver, .first = 0, .last = 9, .settled = true,
                          .state = {}}};
    for (amqp::Performative const& what : wrong) {
        TestPeer other{table};
        other.open();
        other.say(what);
        EXPECT_FALSE(other.condition<amqp::Close>().empty()) << what.index();
        EXPECT_TRUE(other.session.output().close);
    }
    TestPeer eager{table};
    eager.send(amqp::protocol_header);
    eager.say(amqp::Begin{});
    EXPECT_EQ(eager.condition<amqp::Close>(), "amqp:not-allowed");
    TestPeer lost{table};
    lost.open();
    lost.say(amqp::End{}, {}, 5);
    EXPECT_EQ(lost.condition<amqp::Close>(), "amqp:not-allowed");
}

// bad-inputs 29
TEST_F(AmqpSessionTest, ChannelAndHandleLimitsHold) {
    peer.open();
    peer.begin(8192);
    EXPECT_EQ(peer.condition<amqp::Close>(), "amqp:connection:framing-error");
    TestPeer high{table};
    high.open();
    high.say(TestPeer::sender(256, "$cbs"));
    EXPECT_EQ(high.condition<amqp::Close>(), "amqp:connection:framing-error");
    TestPeer twice{table};
    twice.open();
    twice.say(TestPeer::sender(0, "$cbs"));
    twice.say(TestPeer::sender(0, "$cbs"));
    EXPECT_EQ(twice.condition<amqp::Close>(), "amqp:session:handle-in-use");
    TestPeer greedy{table};
    greedy.open();
    for (std::uint16_t i = 1; i < 300 && !greedy.session.output().close; ++i) greedy.begin(i);
    EXPECT_EQ(greedy.condition<amqp::Close>(), "amqp:resource-limit-exceeded");
}

// bad-inputs 29
TEST_F(AmqpSessionTest, MoreMessagesThanCreditDetachTheLink) {
    peer.open();
    peer.attach_cbs();
    amqp::Transfer endless;
    endless.delivery_id = 0;
    endless.more = true;
    peer.say(endless, Bytes(40'000, 'x'));
    EXPECT_FALSE(peer.take<amqp::Detach>());
    peer.say(endless, Bytes(40'000, 'x'));
    EXPECT_EQ(peer.condition<amqp::Detach>(), "amqp:link:message-size-exceeded");
}

// bad-inputs 29
TEST_F(AmqpSessionTest, QuestionsNobodyAnswersPauseAndThenCutTheClient) {
    peer.open();
    peer.attach_cbs();
    for (std::size_t i = 0; i <= AmqpSession::questions_max; ++i) peer.put_token("t");
    EXPECT_TRUE(peer.session.paused());
    for (std::size_t i = 0; i < AmqpSession::waiting_max && !closed(); ++i) peer.put_token("t");
    EXPECT_EQ(peer.condition<amqp::Close>(), "amqp:resource-limit-exceeded");
}

// bad-inputs 29: a keep-alive a millisecond is not for the asking
TEST_F(AmqpSessionTest, TinyIdleTimeoutsDoNotMakeAStorm) {
    peer.send(amqp::protocol_header);
    amqp::Open open;
    open.container_id = "c";
    open.idle_time_out_ms = 1;
    peer.say(open);
    EXPECT_GE(*peer.session.next_deadline(), peer.now.mono + 500ms);
}

}  // namespace
}  // namespace tandem::gateway
