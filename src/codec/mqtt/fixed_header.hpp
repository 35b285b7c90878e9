// codec/mqtt/fixed_header.hpp -- the first two to five bytes of every MQTT control packet, and
// the packet that they announce.
//
// Source  MQTT 3.1.1 (OASIS Standard, 29 Oct 2014) 2.2 "Fixed header".
// Shape   byte 0      packet type : 4 | flags : 4
//         bytes 1..4  remaining length, base 128, least significant group first
// Units   remaining_bytes counts what follows this header: 0 to 268'435'455.
// Purity  allocates nothing on success, reads no clock, touches no socket.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace tandem::mqtt {

inline constexpr std::uint32_t remaining_bytes_max = 268'435'455;  // 2.2.3, four groups of 7 bits

enum class PacketType : std::uint8_t {
    connect = 1, connack, publish, puback, pubrec, pubrel, pubcomp,
    subscribe, suback, unsubscribe, unsuback, pingreq, pingresp, disconnect,
};

struct FixedHeader {
    PacketType type{};
    std::uint8_t flags = 0;             ///< low nibble of byte 0, already checked against `type`
    std::uint32_t remaining_bytes = 0;
    std::uint8_t header_bytes = 0;      ///< 2 to 5: how much of the input this header took
};

/// Reads one fixed header from the front of `input`.
///
/// nullopt: `input` is a proper prefix of a header; call again with more bytes.
/// Errors:  malformed -- type 0 or 15, flags wrong for the type (2.2.2), a fifth length byte or a
///          length that is longer than it need be (2.2.3).
/// Total: accepts any bytes, never reads past input.size(), never throws.
Result<std::optional<FixedHeader>> decode_fixed_header(ByteView input);

/// Appends the shortest encoding of `header` to `out`.
/// Requires: header.remaining_bytes <= remaining_bytes_max. `header_bytes` is ignored.
void encode_fixed_header(FixedHeader const& header, Bytes& out);

/// One whole packet; `body` is a view into the input.
struct Frame {
    FixedHeader header;
    ByteView body;
    std::size_t size() const { return header.header_bytes + body.size(); }
};

/// Cuts one packet from the front of `input`.
///
/// nullopt: not all of it is there yet.
/// Errors:  as decode_fixed_header, and message_too_large -- known as soon as the header is.
Result<std::optional<Frame>> decode_frame(ByteView input, std::size_t packet_bytes_max);

}  // namespace tandem::mqtt
