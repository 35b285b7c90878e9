// gateway/mqtt/session.hpp -- one device's MQTT 3.1.1 connection.
//
//     waiting --CONNECT--> opening --SessionOpened--> open
//        |                    |                        |
//        +---- refused, broken, timed out, left -------+--> closed
//
// Source  data-plane contract 1.2, 1.5 to 1.9, 1.12; MQTT 3.1.1. What MQTT cannot say (and that
//         is every refusal after CONNACK, a twin's excepted) is said by closing the connection.
// Invariant  a PUBACK leaves after the reply to its PUBLISH, in the order of the PUBLISHes.
// Invariant  every OpenSession that was not refused is followed by exactly one CloseSession,
//         unless the hub itself took the session away (taken_over, owner_moved): then there is
//         none, or after taken_over one that says so and carries the will. A reply that is still
//         due when the connection ends counts as not refused.
// Invariant  nothing is answered for any device but the one that logged in.
// Units   deadlines are on the monotonic clock; SAS expiry is on the wall clock and looked at with
//         every input and at least once an hour.
#pragma once

#include "codec/mqtt/fixed_header.hpp"
#include "codec/mqtt/packet.hpp"
#include "codec/mqtt/topic.hpp"
#include "gateway/mqtt/inflight.hpp"
#include "gateway/mqtt/login.hpp"
#include "gateway/session.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::gateway {

class MqttSession final : public Session {
public:
    explicit MqttSession(ConnectionInfo info);

    void on_bytes(ByteView bytes, Now now) override;
    void on_reply(Token token, Result<hub::Reply> reply, Now now) override;
    void on_event(hub::Event const& event, Now now) override;
    void on_timer(Now now) override;
    void on_peer_closed(Now now) override;

    /// Before the first input it is the beginning of time: the session has not seen a clock yet.
    std::optional<Time> next_deadline() const override;
    Output& output() override { return output_; }
    bool paused() const override;

private:
    enum class State : std::uint8_t { waiting, opening, open, closed };
    enum class Ending : std::uint8_t {
        graceful,      ///< CloseSession without the will
        broken,        ///< CloseSession with the will
        taken_over,    ///< only the will: another connection has the session
        taken_away,    ///< nothing: there is no session of ours any more
    };

    // session.cpp: bytes, time and state
    void begin(Now now);
    bool expired(Now now);
    std::size_t consume(ByteView input, Now now);
    void consume_stored(Now now);
    void on_frame(mqtt::Frame const& frame);
    void on_open_frame(mqtt::Frame const& frame);
    void on_connect(ByteView body);
    void on_open_reply(Result<hub::Reply> const& reply, Now now);
    void refuse(std::uint8_t code);
    void end(Ending ending);
    std::optional<Time> keep_alive_deadline() const;

    // requests.cpp: what an open session asks and is answered
    hub::Command& request(Inflight::Entry entry);
    void on_publish(mqtt::Publish const& publish);
    void on_telemetry(mqtt::Publish const& publish, std::string_view bag);
    void on_twin_request(mqtt::Publish const& publish, mqtt::TwinRequest const& twin);
    void on_patch_reported(mqtt::Publish const& publish, mqtt::TwinRequest const& twin);
    void on_subscribe(ByteView body);
    void on_unsubscribe(ByteView body);
    void change_subscriptions(Inflight::Entry entry);
    void on_request_reply(Inflight::Entry& entry, Result<hub::Reply> const& reply);
    void on_twin_reply(Inflight::Entry const& entry, Result<hub::Reply> const& reply);
    void send_twin_error(std::string_view request_id, Error const& error);
    void send_twin_response(unsigned status, std::string_view request_id,
                            std::optional<std::int64_t> version, ByteView body);
    bool subscribed(mqtt::DeviceFilter filter) const;

    ConnectionInfo info_;
    State state_ = State::waiting;
    Output output_;
    Bytes input_;                              ///< what has come and could not be used yet ...
    std::size_t input_used_ = 0;               ///< ... but for its first so many bytes
    Inflight inflight_;

    std::optional<Time> deadline_;             ///< waiting, opening: when to give up
    Time last_packet_at_{};
    Duration silence_max_{};                   ///< open: 1.5 times the keep-alive
    std::optional<WallTime> expires_at_;       ///< of the token
    Time look_at_expiry_{};
    WallTime wall_{};                          ///< of the last input, for texts to people
    bool leaving_ = false;                     ///< the peer is gone: use up what it left behind

    Login login_;
    std::string telemetry_prefix_;
    std::string auth_method_;
    std::string generation_id_;
    std::array<std::optional<mqtt::Qos>, mqtt::device_filters.size()> granted_{};
    std::uint32_t tracking_count_ = 0;
};

}  // namespace tandem::gateway
