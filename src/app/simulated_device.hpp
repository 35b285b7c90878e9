// app/simulated_device.hpp -- a device with careful firmware: it keeps a message until the hub has
// acknowledged it, sends it again (DUP) after every cut, and comes back by itself.
//
//   resting --alarm--> connecting --CONNACK 0--> live
//      ^---- cut, refused, or no answer in time ---'
//
// Source  data-plane contract 1.2, 1.3, 1.6, 1.9.
// Invariant  one message is on its way at a time, so "acknowledged" is a number: messages
//         0 .. acknowledged-1 are, no other.
// Invariant  rests with exponential back-off and full jitter, so that many devices that were cut
//         at once do not come back at once.
#pragma once

#include "app/client_link.hpp"
#include "app/latencies.hpp"
#include "codec/mqtt/packet.hpp"

#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace tandem::app {

/// What all devices of a simulation share.
struct Fleet {
    world::EventLoop& loop;
    ClientLink::Target target;
    std::string hub_host;
    std::string run;                 ///< in every message id: tells this run's messages apart
    Duration period{};               ///< between two messages of a device
    bool twins = true;
    std::mt19937_64 random;

    std::size_t connected = 0;
    std::uint64_t sent = 0, resent = 0, acknowledged = 0, reconnects = 0, refused = 0;
    std::uint64_t patches = 0, twin_faults = 0;
    std::string last_fault;
    Latencies latency;               ///< from when a message was due to its acknowledgement
    // When was there last nothing to wait for, or an acknowledgement?
    std::size_t waiting = 0;         ///< devices with a message that is due
    Time waiting_since{};
    Duration longest_gap{};
    Duration longest_device_gap{};
    std::function<void()> on_cut = {};   ///< after a connection was lost or refused

    void on_acknowledged(Time now, Duration took);
    void on_waiting(Time now);
};

class SimulatedDevice final : ClientLink::Handler {
public:
    /// `fleet` outlives it.
    SimulatedDevice(Fleet& fleet, std::size_t number, std::string key_base64);

    static std::string name_of(std::size_t number) { return "sim-" + std::to_string(number); }

    /// The first connection begins at `at`; messages follow each other from then on.
    void start(Time at);
    /// No new messages; what is due is still sent.
    void stop_sending();
    void close();

    bool idle() const { return made_ == acknowledged_; }
    std::uint64_t acknowledged() const { return acknowledged_; }
    /// An event with this device's message number arrived at a reader; true: the first time, and
    /// it was acknowledged.
    bool on_arrived(std::uint64_t message);
    struct Arrivals {
        std::uint64_t arrived = 0, duplicates = 0;
        std::vector<std::uint64_t> missing;
    };
    Arrivals arrivals() const;       ///< of acknowledged messages
    std::string message_id(std::uint64_t message) const;

private:
    enum class State : std::uint8_t { resting, connecting, live };
    struct Patch {
        std::uint64_t request = 0;
        Time asked{};
    };

    void on_open() override;
    void on_bytes(ByteView bytes) override;
    void on_lost(std::string const& why) override;

    void connect();
    void rest();
    void cut(std::string const& why);
    void on_alarm();
    void set_alarm();
    void on_packet(std::uint8_t type, std::uint8_t flags, ByteView body);
    void on_connack(ByteView body);
    void on_puback(ByteView body);
    void on_publish(std::uint8_t flags, ByteView body);
    void make_due_messages(Time now);
    void send_due(Time now);
    void publish(bool dup, Time now);
    void patch_twin(Time now);
    Time due_at(std::uint64_t message) const {
        return first_ + static_cast<std::int64_t>(message) * fleet_.period;
    }
    double chance();

    Fleet& fleet_;
    std::size_t number_;
    std::string name_, key_, topic_;
    ClientLink link_;
    world::Alarm alarm_;
    State state_ = State::resting;
    Bytes input_;
    Time first_{};                       ///< when message 0 is due
    std::uint64_t made_ = 0;             ///< messages that were due so far
    std::uint64_t acknowledged_ = 0;
    std::optional<Time> in_flight_;      ///< since when, on this connection
    bool sent_before_ = false;           ///< message acknowledged_ went out once
    bool sending_ = true;
    bool waiting_ = false;
    unsigned failures_ = 0;              ///< attempts since we were last connected
    Time resume_at_{};                   ///< end of the rest
    Time last_sent_{};                   ///< of anything
    Time since_{};                       ///< the attempt began
    bool counted_ = false;               ///< in fleet_.connected
    bool known_ = false;                 ///< was connected before
    std::optional<Patch> patch_;
    Time next_patch_{};
    std::uint64_t patches_ = 0;
    std::int64_t twin_version_ = 0;
    std::vector<std::uint8_t> arrived_;  ///< how often, by message; at most 255
};

}  // namespace tandem::app
