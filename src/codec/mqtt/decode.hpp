// codec/mqtt/decode.hpp -- bodies of control packets (what follows the fixed header) to values,
// for both ends of a connection.
//
// Strict: a body must be used up to its last byte, strings must be MQTT's UTF-8, packet
// identifiers must not be 0, reserved bits must be what the standard says. One rule of the
// standard is left to the caller: '+' and '#' in the topic of a PUBLISH, because IoT Hub device
// ids may hold them (data-plane contract 1.2).
//
// Source  MQTT 3.1.1 chapter 3. Errors are `malformed` unless said otherwise.
// Purity  views into the input; only lists of filters are allocated, after their bytes were seen.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/mqtt/packet.hpp"

#include <cstdint>

namespace tandem::mqtt {

/// Errors: malformed; unsupported_version -- another level of MQTT (the answer is CONNACK 1).
Result<Connect> decode_connect(ByteView body);
Result<Connack> decode_connack(ByteView body);
/// Requires: `flags` come from a decoded FixedHeader of type publish.
Result<Publish> decode_publish(std::uint8_t flags, ByteView body);
/// PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK: a packet identifier and nothing else.
Result<PacketId> decode_packet_id(ByteView body);
Result<Subscribe> decode_subscribe(ByteView body);
Result<Suback> decode_suback(ByteView body);
Result<Unsubscribe> decode_unsubscribe(ByteView body);

}  // namespace tandem::mqtt
