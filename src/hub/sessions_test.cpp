#include "base/limits.hpp"
#include "hub/hub_fixture.hpp"

namespace tandem::hub {
namespace {

class Sessions : public HubFixture {
protected:
    std::string with_policy(std::string const& policy, std::string const& key,
                            std::string const& scope) const {
        return identity::make_sas(scope, key, now_ + 3600s, policy);
    }
    Result<Reply> open(std::string const& id, std::string const& sas) {
        return run(OpenSession{.device = {id}, .sas = sas, .clean = false, .model_id = ""});
    }
    SessionOpened opened(OpenSession command) {
        auto const reply = run(std::move(command));
        EXPECT_TRUE(reply.ok());
        return reply.ok() ? std::get<SessionOpened>(*reply) : SessionOpened{};
    }
    Error refused(std::string const& id, std::string const& sas) {
        auto const reply = open(id, sas);
        EXPECT_FALSE(reply.ok());
        return reply.ok() ? Error{Errc::internal, ""} : reply.error();
    }
};

TEST_F(Sessions, EitherKeyOfTheDeviceOpensOne) {
    put("dev1", keys(key_of("a"), key_of("b")));
    EXPECT_TRUE(open("dev1", device_token("dev1", key_of("a"))).ok());
    EXPECT_TRUE(open("dev1", device_token("dev1", key_of("b"))).ok());
    EXPECT_FALSE(open("dev1", device_token("dev1", key_of("c"))).ok());
}

TEST_F(Sessions, TellWhoProvedTheDevice) {
    connect("dev1");
    EXPECT_EQ(opened(opening("dev1")).auth_method,
              R"({"scope":"device","type":"sas","issuer":"iothub","acceptingIpFilterRule":null})");
    auto const token = with_policy("device", key_of("device"), "localhost");
    auto const reply = open("dev1", token);
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(std::get<SessionOpened>(*reply).auth_method,
              R"({"scope":"hub","type":"sas","issuer":"iothub","acceptingIpFilterRule":null})");
}

// bad-inputs 36
TEST_F(Sessions, APolicyNeedsItsRightItsNameAndItsOwnKey) {
    connect("dev1");
    std::string const scope = "hub1.tandem.test/devices/dev1";
    EXPECT_TRUE(open("dev1", with_policy("device", key_of("device"), scope)).ok());
    EXPECT_TRUE(open("dev1", with_policy("device", key_of("device2"), scope)).ok());
    EXPECT_FALSE(open("dev1", with_policy("service", key_of("service"), scope)).ok());
    EXPECT_FALSE(open("dev1", with_policy("device", key_of("service"), scope)).ok());
    EXPECT_FALSE(open("dev1", with_policy("Device", key_of("device"), scope)).ok());
    EXPECT_FALSE(open("dev1", with_policy("nobody", key_of("device"), scope)).ok());
    EXPECT_FALSE(open("dev1", with_policy("", key_of("device"), scope)).ok());
    EXPECT_FALSE(open("dev1", with_policy("device", key_of("dev1"), scope)).ok());
}

TEST_F(Sessions, AWayInThatIsClosedOpensNothing) {
    connect("dev1");
    auto const by_policy = with_policy("device", key_of("device"), "localhost");
    auto const service = with_policy("service", key_of("service"), "localhost");
    settings_.set_disable_local_auth(true);
    EXPECT_FALSE(open("dev1", by_policy).ok());
    EXPECT_EQ(refusal(Authorize{service, Right::service_connect}), Errc::unauthorized);
    EXPECT_EQ(opened(opening("dev1")).proof, Proof::device_key);
    settings_.set_disable_local_auth(false);
    settings_.set_disable_device_sas(true);
    EXPECT_EQ(refusal(opening("dev1")), Errc::unauthorized);
    EXPECT_TRUE(open("dev1", by_policy).ok());
    EXPECT_TRUE(run(Authorize{service, Right::service_connect}).ok());
}

// bad-inputs 15, 36
TEST_F(Sessions, ATokenOpensNoOtherDevice) {
    connect("dev1");
    put("dev10", keys(key_of("dev1"), key_of("dev1")));
    put("#", keys(key_of("dev1"), key_of("dev1")));
    auto const token = device_token("dev1", key_of("dev1"));
    EXPECT_TRUE(open("dev1", token).ok());
    EXPECT_FALSE(open("dev10", token).ok());
    EXPECT_FALSE(open("#", token).ok());
    EXPECT_FALSE(open("dev1", device_token("#", key_of("dev1"))).ok());
    EXPECT_FALSE(open("dev1", device_token("dev1/modules/m", key_of("dev1"))).ok());
    EXPECT_FALSE(open("dev1", identity::make_sas("localhost", key_of("dev1"), now_ + 9s)).ok());
    EXPECT_FALSE(
        open("dev1", identity::make_sas("hub2.tandem.test/devices/dev1", key_of("dev1"), now_ + 9s))
            .ok());
}

// bad-inputs 37: who may not in learns nothing about why.
TEST_F(Sessions, RefusalsAreAllAlike) {
    connect("dev1");
    put("off", keys(key_of("off"), key_of("off")) + R"(,"status":"disabled")");
    put("cert", R"(,"authentication":{"type":"certificateAuthority"})");
    Error const wrong_key = refused("dev1", device_token("dev1", key_of("x")));
    EXPECT_EQ(wrong_key.code, Errc::unauthorized);
    EXPECT_EQ(refused("nobody", device_token("nobody", key_of("x"))), wrong_key);
    EXPECT_EQ(refused("off", device_token("off", key_of("off"))), wrong_key);
    EXPECT_EQ(refused("cert", device_token("cert", key_of("x"))), wrong_key);
    EXPECT_EQ(refused("dev1", ""), wrong_key);
    EXPECT_EQ(refused("dev1", "SharedAccessSignature rubbish"), wrong_key);
    EXPECT_EQ(refused("dev1", with_policy("service", key_of("service"), "localhost")), wrong_key);
    now_ += 3600s;
    auto late = device_token("dev1", key_of("dev1"));
    now_ += 3600s;
    EXPECT_EQ(refused("dev1", late), wrong_key);
}

// The key that stands in for a missing one must not open anything itself.
TEST_F(Sessions, TheDummyKeyOpensNothing) {
    std::string const dummy = base64_encode(std::string(32, '\0'));
    put("cert", R"(,"authentication":{"type":"certificateAuthority"})");
    EXPECT_FALSE(open("nobody", device_token("nobody", dummy)).ok());
    EXPECT_FALSE(open("cert", device_token("cert", dummy)).ok());
    EXPECT_FALSE(open("cert", with_policy("nobody", dummy, "localhost")).ok());
}

// bad-inputs 49: expiry follows the wall clock, wherever it jumps, and 2038 is no border.
TEST_F(Sessions, ATokenHoldsUntilItsSecond) {
    connect("dev1");
    auto const until = [](std::int64_t second) {
        return identity::make_sas("localhost/devices/dev1", key_of("dev1"),
                                  WallTime{std::chrono::seconds{second}});
    };
    std::int64_t const second = to_seconds(now_) + 10;
    EXPECT_TRUE(open("dev1", until(second)).ok());
    now_ += 9'999'999us;
    EXPECT_TRUE(open("dev1", until(second)).ok());
    now_ += 1us;
    EXPECT_FALSE(open("dev1", until(second)).ok());
    now_ -= 5s;
    EXPECT_TRUE(open("dev1", until(second)).ok());
    now_ = WallTime{std::chrono::seconds{2'147'483'647}};
    EXPECT_TRUE(open("dev1", until(2'147'483'649)).ok());
    now_ += 1s;
    EXPECT_TRUE(open("dev1", until(2'147'483'649)).ok());
    now_ += 1s;
    EXPECT_FALSE(open("dev1", until(2'147'483'649)).ok());
}

// Node renews its token with clean session 0 and does not subscribe again.
TEST_F(Sessions, APersistentOneKeepsItsSubscriptions) {
    connect("dev1");
    ASSERT_TRUE(run(ChangeSubscriptions{{"dev1"}, {subscription("$iothub/methods/POST/#")}}).ok());
    ASSERT_TRUE(run(CloseSession{{"dev1"}, std::nullopt}).ok());
    auto const again = opened(opening("dev1"));
    EXPECT_TRUE(again.session_present);
    ASSERT_EQ(again.subscriptions.size(), 1U);
    EXPECT_EQ(again.subscriptions[0].filter(), "$iothub/methods/POST/#");
}

TEST_F(Sessions, ACleanOneStartsAndLeavesNothing) {
    connect("dev1");
    ASSERT_TRUE(run(ChangeSubscriptions{{"dev1"}, {subscription("$iothub/methods/POST/#")}}).ok());
    auto const clean = opened(opening("dev1", true));
    EXPECT_FALSE(clean.session_present);
    EXPECT_TRUE(clean.subscriptions.empty());
    ASSERT_TRUE(run(ChangeSubscriptions{{"dev1"}, {subscription("$iothub/twin/res/#")}}).ok());
    auto const next = opened(opening("dev1"));
    EXPECT_FALSE(next.session_present);
    EXPECT_TRUE(next.subscriptions.empty());
    EXPECT_TRUE(view_.find(std::string{"dev1"})->session().subscriptions().empty());
}

TEST_F(Sessions, AWillIsSentByWhoIsStillAllowed) {
    connect("dev1");
    record::Telemetry will;
    will.set_body("gone");
    ASSERT_TRUE(run(CloseSession{{"dev1"}, will}).ok());
    ASSERT_EQ(facts_.size(), 2U);
    EXPECT_EQ(facts_[0].telemetry().body(), "gone");
    EXPECT_EQ(facts_[0].telemetry().device_id(), "dev1");
    EXPECT_TRUE(facts_[1].has_session_closed());
}

TEST_F(Sessions, TheWillOfATakenOverConnectionLeavesTheNewOneAlone) {
    connect("dev1");
    record::Telemetry will;
    will.set_body("gone");
    ASSERT_TRUE(run(CloseSession{{"dev1"}, will, true}).ok());
    ASSERT_EQ(facts_.size(), 1U);
    EXPECT_EQ(facts_[0].telemetry().body(), "gone");
    EXPECT_EQ(view_.connected_count(), 1U);
}

// bad-inputs 18, 21
TEST_F(Sessions, ADisabledDeviceSendsNoWillAndChangesNoSubscription) {
    connect("dev1");
    put("dev1", R"(,"status":"disabled")", "*");
    record::Telemetry will;
    will.set_body("gone");
    EXPECT_EQ(refusal(ChangeSubscriptions{{"dev1"}, {subscription("x")}}), Errc::unauthorized);
    EXPECT_EQ(refusal(PatchReported{{"dev1"}, "{}", std::nullopt}), Errc::unauthorized);
    EXPECT_EQ(refusal(GetDeviceTwin{{"dev1"}}), Errc::unauthorized);
    ASSERT_TRUE(run(CloseSession{{"dev1"}, will}).ok());
    EXPECT_TRUE(facts_.empty());
}

// bad-inputs 18
TEST_F(Sessions, EndWhenTheIdentityOrItsKeysGo) {
    connect("dev1");
    put("dev1", keys(key_of("new"), key_of("new2")), "*");
    ASSERT_EQ(events_.size(), 1U);
    EXPECT_EQ(std::get<Closed>(events_[0].event).reason, CloseReason::identity_gone);
    EXPECT_EQ(view_.connected_count(), 0U);
    put("dev1", R"(,"statusReason":"only a note")", "*");
    EXPECT_TRUE(events_.empty());
    ASSERT_TRUE(run(DeleteDevice{{"dev1"}, "*"}).ok());
    ASSERT_EQ(events_.size(), 1U);
    EXPECT_EQ(std::get<Closed>(events_[0].event).reason, CloseReason::identity_gone);
}

TEST_F(Sessions, TelemetryBecomesOneFactUpToItsLimit) {
    SendTelemetry command;
    command.message.set_device_id("dev1");
    command.message.set_body(std::string(limits::telemetry_bytes_max - 2, 'x'));
    auto& property = *command.message.add_properties();
    property.set_name("k");
    property.set_value("v");
    ASSERT_TRUE(run(command).ok());
    ASSERT_EQ(facts_.size(), 1U);
    EXPECT_EQ(facts_[0].telemetry().body().size(), limits::telemetry_bytes_max - 2);
    command.message.mutable_body()->push_back('x');
    EXPECT_EQ(refusal(command), Errc::message_too_large);
}

TEST_F(Sessions, TelemetryIsBoundedInAllItsFields) {
    SendTelemetry command;
    command.message.set_content_type(std::string(limits::record_bytes_max, 'x'));
    EXPECT_EQ(refusal(command), Errc::message_too_large);
}

TEST_F(Sessions, ABackEndIsAuthorizedByItsPolicysRights) {
    auto const may = [this](std::string const& policy, Right right) {
        return run(Authorize{with_policy(policy, key_of(policy), "hub1.tandem.test"), right});
    };
    EXPECT_TRUE(may("service", Right::service_connect).ok());
    EXPECT_EQ(may("service", Right::registry_read).code(), Errc::forbidden);
    EXPECT_TRUE(may("registryRead", Right::registry_read).ok());
    EXPECT_EQ(may("registryRead", Right::registry_write).code(), Errc::forbidden);
    EXPECT_TRUE(may("registryReadWrite", Right::registry_read).ok());
    EXPECT_TRUE(may("registryReadWrite", Right::registry_write).ok());
    auto const reply = may("service", Right::none);
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(std::get<Authorized>(*reply).policy, "service");
    EXPECT_EQ(std::get<Authorized>(*reply).expires_at, now_ + 3600s);
}

// bad-inputs 36. What @azure/event-hubs, azure-eventhub, az and the sample that follows a redirect
// sign, and what was made for something else.
TEST_F(Sessions, EventsAreReadWithATokenForThemOrForTheHub) {
    auto const read = [this](std::string const& scope) {
        auto const token = with_policy("service", key_of("service"), scope);
        auto const reply = run(Authorize{token, Right::service_connect, Door::events, {}});
        if (!reply.ok()) return std::optional{reply.code()};
        EXPECT_EQ(std::get<Authorized>(*reply).hub, "hub1");
        return std::optional<Errc>{};
    };
    for (auto const* scope :
         {"sb://localhost/hub1/ConsumerGroups/$Default/Partitions/0", "sb://localhost/hub1",
          "sb://localhost/hub1/$management", "sb://ns.servicebus.test/hub1",
          "localhost/messages/events", "https://hub1.tandem.test/", "hub1.tandem.test"})
        EXPECT_EQ(read(scope), std::nullopt) << scope;
    for (auto const* scope :
         {"localhost/devices/dev1", "localhost/devices", "localhost/twins", "sb://localhost/hub2",
          "sb://localhost/hub1X", "hub2.tandem.test", "hub2.tandem.test/messages/events",
          "localhost/messages/eventsX", "sb://ns.servicebus.test"})
        EXPECT_EQ(read(scope), Errc::unauthorized) << scope;
}

// bad-inputs 36. azure-iothub, azure-iot-hub and az sign the host itself.
TEST_F(Sessions, AnOperationNeedsATokenForItsPathOrForTheHub) {
    auto const call = [this](std::string const& scope, std::string const& path) {
        auto const token = with_policy("registryReadWrite", key_of("registryReadWrite"), scope);
        auto const reply = run(
            Authorize{token, Right::registry_write, Door::devices_and_services, path});
        return reply.ok() ? std::nullopt : std::optional{reply.code()};
    };
    for (auto const* scope : {"localhost", "HUB1.tandem.test", "https://localhost:443/",
                              "localhost/devices", "localhost/devices/dev1"})
        EXPECT_EQ(call(scope, "devices/dev1"), std::nullopt) << scope;
    for (auto const* scope :
         {"localhost/messages/events", "otherhub.example", "otherhub.example/devices",
          "sb://localhost/hub1", "sb://x/hub1", "localhost/twins", "localhost/devicesX",
          "localhost/devices/dev10", "localhost/devices/dev1/modules/m"})
        EXPECT_EQ(call(scope, "devices/dev1"), Errc::unauthorized) << scope;
    EXPECT_EQ(call("localhost/devices", "devices"), std::nullopt);
    EXPECT_EQ(call("localhost/devices/dev1", "devices"), Errc::unauthorized);
    EXPECT_EQ(call("localhost/devices", "twins/dev1"), Errc::unauthorized);
    EXPECT_EQ(call("localhost/devices", ""), Errc::unauthorized) << "nothing was named: the hub";
}

// bad-inputs 36: of a device's session by a policy's key.
TEST_F(Sessions, ADeviceConnectsByAPolicysTokenForItOrAbove) {
    connect("dev1");
    auto const opens = [this](std::string const& scope) {
        auto command = opening("dev1");
        command.sas = with_policy("device", key_of("device"), scope);
        return run(command).ok();
    };
    for (auto const* scope : {"localhost", "LOCALHOST", "localhost/devices",
                              "hub1.tandem.test/devices/dev1", "localhost:8883/devices/dev1"})
        EXPECT_TRUE(opens(scope)) << scope;
    for (auto const* scope :
         {"hub2.tandem.test", "hub2.tandem.test/devices/dev1", "localhost/devicesX",
          "localhost/devices/dev10", "localhost/devices/dev1/modules/m",
          "localhost/messages/events", "sb://localhost/hub1"})
        EXPECT_FALSE(opens(scope)) << scope;
}

// bad-inputs 36
TEST_F(Sessions, ABackEndWithoutProofIsRefused) {
    connect("dev1");
    auto const code = [this](std::string const& sas) {
        return refusal(Authorize{sas, Right::service_connect});
    };
    EXPECT_EQ(code(""), Errc::unauthorized);
    EXPECT_EQ(code(device_token("dev1", key_of("dev1"))), Errc::unauthorized);
    EXPECT_EQ(code(with_policy("service", key_of("device"), "localhost")), Errc::unauthorized);
    EXPECT_EQ(code(with_policy("", key_of("service"), "localhost")), Errc::unauthorized);
    EXPECT_EQ(code(with_policy("service", key_of("service"), "localhost/devices/dev1")),
              Errc::unauthorized);
    auto const late = with_policy("service", key_of("service"), "localhost");
    now_ += 3600s;
    EXPECT_EQ(code(late), Errc::unauthorized);
}

// bad-inputs 40: a hub whose policies have no keys lets nobody in.
TEST_F(Sessions, APolicyWithoutKeysProvesNothing) {
    auto& policy = *settings_.add_policies();
    policy.set_name("empty");
    policy.set_rights(bits(Right::service_connect) | bits(Right::device_connect));
    std::string const dummy = base64_encode(std::string(32, '\0'));
    EXPECT_EQ(refusal(Authorize{with_policy("empty", dummy, "localhost"), Right::service_connect}),
              Errc::unauthorized);
}

}  // namespace
}  // namespace tandem::hub
