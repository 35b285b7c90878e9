#include "app/event_reader.hpp"

#include "gateway/amqp/amqp_session.hpp"
#include "hub/command.hpp"

#include <gtest/gtest.h>

namespace tandem::app {
namespace {

constexpr Now now{Time{1s}, WallTime{1'000'000s}};
constexpr auto key = "c2VjcmV0LXNlY3JldC1zZWNyZXQ=";

hub::StoredTelemetry telemetry(std::uint64_t index, std::string const& id) {
    hub::StoredTelemetry stored;
    stored.position = Position{Epoch{1}, index};
    stored.enqueued = WallTime{1'000'000s};
    stored.message.set_device_id("sim-1");
    stored.message.set_message_id(id);
    stored.message.set_body("hello");
    return stored;
}

/// The hub's session and our reader, with a hub of two partitions behind the session that holds
/// `stored` in partition 1.
class EventReaderTest : public testing::Test {
protected:
    /// Carries bytes and requests to and fro until nothing moves.
    Result<void> run() {
        for (int i = 0; i < 100; ++i) {
            Bytes const to_hub = std::exchange(reader.output(), {});
            Bytes const to_us = std::exchange(session->output().bytes, {});
            auto const requests = std::exchange(session->output().requests, {});
            if (to_hub.empty() && to_us.empty() && requests.empty()) break;
            if (!to_hub.empty()) session->on_bytes(to_hub, now);
            for (auto const& request : requests) answer(request);
            if (!to_us.empty()) TANDEM_CHECK(reader.on_bytes(to_us));
        }
        return {};
    }

    void answer(gateway::Request const& request) {
        auto reply = [&](hub::Reply value) { session->on_reply(request.token, value, now); };
        if (std::holds_alternative<hub::Authorize>(request.command)) {
            if (refuse) {
                Error const no{Errc::unauthorized, "no"};
                return session->on_reply(request.token, no, now);
            }
            return reply(hub::Authorized{"service", std::nullopt, {}, "demo"});
        }
        if (std::holds_alternative<hub::GetEventHub>(request.command))
            return reply(hub::EventHubInfo{"demo", {}, 2, {"$Default"}});
        if (auto const* find = std::get_if<hub::FindTelemetry>(&request.command)) {
            starts.push_back(find->start);
            return reply(hub::TelemetryFound{find->start.position});
        }
        auto const* read = std::get_if<hub::ReadTelemetry>(&request.command);
        ASSERT_NE(read, nullptr);
        hub::TelemetryRead found;
        for (auto const& message : stored)
            if (read->partition == PartitionIndex{1} && message.position > read->after &&
                found.messages.size() < read->count_max)
                found.messages.push_back(message);
        if (found.messages.empty()) return;  // it waits
        found.last = found.newest = found.messages.back().position;
        reply(found);
    }

    Result<void> connect() {
        session = std::make_unique<gateway::AmqpSession>(
            gateway::ConnectionInfo{
                .server_name = "localhost", .peer_address = "", .tracking_seed = "seed"},
            table);
        reader.begin(now.wall);
        return run();
    }

    gateway::ReceiverTable table;
    std::unique_ptr<gateway::AmqpSession> session;
    std::vector<hub::StoredTelemetry> stored;
    std::vector<hub::ReadStart> starts;
    std::vector<std::string> seen;
    bool refuse = false;
    EventReader reader{{.host = "localhost", .entity = "demo", .policy = "service", .key = key,
                        .from = WallTime{5s}, .credit = 10},
                       [this](EventReader::Event const& event) {
                           seen.push_back(event.message_id + " " + event.device_id + " " +
                                          std::string{event.body});
                       }};
};

TEST_F(EventReaderTest, ReadsEveryPartitionFromItsStart) {
    stored = {telemetry(1, "a"), telemetry(2, "b")};
    ASSERT_TRUE(connect().ok());
    EXPECT_TRUE(reader.reading());
    EXPECT_EQ(reader.partitions(), 2u);
    EXPECT_EQ(seen, (std::vector<std::string>{"a sim-1 hello", "b sim-1 hello"}));
    ASSERT_EQ(starts.size(), 2u);
    EXPECT_EQ(starts[0].kind, hub::ReadStart::Kind::enqueued_time);
    EXPECT_EQ(starts[0].time, WallTime{5s});
}

// More events than credit: it is topped up for as long as there are events.
TEST_F(EventReaderTest, TopsUpItsCredit) {
    for (std::uint64_t i = 1; i <= 100; ++i) stored.push_back(telemetry(i, std::to_string(i)));
    ASSERT_TRUE(connect().ok());
    EXPECT_EQ(seen.size(), 100u);
}

TEST_F(EventReaderTest, GoesOnAfterTheLastEventWhenItConnectsAgain) {
    stored = {telemetry(1, "a"), telemetry(2, "b")};
    ASSERT_TRUE(connect().ok());
    stored.push_back(telemetry(3, "c"));
    ASSERT_TRUE(connect().ok());
    EXPECT_EQ(seen.size(), 3u);
    EXPECT_EQ(seen.back(), "c sim-1 hello");
    EXPECT_EQ(starts.back().position, (Position{Epoch{1}, 2}));
}

TEST_F(EventReaderTest, SaysWhenItsTokenIsRefused) {
    refuse = true;
    auto const connected = connect();
    ASSERT_FALSE(connected.ok());
    EXPECT_EQ(connected.code(), Errc::unauthorized);
}

// The hub moves: receivers are detached, and the reader is to connect again.
TEST_F(EventReaderTest, ReportsThatTheHubSaidGoodbye) {
    ASSERT_TRUE(connect().ok());
    session->on_event(hub::Closed{hub::CloseReason::owner_moved}, now);
    auto const after = run();
    ASSERT_FALSE(after.ok());
    EXPECT_EQ(after.code(), Errc::unavailable);
}

}  // namespace
}  // namespace tandem::app
