// gateway/mqtt/inflight.hpp -- the requests of one session that wait for their replies, and the
// order of the PUBACKs that depend on them.
//
// Invariant  PUBACKs leave in the order of their PUBLISHes (MQTT 3.1.1 4.6), each at most once and
//            only after its own reply. Other answers do not wait for anything but their reply.
#pragma once

#include "base/bytes.hpp"
#include "codec/mqtt/packet.hpp"
#include "gateway/session.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace tandem::gateway {

class Inflight {
public:
    enum class Kind : std::uint8_t {
        open, telemetry, twin_get, patch_reported, subscribe, unsubscribe,
    };
    struct Entry {
        Kind kind{};
        bool puback = false;             ///< a PUBACK for packet_id is due once answered
        mqtt::PacketId packet_id{};
        std::uint32_t body_bytes = 0;
        std::string text = {};           ///< $rid of twin requests, return codes of a subscribe
        bool answered = false;
    };

    Token add(Entry entry);
    /// A token that nobody waits for.
    Token spare();
    /// The request that waits under `token`; nullptr: none does.
    Entry* find(Token token);
    /// Marks an entry as answered and appends the PUBACKs that are due now.
    /// Requires: `entry` comes from find(), and is not used afterwards.
    void answer(Entry& entry, Bytes& out);
    /// A PUBLISH that needs no request: its PUBACK takes its place in the order.
    void acknowledge(mqtt::PacketId id, Bytes& out);

    std::size_t size() const { return entries_.size(); }
    std::size_t body_bytes() const { return body_bytes_; }
    /// Forgets everything; nobody may wait for a reply any more.
    void clear() { entries_.clear(); }

private:
    void send_due(Bytes& out);

    std::deque<Entry> entries_;          ///< entry i waits under token first_token_ + i
    std::uint64_t first_token_ = 1;
    std::size_t settled_ = 0;            ///< of the first so many entries no PUBACK is due any more
    std::size_t body_bytes_ = 0;
};

}  // namespace tandem::gateway
