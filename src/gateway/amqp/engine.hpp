// gateway/amqp/engine.hpp -- the server's half of an AMQP 1.0 connection: headers, SASL framing,
// open to close, sessions, links, credit, windows and the cutting of messages into frames. What
// the links are for is the handler's business.
//
// Source  AMQP 1.0 parts 2 and 5 (OASIS Standard, 29 Oct 2012); data-plane contract 2.1, 8.
//
//     header --AMQP--> opening --OPEN--> live --CLOSE or error--> closed
//        `--SASL--> sasl_init --> sasl_wait --> amqp_header --AMQP--> opening
//
// Invariant  nothing is written after `closed`.
// Invariant  at most in_flight_bytes_max (and one message) are sent that the peer has neither
//         settled nor passed in the session's flow; so a slow reader slows the reading, too.
// Invariant  nothing is kept about an unsettled delivery but its size and place in line.
// Purity  sans I/O; time comes in with every call.
#pragma once

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "codec/amqp/frame.hpp"
#include "codec/amqp/performative.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tandem::gateway {

enum class LinkId : std::uint64_t {};

/// One link, seen from here. Handles are the peer's; ours carry the same numbers.
struct Link {
    enum class State : std::uint8_t { attaching, live, detaching };

    LinkId id{};
    std::uint16_t channel = 0;
    std::uint32_t handle = 0;
    State state = State::attaching;
    bool incoming = false;              ///< the peer sends
    amqp::Attach request;               ///< emptied by accept() and refuse()
    std::uint32_t delivery_count = 0;
    std::uint32_t credit = 0;           ///< what the sending side may still send

    // outgoing
    bool settled = false;               ///< deliveries go out settled
    bool drain = false;                 ///< asked for, not yet done
    std::deque<Bytes> queue;            ///< encoded messages; the first may be partly sent
    std::size_t front_sent_bytes = 0;
    std::uint32_t front_delivery = 0;

    // incoming
    std::optional<std::uint32_t> delivery;  ///< being received
    bool delivery_settled = false;
    Bytes partial;

    /// Messages that could be queued now and would not have to wait for credit.
    std::size_t room() const { return credit > queue.size() ? credit - queue.size() : 0; }
};

class Engine {
public:
    class Handler {
    public:
        virtual ~Handler() = default;
        /// Answer with sasl_done(), now or later; until then nothing more is read.
        virtual void on_sasl(amqp::SaslInit const& init) = 0;
        /// Answer with accept() or refuse(), now or later.
        virtual void on_attach(Link& link) = 0;
        virtual void on_message(Link& link, Bytes message) = 0;
        /// Credit, a window or the drain flag changed: more can be sent, or must be given back.
        virtual void on_ready(Link& link) = 0;
        /// The peer detached it, or the engine did for a fault of the peer. Still to be found.
        virtual void on_gone(Link& link) = 0;
    };

    Engine(Handler& handler, Bytes& out) : handler_(handler), out_(out) {}

    void on_bytes(ByteView bytes, Now now);
    void on_timer(Now now);
    std::optional<Time> next_deadline() const;
    /// To be called before anything else that is done at `now`.
    void set_now(Now now) { now_ = now; }

    void sasl_done(bool ok);
    void accept(Link& link, amqp::Value offered_capabilities);
    void refuse(Link& link, amqp::Condition condition);
    void detach(Link& link, amqp::Condition condition);
    void send(Link& link, Bytes message);
    /// Gives unused credit back. Requires: link.drain.
    void drained(Link& link);
    void close(std::optional<amqp::Condition> condition);

    Link* find(LinkId id);
    std::vector<LinkId> links() const;
    bool live() const { return state_ == State::live; }
    bool closed() const { return state_ == State::closed; }
    bool in_flight_full() const { return in_flight_bytes_ >= in_flight_bytes_max; }
    std::string const& hostname() const { return hostname_; }   ///< of OPEN, as it came

