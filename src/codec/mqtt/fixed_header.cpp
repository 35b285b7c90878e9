#include "codec/mqtt/fixed_header.hpp"

#include "base/assert.hpp"

namespace tandem::mqtt {
namespace {

bool flags_fit(PacketType type, unsigned flags) {
    if (type == PacketType::publish) {
        unsigned const qos = (flags >> 1) & 3U;
        bool const dup = (flags & 8U) != 0;
        return qos < 3 && !(dup && qos == 0);
    }
    bool const reserved_two = type == PacketType::pubrel || type == PacketType::subscribe ||
                              type == PacketType::unsubscribe;
    return flags == (reserved_two ? 2U : 0U);
}

}  // namespace

Result<std::optional<FixedHeader>> decode_fixed_header(ByteView input) {
    if (input.empty()) return std::optional<FixedHeader>{};
    auto const first = static_cast<unsigned char>(input[0]);
    unsigned const type = first >> 4;
    if (type < 1 || type > 14) return Error{Errc::malformed, "packet type"};

    FixedHeader header;
    header.type = static_cast<PacketType>(type);
    header.flags = first & 15U;
    if (!flags_fit(header.type, header.flags)) return Error{Errc::malformed, "packet flags"};

    for (unsigned i = 0; i < 4; ++i) {
        if (input.size() <= i + 1) return std::optional<FixedHeader>{};
        auto const group = static_cast<unsigned char>(input[i + 1]);
        header.remaining_bytes |= (group & 127U) << (7 * i);
        if (group < 128) {
            if (group == 0 && i > 0) return Error{Errc::malformed, "padded remaining length"};
            header.header_bytes = static_cast<std::uint8_t>(i + 2);
            return std::optional{header};
        }
    }
    return Error{Errc::malformed, "remaining length of five bytes"};
}

void encode_fixed_header(FixedHeader const& header, Bytes& out) {
    TANDEM_ASSERT(header.remaining_bytes <= remaining_bytes_max, "an MQTT packet is too long");
    out.push_back(static_cast<char>((static_cast<unsigned>(header.type) << 4) | header.flags));
    std::uint32_t left = header.remaining_bytes;
    do {
        auto const group = left & 127U;
        left >>= 7;
        out.push_back(static_cast<char>(left > 0 ? group | 128U : group));
    } while (left > 0);
}

Result<std::optional<Frame>> decode_frame(ByteView input, std::size_t packet_bytes_max) {
    auto const header = decode_fixed_header(input);
    if (!header) return header.error();
    if (!*header) return std::optional<Frame>{};
    FixedHeader const& found = **header;
    std::size_t const packet_bytes = found.header_bytes + std::size_t{found.remaining_bytes};
    if (packet_bytes > packet_bytes_max) return Error{Errc::message_too_large, "MQTT packet"};
    if (input.size() < packet_bytes) return std::optional<Frame>{};
    return std::optional{Frame{found, input.substr(found.header_bytes, found.remaining_bytes)}};
}

}  // namespace tandem::mqtt
