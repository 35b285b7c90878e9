#include "base/limits.hpp"
#include "hub/hub_fixture.hpp"
#include "hub/registry_json.hpp"

namespace tandem::hub {
namespace {

class Registry : public HubFixture {
protected:
    Errc put_refused(std::string const& id, std::string const& members, IfMatch match = {}) {
        return refusal(
            PutDevice{{id}, "{\"deviceId\":" + json_string(id) + members + "}", std::move(match)});
    }
    std::string key(std::string const& id, bool primary = true) {
        auto const& held = view_.find(id)->identity().authentication();
        return primary ? held.primary_key() : held.secondary_key();
    }
};

TEST_F(Registry, ANewDeviceLooksAsClientsKnowIt) {
    auto const device = put("dev1", R"(,"authentication":{"type":"sas",)"
                                    R"("symmetricKey":{"primaryKey":"","secondaryKey":""}})");
    EXPECT_EQ(device.at("deviceId"), "dev1");
    EXPECT_EQ(device.at("status"), "enabled");
    EXPECT_TRUE(device.at("statusReason").is_null());
    EXPECT_EQ(device.at("connectionState"), "Disconnected");
    EXPECT_EQ(device.at("connectionStateUpdatedTime"), "0001-01-01T00:00:00Z");
    EXPECT_EQ(device.at("cloudToDeviceMessageCount"), 0);
    EXPECT_EQ(device.at("generationId").as_string().size(), 18U);
    EXPECT_EQ(device.at("etag").as_string(), etag_);
    auto const& authentication = device.at("authentication").as_object();
    EXPECT_EQ(authentication.at("type"), "sas");
    EXPECT_TRUE(authentication.at("x509Thumbprint").at("primaryThumbprint").is_null());
    EXPECT_EQ(authentication.at("symmetricKey").at("primaryKey").as_string().size(), 44U);
    EXPECT_NE(key("dev1"), key("dev1", false));
    EXPECT_EQ(device.at("capabilities").at("iotEdge"), false);
    EXPECT_EQ(document(GetDevice{{"dev1"}}), device);
}

TEST_F(Registry, ADeviceIsCreatedOnce) {
    put("dev1");
    EXPECT_EQ(put_refused("dev1", ""), Errc::device_already_exists);
    EXPECT_EQ(put_refused("dev1", "", ""), Errc::device_already_exists);
    EXPECT_NO_FATAL_FAILURE(put("Dev1"));
    EXPECT_EQ(view_.device_count(), 2U);
}

TEST_F(Registry, AnUpdateNeedsTheETagOrAStar) {
    EXPECT_EQ(put_refused("dev1", "", "*"), Errc::device_not_found);
    put("dev1");
    std::string const first = etag_;
    put("dev1", R"(,"statusReason":"x")", first);
    EXPECT_NE(etag_, first);
    EXPECT_EQ(put_refused("dev1", "", first), Errc::precondition_failed);
    EXPECT_EQ(std::stoull(*base64_decode(etag_)), std::stoull(*base64_decode(first)) + 1);
    EXPECT_NO_FATAL_FAILURE(put("dev1", "", "*"));
}

TEST_F(Registry, AnUpdateKeepsWhatItDoesNotMention) {
    put("dev1", keys(key_of("a"), key_of("b")) + R"(,"status":"disabled")");
    auto const device = put("dev1", "", "*");
    EXPECT_EQ(device.at("status"), "disabled");
    EXPECT_EQ(key("dev1"), key_of("a"));
    put("dev1", keys("", key_of("c")), "*");
    EXPECT_NE(key("dev1"), key_of("a"));
    EXPECT_EQ(key("dev1", false), key_of("c"));
}

TEST_F(Registry, ADeletionNeedsTheDeviceAndItsETag) {
    EXPECT_EQ(refusal(DeleteDevice{{"dev1"}, "*"}), Errc::device_not_found);
    put("dev1");
    EXPECT_EQ(refusal(DeleteDevice{{"dev1"}, "MQ=="}), Errc::precondition_failed);
    EXPECT_TRUE(run(DeleteDevice{{"dev1"}, etag_}).ok());
    EXPECT_EQ(refusal(GetDevice{{"dev1"}}), Errc::device_not_found);
    auto const generation = put("dev1").at("generationId");
    EXPECT_TRUE(run(DeleteDevice{{"dev1"}, std::nullopt}).ok());
    now_ += 1us;
    EXPECT_NE(put("dev1").at("generationId"), generation);
}

// bad-inputs 15, 35
TEST_F(Registry, DeviceIdsHaveOnlyTheirLettersAndMarks) {
    for (auto const* id : {"a", "A-.+%_#*?!(),:=@$'9", "%2e%2e", "...", "a%00", "devices"})
        EXPECT_NO_FATAL_FAILURE(put(id)) << id;
    std::string const nul("a\0b", 3);
    for (auto const& id :
         {std::string{}, std::string{"."}, std::string{".."}, std::string{"../x"},
          std::string{"a/b"}, std::string{"a\\b"}, std::string{"a b"}, nul,
          std::string{"d\xC3\xA9v"},
          std::string{"a\n"}, std::string{"a\"b"}, std::string{"a&b"}, std::string(129, 'a')})
        EXPECT_EQ(put_refused(id, ""), Errc::argument_invalid) << id;
    EXPECT_NO_FATAL_FAILURE(put(std::string(128, 'a')));
}

TEST_F(Registry, TheBodyNamesTheDeviceOfThePath) {
    EXPECT_EQ(refusal(PutDevice{{"dev1"}, R"({"deviceId":"dev2"})", {}}), Errc::argument_invalid);
    EXPECT_EQ(refusal(PutDevice{{"dev1"}, "{}", {}}), Errc::argument_invalid);
    EXPECT_EQ(refusal(PutDevice{{"dev1"}, "", {}}), Errc::argument_invalid);
    EXPECT_EQ(refusal(PutDevice{{"dev1"}, "[]", {}}), Errc::argument_invalid);
    EXPECT_EQ(refusal(PutDevice{{"dev1"}, R"({"deviceId":"dev1","deviceId":"dev1"})", {}}),
              Errc::argument_invalid);
}

// bad-inputs 36
TEST_F(Registry, KeysHave16To64Bytes) {
    auto const with = [](std::size_t bytes) {
        return keys(base64_encode(std::string(bytes, 'k')), "");
    };
    EXPECT_EQ(put_refused("dev1", with(15)), Errc::argument_invalid);
    EXPECT_EQ(put_refused("dev1", with(65)), Errc::argument_invalid);
    EXPECT_EQ(put_refused("dev1", keys("not base64!", "")), Errc::argument_invalid);
    EXPECT_NO_FATAL_FAILURE(put("dev1", with(16)));
    EXPECT_NO_FATAL_FAILURE(put("dev2", with(64)));
}

TEST_F(Registry, KnowsTheKindsOfAuthentication) {
    std::string const print(40, 'a');
    auto const device =
        put("dev1", R"(,"authentication":{"type":"selfSigned","x509Thumbprint":)"
                    R"({"primaryThumbprint":")" + print + R"("}})");
    auto const& authentication = device.at("authentication").as_object();
    EXPECT_EQ(authentication.at("x509Thumbprint").at("primaryThumbprint").as_string(),
              std::string(40, 'A'));
    EXPECT_TRUE(authentication.at("symmetricKey").at("primaryKey").is_null());
    EXPECT_EQ(put("dev2", R"(,"authentication":{"type":"certificateAuthority"})")
                  .at("authentication").at("type"), "certificateAuthority");
    EXPECT_EQ(put_refused("dev3", R"(,"authentication":{"type":"selfSigned"})"),
              Errc::argument_invalid);
    EXPECT_EQ(put_refused("dev3", R"(,"authentication":{"type":"magic"})"), Errc::argument_invalid);
    EXPECT_EQ(put_refused("dev3", R"(,"authentication":7)"), Errc::argument_invalid);
}

TEST_F(Registry, RefusesMembersOfTheWrongKind) {
    EXPECT_EQ(put_refused("d", R"(,"status":"on")"), Errc::argument_invalid);
    EXPECT_EQ(put_refused("d", R"(,"status":1)"), Errc::argument_invalid);
    EXPECT_EQ(put_refused("d", ",\"statusReason\":\"" + std::string(129, 'r') + "\""),
              Errc::argument_invalid);
    EXPECT_EQ(put_refused("d", R"(,"capabilities":{"iotEdge":"yes"})"), Errc::argument_invalid);
    EXPECT_EQ(put_refused("d", R"(,"parentScopes":[1])"), Errc::argument_invalid);
    EXPECT_EQ(view_.device_count(), 0U);
}

TEST_F(Registry, AnEdgeDeviceGetsItsScope) {
    auto const device = put("edge", R"(,"capabilities":{"iotEdge":true})");
    EXPECT_EQ(device.at("deviceScope").as_string(),
              "ms-azure-iot-edge://edge-" + std::string{device.at("generationId").as_string()});
}

TEST_F(Registry, ShowsWhoIsConnected) {
    connect("dev1");
    EXPECT_EQ(document(GetDevice{{"dev1"}}).at("connectionState"), "Connected");
    EXPECT_EQ(document(GetDevice{{"dev1"}}).at("connectionStateUpdatedTime"),
              "2026-01-01T00:00:00.0000000Z");
    ASSERT_TRUE(run(CloseSession{{"dev1"}, std::nullopt}).ok());
    EXPECT_EQ(document(GetDevice{{"dev1"}}).at("connectionState"), "Disconnected");
}

TEST_F(Registry, CountsAsTheStatisticsShow) {
    Statistics const statistics{.total = 3, .enabled = 2, .disabled = 1, .connected = 1};
    EXPECT_EQ(render_statistics(statistics),
              R"({"totalDeviceCount":3,"enabledDeviceCount":2,"disabledDeviceCount":1})");
    EXPECT_EQ(render_service_statistics(statistics), R"({"connectedDeviceCount":1})");
    EXPECT_EQ(twin_etag(1), "AAAAAAAAAAE=");
    EXPECT_EQ(device_etag(403'898'921), "NDAzODk4OTIx");
}

TEST_F(Registry, AStatusReasonIsMeasuredInCharacters) {
    std::string accents;
    for (int i = 0; i < 128; ++i) accents += "\u00E9";
    put("e", ",\"statusReason\":\"" + accents + "\"");
    EXPECT_EQ(view_.find("e")->identity().status_reason(), accents);
    EXPECT_EQ(put_refused("d", ",\"statusReason\":\"" + accents + "r\""), Errc::argument_invalid);
}

// ---- bulk

class Bulk : public HubFixture {
protected:
    /// Runs a request as region/ does, and returns its answer.
    json::object bulk(std::string const& body) {
        auto operations = bulk_operations({body});
        EXPECT_TRUE(operations.ok()) << operations.error().detail;
        std::vector<std::pair<DeviceId, Error>> refusals;
        if (!operations.ok()) return {};
        for (auto& operation : *operations) {
            auto const device = operation.device;
            auto const reply = run(std::move(operation));
            if (!reply.ok()) refusals.emplace_back(device, reply.error());
        }
        return *parse_json_object(bulk_result(refusals).json);
    }
    static Errc refused(std::string const& body) {
        auto const operations = bulk_operations({body});
        return operations.ok() ? Errc::internal : operations.code();
    }
};

TEST_F(Bulk, DoesEveryKindOfOperation) {
    auto const result = bulk(R"([{"id":"a","importMode":"create","status":"disabled"},)"
                             R"({"id":"b","tags":{"x":1},"properties":{"desired":{"y":2}}}])");
    EXPECT_EQ(render_json(result), R"({"isSuccessful":true,"errors":[],"warnings":[]})");
    EXPECT_EQ(twin("b").at("tags").at("x"), 1);
    EXPECT_EQ(twin("b").at("properties").at("desired").at("y"), 2);
    std::string const etag{document(GetDevice{{"a"}}).at("etag").as_string()};
    EXPECT_EQ(bulk(R"([{"id":"a","importMode":"UpdateIfMatchETag","eTag":")" + etag +
                   R"(","status":"enabled"},{"id":"b","importMode":"updateTwin","tags":{"x":2}}])")
                  .at("isSuccessful"), true);
    EXPECT_EQ(document(GetDevice{{"a"}}).at("status"), "enabled");
    EXPECT_EQ(twin("b").at("tags").at("x"), 2);
    EXPECT_EQ(bulk(R"([{"id":"a","importMode":"Delete"},{"id":"b","importMode":"delete"}])")
                  .at("isSuccessful"), true);
    EXPECT_EQ(view_.device_count(), 0U);
}