    static constexpr std::size_t in_flight_bytes_max = 1024 * 1024;
    /// Signs of progress are missing for settled deliveries, and may be for others: rhea and
    /// pyamqp do not answer an echo. After that long a delivery is taken as read.
    static constexpr Duration settled_pace = 50ms;
    static constexpr Duration unsettled_wait_max = 10s;
    static constexpr std::size_t incoming_message_bytes_max = 64 * 1024;
    static constexpr std::uint32_t window = 5000;
    static constexpr std::uint32_t handle_max = 255;
    static constexpr std::uint32_t incoming_credit = 100;
    static constexpr std::size_t sessions_max = 256;
    static constexpr Duration open_wait_max = 30s;
    static constexpr Duration silence_max = limits::amqp_idle_timeout * 5 / 4;

private:
    enum class State : std::uint8_t {
        header, sasl_init, sasl_wait, amqp_header, opening, live, closed,
    };

    struct InFlight {
        std::uint32_t delivery;
        std::uint32_t last_transfer;
        std::size_t bytes;
        Time forget_at;
    };

    struct Channel {
        std::uint32_t next_incoming_id = 0;
        std::uint32_t incoming_window = window;
        std::uint32_t next_outgoing_id = 0;
        std::uint32_t remote_incoming_window = 0;
        std::uint32_t next_delivery_id = 0;
        std::map<std::uint32_t, Link> links;
        std::deque<InFlight> in_flight;
    };

    void read();
    bool step(ByteView input, std::size_t& used);
    bool on_header(ByteView input, std::size_t& used);
    void on_frame(amqp::Frame const& frame);
    void on_sasl_frame(amqp::Decoded const& decoded);
    void on_performative(std::uint16_t channel, amqp::Decoded decoded);

    void on_open(amqp::Open const& open);
    void on_begin(std::uint16_t number, amqp::Begin const& begin);
    void on_attach(std::uint16_t number, Channel& channel, amqp::Attach attach);
    void on_flow(std::uint16_t number, Channel& channel, amqp::Flow const& flow);
    void on_link_flow(Link& link, amqp::Flow const& flow);
    void on_transfer(std::uint16_t number, Channel& channel, amqp::Transfer const& transfer,
                     ByteView payload);
    void on_delivery(Link& link, amqp::Transfer const& transfer, ByteView payload);
    void on_disposition(std::uint16_t number, Channel& channel, amqp::Disposition const& said);
    void on_detach(std::uint16_t number, Channel& channel, amqp::Detach const& detach);
    void on_end(std::uint16_t number, Channel& channel);
    void on_close();

    void pump(Link& link);
    void pump_all();
    void ask_progress();
    void forget_old();
    void emit_transfer(Link& link, Channel& channel);
    void release(Channel& channel, std::optional<std::uint32_t> settled_delivery,
                 std::optional<std::uint32_t> next_transfer);
    void grant(Link& link);
    void send_flow(std::uint16_t number, Channel const& channel, Link const* link, bool echo);
    void emit(std::uint16_t channel, amqp::Performative const& performative);
    void emit_open();
    void fail(char const* condition, std::string description);
    Link* link_of(Channel& channel, std::uint32_t handle);

    Handler& handler_;
    Bytes& out_;
    State state_ = State::header;
    Now now_{};
    Bytes input_;
    bool reading_ = false;
    std::string hostname_;
    std::uint32_t peer_frame_max_ = amqp::frame_bytes_min;
    std::optional<Duration> peer_idle_;
    std::optional<Time> started_;
    Time received_at_{};
    Time sent_at_{};
    std::map<std::uint16_t, Channel> channels_;
    std::map<LinkId, Link*> links_;
    std::uint64_t last_link_id_ = 0;
    std::size_t in_flight_bytes_ = 0;
    bool echo_asked_ = false;
};

}  // namespace tandem::gateway
