// bench/load.hpp -- MQTT connections that publish as fast as their windows allow, or at a rate, and
// what they saw. The same client for every server, so that the servers can be compared.
#pragma once

#include "app/client_link.hpp"
#include "app/latencies.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace tandem::bench {

struct LoadOptions {
    app::ClientLink::Target target;
    std::string owner_key;             ///< of the hub; empty: a plain MQTT broker
    std::size_t connections = 100;
    std::size_t window = 1;            ///< unacknowledged messages a connection
    std::size_t body_bytes = 256;
    double rate = 0;                   ///< messages a second for all together; 0: no limit
    Duration warm_up = 1s;
    Duration measured = 5s;
    Duration back_off = 5ms;           ///< most to wait before connecting again
    bool idle = false;                 ///< connect, say so, and wait for the end of standard input
    bool report_moves = false;         ///< a line for every first acknowledgement after a cut
    std::vector<int> server_pids;      ///< whose processor time is counted
};

class Load;

class Publisher final : app::ClientLink::Handler {
public:
    Publisher(Load& load, std::size_t number);
    void connect();
    void fill();                       ///< sends what the window lets, when there is no rate
    bool send_one(Time due);           ///< false: the window is full, or there is no connection
    bool ready() const { return ready_; }

private:
    struct Sent {
        std::uint16_t id;
        Time due;
    };
    void on_open() override;
    void on_bytes(ByteView bytes) override;
    void on_lost(std::string const& why) override;
    void on_acknowledged(std::uint16_t id);
    void append(std::uint16_t id, bool dup);

    Load& load_;
    std::string name_;
    app::ClientLink link_;
    world::Alarm again_;
    Bytes packet_;                     ///< a whole PUBLISH but for its identifier ...
    std::size_t id_at_ = 0;            ///< ... which goes here
    Bytes input_;
    std::deque<Sent> in_flight_;
    std::uint16_t next_id_ = 1;
    bool ready_ = false;
    std::optional<Time> unserved_since_;   ///< it was cut, and nothing acknowledged since
};

class Load {
public:
    Load(world::EventLoop& loop, LoadOptions options);
    int run();                         ///< prints one line of JSON

    world::EventLoop& loop;
    LoadOptions const options;
    std::mt19937_64 random{1};

    void fill_body(Bytes& out);        ///< the last body_bytes of it
    void on_ready();
    void on_cut(std::string const& why);
    void on_acknowledged(Time due, Time now, std::optional<Time> unserved_since);

private:
    void connect_more();
    void begin_measuring();
    void finish();
    void pace();
    void print() const;

    std::vector<std::unique_ptr<Publisher>> publishers_;
    world::Alarm connecting_, phase_, pacing_;
    std::size_t connects_begun_ = 0, ready_ = 0;
    bool measuring_ = false, warming_ = false;
    Time began_{}, paced_until_{};
    std::size_t next_ = 0;
    Bytes noise_;
    std::size_t noise_at_ = 0;
    std::uint64_t acknowledged_ = 0, cuts_ = 0, late_ = 0;
    Duration server_before_{}, server_used_{}, own_before_{}, own_used_{}, took_{};
    Duration longest_gap_{}, longest_wait_{};
    Time last_acknowledged_{};
    app::Latencies latency_;
    std::string last_fault_;
};

/// Processor time that a process and its threads have used; 0 when it is gone.
Duration processor_time(int pid);

}  // namespace tandem::bench
