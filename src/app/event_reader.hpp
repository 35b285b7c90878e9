// app/event_reader.hpp -- the client's half of an Event Hubs-compatible conversation: reads every
// partition of a hub from a time on, and after a cut from where it was.
//
//     sasl_header -> mechanisms -> outcome -> header -> open -> token -> question -> reading
//
// Source  AMQP 1.0 parts 2 and 5; data-plane contract 2.2, 3.4.
// Shape   one session; links by handle: 0, 1 to and from $cbs, 2, 3 to and from $management,
//         4 + n the receiver of partition n.
// Invariant  an event is reported once and in order, over all connections of one reader.
// Purity  sans I/O: bytes in, bytes out.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "codec/amqp/frame.hpp"
#include "codec/amqp/message.hpp"
#include "codec/amqp/performative.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tandem::app {

class EventReader {
public:
    struct Options {
        std::string host;                    ///< of the endpoint
        std::string entity;                  ///< the Event Hubs-compatible name
        std::string group = "$Default";
        std::string policy, key;             ///< with the right ServiceConnect
        WallTime from{};                     ///< events enqueued then or later
        std::uint32_t credit = 500;          ///< outstanding, of each partition
    };
    struct Event {
        std::size_t partition = 0;
        std::int64_t sequence_number = 0;
        std::string offset;
        std::string device_id, message_id;
        WallTime enqueued{};
        ByteView body;
    };
    using Handler = std::function<void(Event const&)>;

    EventReader(Options options, Handler on_event)
        : options_(std::move(options)), on_event_(std::move(on_event)) {}

    /// A new connection: what the last one left is forgotten, but for the offsets.
    void begin(WallTime now);
    /// Errors: malformed; unauthorized; unavailable (the hub said goodbye): connect again later.
    Result<void> on_bytes(ByteView bytes);
    /// An empty frame, so that the other end knows that we live.
    void keep_alive();
    Bytes& output() { return output_; }

    bool reading() const { return state_ == State::reading; }
    std::size_t partitions() const { return partition_count_; }   ///< 0: not known yet

private:
    enum class State : std::uint8_t {
        sasl_header, mechanisms, outcome, header, open, token, question, reading,
    };
    struct Link {
        std::string name;
        bool receiving = false;
        bool asked = false;                   ///< our request went out
        bool open = false;                    ///< the other end has attached it, too
        std::uint32_t credit = 0;
        std::uint32_t delivery_count = 0;
        bool settled = true;                  ///< the delivery that is being received
        Bytes partial;
    };

    Result<std::size_t> step(ByteView input);
    Result<void> on_header(ByteView header);
    Result<void> on_performative(amqp::Decoded const& decoded);
    Result<void> on_sasl(amqp::Performative const& performative);
    Result<void> on_attach(amqp::Attach const& attach);
    void on_flow(amqp::Flow const& flow);
    Result<void> on_transfer(amqp::Transfer const& transfer, ByteView payload);
    Result<void> on_message(std::uint32_t handle, Bytes const& bytes);
    Result<void> on_answer(std::uint32_t handle, amqp::Message const& message);
    void on_event(std::size_t partition, amqp::Message const& message);

    void attach(std::uint32_t handle, bool receiving, std::string const& address,
                amqp::Value filter = {});
    void attach_partition(std::size_t partition);
    void request(std::uint32_t handle);
    void grant(std::uint32_t handle);
    void top_up();
    void emit(amqp::Performative const& performative, ByteView payload = {});
    void emit_sasl(amqp::Performative const& performative);

    Options options_;
    Handler on_event_;
    std::map<std::size_t, std::string> offsets_;     ///< of the last event, by partition
    std::size_t partition_count_ = 0;

    State state_ = State::sasl_header;
    std::string token_;
    Bytes input_, output_;
    std::map<std::uint32_t, Link> links_;            ///< by our handle
    std::map<std::uint32_t, std::uint32_t> ours_;    ///< our handle by the other end's
    std::uint32_t next_incoming_ = 0;
    std::uint32_t next_outgoing_ = 0;
    bool flow_due_ = false;
};

}  // namespace tandem::app