TEST_F(Bulk, CreateOrUpdateTakesADeviceThatIsThereOrNot) {
    auto const both = R"([{"id":"a","importMode":"createOrUpdate","status":"disabled"}])";
    EXPECT_EQ(bulk(both).at("isSuccessful"), true);
    EXPECT_EQ(bulk(both).at("isSuccessful"), true);
    EXPECT_EQ(view_.find("a")->identity().status(), record::DEVICE_DISABLED);
    auto const stale =
        R"([{"id":"a","importMode":"CreateOrUpdateIfMatchETag","eTag":"stale"},)"
        R"({"id":"b","importMode":"CreateOrUpdateIfMatchETag","eTag":"stale"}])";
    EXPECT_EQ(bulk(stale).at("isSuccessful"), false);
    EXPECT_NE(view_.find("b"), nullptr);
}

TEST_F(Bulk, TellsWhichOperationsWereRefused) {
    put("a");
    auto const result = bulk(R"([{"id":"a"},{"id":"b"},{"id":"c","importMode":"delete"},)"
                             R"({"id":"a/b"}])");
    EXPECT_EQ(result.at("isSuccessful"), false);
    auto const& errors = result.at("errors").as_array();
    ASSERT_EQ(errors.size(), 3U);
    EXPECT_EQ(errors[0].at("errorCode"), "DeviceAlreadyExists");
    EXPECT_EQ(errors[1].at("errorCode"), "DeviceNotFound");
    EXPECT_EQ(errors[2].at("errorCode"), "ArgumentInvalid");
    EXPECT_EQ(view_.device_count(), 2U);
}

