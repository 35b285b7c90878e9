#include "codec/mqtt/decode.hpp"

#include "codec/mqtt/utf8.hpp"

#include <cstddef>

namespace tandem::mqtt {
namespace {

Error malformed(char const* what) { return Error{Errc::malformed, what}; }

/// Takes fields from the front of a body. After a field that is not there, ok() is false and
/// everything that follows is empty.
class Reader {
public:
    explicit Reader(ByteView body) : rest_(body) {}

    std::uint8_t byte() {
        ByteView const taken = take(1);
        return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken[0]);
    }
    std::uint16_t number() {
        ByteView const taken = take(2);
        if (taken.empty()) return 0;
        auto const high = static_cast<unsigned char>(taken[0]);
        auto const low = static_cast<unsigned char>(taken[1]);
        return static_cast<std::uint16_t>(high << 8 | low);
    }
    PacketId packet_id() {
        PacketId const id{number()};
        ok_ = ok_ && id != PacketId{};
        return id;
    }
    ByteView binary() { return take(number()); }
    std::string_view text() {
        std::string_view const found = binary();
        ok_ = ok_ && valid_utf8(found);
        return found;
    }
    std::string_view filled_text() {
        std::string_view const found = text();
        ok_ = ok_ && !found.empty();
        return found;
    }
    ByteView rest() { return take(rest_.size()); }

    bool ok() const { return ok_; }
    bool more() const { return ok_ && !rest_.empty(); }
    bool done() const { return ok_ && rest_.empty(); }

private:
    ByteView take(std::size_t count) {
        ok_ = ok_ && rest_.size() >= count;
        if (!ok_) return {};
        ByteView const taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }

    ByteView rest_;
    bool ok_ = true;
};

/// The bits of CONNECT's byte 8 (3.1.2.3).
struct ConnectFlags {
    explicit ConnectFlags(unsigned bits_in) : bits(bits_in) {}
    unsigned bits;
    bool reserved() const { return (bits & 1U) != 0; }
    bool clean() const { return (bits & 2U) != 0; }
    bool will() const { return (bits & 4U) != 0; }
    unsigned will_qos() const { return (bits >> 3) & 3U; }
    bool will_retain() const { return (bits & 32U) != 0; }
    bool password() const { return (bits & 64U) != 0; }
    bool username() const { return (bits & 128U) != 0; }

    bool valid() const {
        if (reserved() || will_qos() == 3) return false;
        if (!will() && (will_qos() != 0 || will_retain())) return false;
        return username() || !password();
    }
};

}  // namespace

Result<Connect> decode_connect(ByteView body) {
    Reader in{body};
    std::string_view const protocol = in.text();
    unsigned const level = in.byte();
    if (!in.ok() || (protocol != "MQTT" && protocol != "MQIsdp")) return malformed("protocol name");
    if (protocol != "MQTT" || level != 4) return Error{Errc::unsupported_version, "MQTT level"};

    ConnectFlags const flags{in.byte()};
    if (!in.ok() || !flags.valid()) return malformed("CONNECT flags");

    Connect connect;
    connect.clean = flags.clean();
    connect.keep_alive = std::chrono::seconds{in.number()};
    connect.client_id = in.text();
    if (flags.will()) {
        Will& will = connect.will.emplace();
        will.topic = in.filled_text();
        will.payload = in.binary();
        will.qos = static_cast<Qos>(flags.will_qos());
        will.retain = flags.will_retain();
    }
    if (flags.username()) connect.username = in.text();
    if (flags.password()) connect.password = in.binary();
    if (!in.done()) return malformed("CONNECT fields");
    return connect;
}

Result<Connack> decode_connack(ByteView body) {
    Reader in{body};
    unsigned const flags = in.byte();
    Connack const connack{(flags & 1U) != 0, in.byte()};
    if (!in.done() || flags > 1 || (connack.code != 0 && connack.session_present)) {
        return malformed("CONNACK");
    }
    return connack;
}

Result<Publish> decode_publish(std::uint8_t flags, ByteView body) {
    Reader in{body};
    Publish publish;
    publish.qos = static_cast<Qos>((flags >> 1) & 3);
    publish.retain = (flags & 1) != 0;
    publish.dup = (flags & 8) != 0;
    publish.topic = in.filled_text();
    if (publish.qos != Qos::at_most_once) publish.packet_id = in.packet_id();
    publish.payload = in.rest();
    if (!in.ok()) return malformed("PUBLISH");
    return publish;
}

Result<PacketId> decode_packet_id(ByteView body) {
    Reader in{body};
    PacketId const id = in.packet_id();
    if (!in.done()) return malformed("packet identifier");
    return id;
}

Result<Subscribe> decode_subscribe(ByteView body) {
    Reader in{body};
    Subscribe subscribe;
    subscribe.packet_id = in.packet_id();
    while (in.more()) {
        std::string_view const text = in.filled_text();
        unsigned const qos = in.byte();
        if (!in.ok() || qos > 2) return malformed("SUBSCRIBE filter");
        subscribe.filters.push_back({text, static_cast<Qos>(qos)});
    }
    if (!in.done() || subscribe.filters.empty()) return malformed("SUBSCRIBE");
    return subscribe;
}

Result<Suback> decode_suback(ByteView body) {
    Reader in{body};
    Suback suback;
    suback.packet_id = in.packet_id();
    suback.codes = in.rest();
    if (!in.ok() || suback.codes.empty()) return malformed("SUBACK");
    for (char const c : suback.codes) {
        auto const code = static_cast<std::uint8_t>(c);
        if (code > 2 && code != suback_failure) return malformed("SUBACK code");
    }
    return suback;
}

Result<Unsubscribe> decode_unsubscribe(ByteView body) {
    Reader in{body};
    Unsubscribe unsubscribe;
    unsubscribe.packet_id = in.packet_id();
    while (in.more()) unsubscribe.filters.push_back(in.filled_text());
    if (!in.done() || unsubscribe.filters.empty()) return malformed("UNSUBSCRIBE");
    return unsubscribe;
}

}  // namespace tandem::mqtt
