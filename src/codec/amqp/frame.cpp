#include "codec/amqp/frame.hpp"

#include "codec/amqp/wire.hpp"

namespace tandem::amqp {

Result<std::optional<Frame>> decode_frame(ByteView input, std::uint32_t size_max) {
    if (input.size() >= 4) {
        std::uint64_t const size = get_be(input, 0, 4);
        if (size < frame_header_bytes) return Error{Errc::malformed, "shorter than its header"};
        if (size > size_max) return Error{Errc::malformed, "a frame larger than agreed"};
    }
    if (input.size() < frame_header_bytes) return std::optional<Frame>{};
    std::uint64_t const size = get_be(input, 0, 4);
    std::uint64_t const data_offset = get_be(input, 4, 1) * 4;
    std::uint64_t const type = get_be(input, 5, 1);
    if (data_offset < frame_header_bytes) return Error{Errc::malformed, "doff below 2"};
    if (data_offset > size) return Error{Errc::malformed, "doff beyond the frame"};
    if (type > 1) return Error{Errc::malformed, "an unknown frame type"};
    if (input.size() < size) return std::optional<Frame>{};
    return std::optional<Frame>{Frame{
        .type = static_cast<FrameType>(type),
        .channel = static_cast<std::uint16_t>(get_be(input, 6, 2)),
        .body = input.substr(data_offset, size - data_offset),
        .size_bytes = size,
    }};
}

std::size_t begin_frame(Bytes& out, FrameType type, std::uint16_t channel) {
    std::size_t const start = out.size();
    put_be(out, 0, 4);
    put_be(out, 2, 1);
    put_be(out, static_cast<std::uint8_t>(type), 1);
    put_be(out, channel, 2);
    return start;
}

void end_frame(Bytes& out, std::size_t start) {
    patch_be32(out, start, out.size() - start);
}

}  // namespace tandem::amqp