// What is reported as failed can be sent again: nothing of it was done.
TEST_F(Bulk, AnOperationIsDoneAsAWholeOrNotAtAll) {
    put("old", R"(,"statusReason":"before")");
    auto const result = bulk(
        R"([{"id":"new","importMode":"create","tags":{"a.b":1}},)"
        R"({"id":"old","importMode":"update","statusReason":"after","tags":{"a.b":1}}])");
    EXPECT_EQ(result.at("isSuccessful"), false);
    ASSERT_EQ(result.at("errors").as_array().size(), 2U);
    EXPECT_EQ(result.at("errors").as_array()[0].at("errorCode"), "ArgumentInvalid");
    EXPECT_EQ(view_.find("new"), nullptr);
    EXPECT_EQ(view_.find("old")->identity().status_reason(), "before");
    EXPECT_TRUE(facts_.empty());

    EXPECT_EQ(bulk(R"([{"id":"old","importMode":"update","statusReason":"after",)"
                   R"("tags":{"a":1}},{"id":"old2","tags":{"a":1}}])")
                  .at("isSuccessful"), true);
    EXPECT_EQ(view_.find("old")->identity().status_reason(), "after");
    EXPECT_EQ(twin("old").at("tags").at("a"), 1);
    EXPECT_EQ(twin("old2").at("tags").at("a"), 1);
}

TEST_F(Bulk, RefusesWhatIsNoRequest) {
    EXPECT_EQ(refused("{}"), Errc::argument_invalid);
    EXPECT_EQ(refused("[1]"), Errc::argument_invalid);
    EXPECT_EQ(refused("[{}]"), Errc::argument_invalid);
    EXPECT_EQ(refused(R"([{"id":"a"},{"id":"a"}])"), Errc::argument_invalid);
    EXPECT_EQ(refused(R"([{"id":"a","importMode":"explode"}])"), Errc::argument_invalid);
    EXPECT_EQ(refused(R"([{"id":"a","importMode":"updateIfMatchETag"}])"), Errc::argument_invalid);
    EXPECT_EQ(refused(R"([{"id":"a","moduleId":"m"}])"), Errc::not_implemented);
    std::string many = "[";
    for (int i = 0; i <= 100; ++i) many += "{\"id\":\"" + std::to_string(i) + "\"},";
    many.back() = ']';
    EXPECT_EQ(refused(many), Errc::too_many_devices);
}

}  // namespace
}  // namespace tandem::hub
