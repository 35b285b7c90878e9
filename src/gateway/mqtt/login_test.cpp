#include "gateway/mqtt/login.hpp"

#include <gtest/gtest.h>

namespace tandem::gateway {
namespace {

using mqtt::ConnackCode;

mqtt::Connect connect_as(std::string_view client_id, std::string_view user_name) {
    return {.client_id = client_id,
            .clean = true,
            .keep_alive = std::chrono::seconds{9},
            .will = std::nullopt,
            .username = user_name,
            .password = "sas"};
}
Login login_as(std::string_view client_id, std::string_view user_name) {
    auto result = read_login(connect_as(client_id, user_name));
    if (auto* const login = std::get_if<Login>(&result)) return std::move(*login);
    ADD_FAILURE() << "refused: " << user_name;
    return {};
}
ConnackCode refusal_as(std::string_view client_id, std::string_view user_name) {
    auto const result = read_login(connect_as(client_id, user_name));
    auto const* const code = std::get_if<ConnackCode>(&result);
    return code == nullptr ? ConnackCode::accepted : *code;
}

TEST(MqttLogin, ReadsWhatSdksSend) {
    Login const node = login_as(
        "dev1",
        "hub.test/dev1/?api-version=2021-04-12&model-id=dtmi:com:example:T;1"
        "&DeviceClientType=azure-iot-device%2F1.18.4%20(node%20v20%3B%20Debian)");
    EXPECT_EQ(node.hub_host, "hub.test");
    EXPECT_EQ(node.device.value, "dev1");
    EXPECT_EQ(node.model_id, "dtmi:com:example:T;1");
    EXPECT_EQ(node.sas, "sas");
    EXPECT_TRUE(node.clean);
    EXPECT_EQ(node.keep_alive, std::chrono::seconds{9});

    Login const c = login_as("dev1", "hub.test/dev1/?DeviceClientType=iothubclient%2f1.15"
                                     "&api-version=2020-09-30&model-id=dtmi%3acom%3aT%3b1");
    EXPECT_EQ(c.model_id, "dtmi:com:T;1");
}

TEST(MqttLogin, ToleratesMissingParameters) {
    EXPECT_EQ(login_as("dev1", "hub.test/dev1").device.value, "dev1");
    EXPECT_EQ(login_as("dev1", "hub.test/dev1/").device.value, "dev1");
    EXPECT_EQ(login_as("dev1", "hub.test/dev1/?").device.value, "dev1");
    EXPECT_EQ(login_as("dev1", "hub.test/dev1/api-version=2016-11-14").device.value, "dev1");
    EXPECT_EQ(login_as("dev1", "hub.test/dev1/?unknown=1&auth-chain=x&&").device.value, "dev1");
}

TEST(MqttLogin, LeavesThePortOutOfTheHubsName) {
    EXPECT_EQ(login_as("dev1", "hub.test:8883/dev1/").hub_host, "hub.test");
}

// A hub that was created as MyHub is called so by its users.
TEST(MqttLogin, TakesTheHubsNameInAnyCase) {
    EXPECT_EQ(login_as("Dev1", "MyHub.Test:8883/Dev1/").hub_host, "myhub.test");
    EXPECT_EQ(login_as("Dev1", "LOCALHOST/Dev1").device.value, "Dev1");
}

TEST(MqttLogin, RefusesUnknownApiVersions) {
    EXPECT_EQ(refusal_as("dev1", "hub.test/dev1/?api-version=1999-01-01"),
              ConnackCode::unacceptable_protocol);
    EXPECT_EQ(refusal_as("dev1", "hub.test/dev1/?api-version="),
              ConnackCode::unacceptable_protocol);
}

// bad-inputs 15: ids made of the separators of three syntaxes
TEST(MqttLogin, ReadsDeviceIdsOfAnyAllowedCharacters) {
    for (auto const* id : {"+", "#", "$", "%2F", "a?b", "?api-version=1", "a#b+c%$'", "a:b=c,(d)!",
                           "*", "..", "$iothub"}) {
        auto const name = "hub.test/" + std::string{id} + "/?api-version=2021-04-12";
        EXPECT_EQ(login_as(id, name).device.value, id);
    }
}

// bad-inputs 15
TEST(MqttLogin, RefusesOtherCharactersInDeviceIds) {
    for (auto const* id : {"", "a/b", "/", "a b", "a\nb", "a\\b", "d\xC3\xA4", "a&b", "a;b", "a\"b",
                           "a\x7F"}) {
        EXPECT_EQ(refusal_as(id, "hub.test/" + std::string{id} + "/?api-version=2021-04-12"),
                  ConnackCode::identifier_rejected);
    }
    std::string const longest(128, 'd');
    EXPECT_EQ(login_as(longest, "hub.test/" + longest).device.value, longest);
    EXPECT_EQ(refusal_as(longest + "d", "hub.test/" + longest + "d"),
              ConnackCode::identifier_rejected);
}

// bad-inputs 22: a client id must not claim what its user name does not say
TEST(MqttLogin, RefusesAClientIdOtherThanTheUserNames) {
    for (auto const* name : {"hub.test/dev2/?api-version=2021-04-12", "hub.test/dev10/",
                             "hub.test/", "hub.test/DEV1/", "hub.test/dev1x",
                             "hub.test/dev1/mod/"}) {
        EXPECT_EQ(refusal_as("dev1", name), ConnackCode::identifier_rejected) << name;
    }
}

TEST(MqttLogin, RefusesModules) {
    EXPECT_EQ(refusal_as("dev1/mod", "hub.test/dev1/mod/?api-version=2021-04-12"),
              ConnackCode::identifier_rejected);
}

TEST(MqttLogin, RefusesMalformedUserNames) {
    for (auto const* name : {"", "hub.test", "/dev1/", "/"}) {
        EXPECT_EQ(refusal_as("dev1", name), ConnackCode::bad_credentials) << name;
    }
    EXPECT_EQ(refusal_as("dev1", std::string(256, 'h') + "/dev1"), ConnackCode::bad_credentials);
    EXPECT_EQ(refusal_as("dev1", "hub.test/dev1/?model-id=%FF"), ConnackCode::bad_credentials);
    mqtt::Connect nameless = connect_as("dev1", "");
    nameless.username.reset();
    EXPECT_EQ(std::get<ConnackCode>(read_login(nameless)), ConnackCode::bad_credentials);
}

TEST(MqttLogin, MakesTheWillATelemetryMessage) {
    mqtt::Connect connect = connect_as("dev1", "hub.test/dev1/");
    connect.will = mqtt::Will{"devices/dev1/messages/events/a=1", "gone", {}, true};
    Login const login = std::get<Login>(read_login(connect));
    ASSERT_TRUE(login.will);
    EXPECT_EQ(login.will->body(), "gone");
    ASSERT_EQ(login.will->properties_size(), 3);
    EXPECT_EQ(login.will->properties(0).name(), "a");
    EXPECT_EQ(login.will->properties(1).name(), "mqtt-retain");
    EXPECT_EQ(login.will->properties(2).name(), "iothub-MessageType");
    EXPECT_EQ(login.will->properties(2).value(), "Will");
}

// bad-inputs 21, 8
TEST(MqttLogin, RefusesWillsToOtherTopics) {
    for (auto const* topic :
         {"devices/dev2/messages/events/", "$iothub/twin/PATCH/properties/reported/?$rid=1",
          "$SYS/broker", "devices/dev1/messages/devicebound/", "devices/dev1/messages/events/#",
          "devices/dev1/messages/events/=novalue", "devices/dev1/messages/events/a=%"}) {
        mqtt::Connect connect = connect_as("dev1", "hub.test/dev1/");
        connect.will = mqtt::Will{topic, "", {}, false};
        EXPECT_EQ(std::get<ConnackCode>(read_login(connect)), ConnackCode::not_authorized) << topic;
    }
}

}  // namespace
}  // namespace tandem::gateway
