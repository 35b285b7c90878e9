// codec/amqp/frame.hpp -- the frames a connection is cut into, and the headers before them.
//
// Source  AMQP 1.0 part 2 2.3 "Framing", 2.2 "Version Negotiation"; part 5 5.3.1 (SASL frames).
// Shape   size : 4 | doff : 1 | type : 1 | channel : 2 | extended header | body
// Units   size counts the whole frame; doff counts words of four bytes.
// Purity  total functions over any bytes.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tandem::amqp {

using namespace std::string_view_literals;

inline constexpr std::string_view protocol_header = "AMQP\x00\x01\x00\x00"sv;
inline constexpr std::string_view sasl_header = "AMQP\x03\x01\x00\x00"sv;
inline constexpr std::size_t frame_header_bytes = 8;
inline constexpr std::uint32_t frame_bytes_min = 512;   ///< every peer must accept as much

enum class FrameType : std::uint8_t { amqp = 0, sasl = 1 };

struct Frame {
    FrameType type{};
    std::uint16_t channel = 0;      ///< meaningless in SASL frames
    ByteView body;                  ///< into the input; empty: a keep-alive
    std::size_t size_bytes = 0;     ///< how much of the input this frame took
};

/// Reads the frame at the front of `input`. nullopt: it has not arrived completely.
/// Errors: malformed -- size below 8 or above `size_max`, doff below 2 or beyond the frame, an
///         unknown type. Reported as soon as the header shows it.
Result<std::optional<Frame>> decode_frame(ByteView input, std::uint32_t size_max);

/// Appends a frame header whose size is still open, and returns where it begins.
std::size_t begin_frame(Bytes& out, FrameType type, std::uint16_t channel);
/// Everything appended since is the frame's body.
void end_frame(Bytes& out, std::size_t start);

}  // namespace tandem::amqp
