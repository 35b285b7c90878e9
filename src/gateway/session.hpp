// gateway/session.hpp -- one client connection, as bytes and time in, bytes and commands out.
//
// The world owns sockets and TLS; a session owns the protocol. After every on_* call the world
// drains `output()`: writes the bytes, hands the requests to the region (which answers through
// on_reply with the same token, sometimes before it returns from the hand-over, sometimes much
// later), and closes once the bytes are out if `close` is set. A session never blocks, never
// reads a clock, and knows nothing of partitions or of which region owns the hub.
//
// Invariant  a session answers in the order its protocol demands, however replies arrive.
// Invariant  after `close` it produces nothing more, and late replies are ignored.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "codec/ip_range.hpp"
#include "hub/command.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tandem::gateway {

enum class Token : std::uint64_t {};

struct Request {
    Token token{};
    std::string hub_host;       ///< the hub's name as the client said it; empty: it did not say
    hub::Command command;
};

struct Output {
    Bytes bytes;
    std::vector<Request> requests;
    bool close = false;
};

class Session {
public:
    virtual ~Session() = default;

    virtual void on_bytes(ByteView bytes, Now now) = 0;
    virtual void on_reply(Token token, Result<hub::Reply> reply, Now now) = 0;
    virtual void on_event(hub::Event const& event, Now now) = 0;
    virtual void on_timer(Now now) = 0;         ///< at next_deadline(); early is harmless
    virtual void on_peer_closed(Now now) = 0;   ///< the client is gone; may still emit requests

    virtual std::optional<Time> next_deadline() const = 0;
    virtual Output& output() = 0;               ///< the world empties it
    /// True while more bytes from the client should wait (too many unanswered requests).
    virtual bool paused() const { return false; }
};

/// What the world knows of a connection before its first byte.
struct ConnectionInfo {
    std::string server_name;    ///< TLS SNI, lower case; empty: none
    std::string peer_address;   ///< the client's; for messages to people only
    std::optional<IpAddress> client{};
    unsigned tls = 0;           ///< 12: TLS 1.2; 0: none
    std::string tracking_seed;  ///< random text; tracking ids are made from it and a counter
};

}  // namespace tandem::gateway
