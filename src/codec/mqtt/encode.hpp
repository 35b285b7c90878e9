// codec/mqtt/encode.hpp -- control packets as values to bytes, for both ends of a connection.
//
// Every function appends one whole packet to `out`.
// Source  MQTT 3.1.1 chapter 3.
// Requires  strings are valid (utf8.hpp) and, like binary fields, at most 65'535 bytes; packet
//           identifiers are not 0 where the packet has one. Broken: our bug, an assertion.
#pragma once

#include "base/bytes.hpp"
#include "codec/mqtt/packet.hpp"

#include <span>
#include <string_view>

namespace tandem::mqtt {

// what a server sends
void encode_connack(Connack connack, Bytes& out);
void encode_suback(Suback const& suback, Bytes& out);
void encode_unsuback(PacketId id, Bytes& out);
void encode_pingresp(Bytes& out);

// what both send
void encode_publish(Publish const& publish, Bytes& out);
void encode_puback(PacketId id, Bytes& out);

// what a client sends
void encode_connect(Connect const& connect, Bytes& out);
void encode_subscribe(PacketId id, std::span<Filter const> filters, Bytes& out);
void encode_unsubscribe(PacketId id, std::span<std::string_view const> filters, Bytes& out);
void encode_pingreq(Bytes& out);
void encode_disconnect(Bytes& out);

}  // namespace tandem::mqtt
