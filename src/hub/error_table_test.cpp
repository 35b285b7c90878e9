#include "hub/error_table.hpp"

#include "codec/json.hpp"

#include <gtest/gtest.h>

namespace tandem::hub {
namespace {

TEST(ErrorTable, KnowsTheNumbersThatClientsRead) {
    EXPECT_EQ(error_row(Errc::device_not_found).number, 404001U);
    EXPECT_EQ(error_row(Errc::device_not_found).name, "DeviceNotFound");
    EXPECT_EQ(error_row(Errc::precondition_failed).http_status, 412);
    EXPECT_EQ(error_row(Errc::device_already_exists).http_status, 409);
    EXPECT_EQ(error_row(Errc::unauthorized).mqtt_connack, 5);
    EXPECT_EQ(error_row(Errc::message_too_large).amqp_condition,
              "amqp:link:message-size-exceeded");
}

TEST(ErrorTable, ADeviceReadsCodeAndMessage) {
    EXPECT_EQ(render_device_error({Errc::device_not_found, "no \"d\""}, "t", "2026"),
              R"({"errorCode":404001,"trackingId":"t","message":"no \"d\"",)"
              R"("timestampUtc":"2026"})");
}

// Node splits at ';' and then at ':'; a text of ours must not add to that.
TEST(ErrorTable, AServiceReadsNameAndText) {
    auto const text = render_service_error({Errc::precondition_failed, "a;b"}, "id-G:0", "now");
    EXPECT_EQ(text, R"({"Message":"ErrorCode:PreconditionFailed;a,b",)"
                    R"("ExceptionMessage":"Tracking ID:id-G:0-TimeStamp:now"})");
}

// bad-inputs 46: what a client sent comes back as text, whatever it was.
TEST(ErrorTable, StaysJsonWhateverTheDetail) {
    Error const error{Errc::argument_invalid, "\xFF\"\\\r\n\x01"};
    EXPECT_TRUE(parse_json_object(render_service_error(error, "t", "n")).ok());
    EXPECT_TRUE(parse_json_object(render_device_error(error, "t", "n")).ok());
}

}  // namespace
}  // namespace tandem::hub
