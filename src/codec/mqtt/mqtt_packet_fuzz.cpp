// Whatever decodes must encode to the very bytes it came from.
#include "base/assert.hpp"
#include "codec/mqtt/decode.hpp"
#include "codec/mqtt/encode.hpp"
#include "codec/mqtt/fixed_header.hpp"

#include <cstddef>
#include <cstdint>

using namespace tandem;
using namespace tandem::mqtt;

namespace {

Bytes encoded(Frame const& frame) {
    Bytes out;
    switch (frame.header.type) {
        case PacketType::connect:
            if (auto const p = decode_connect(frame.body)) encode_connect(*p, out);
            break;
        case PacketType::connack:
            if (auto const p = decode_connack(frame.body)) encode_connack(*p, out);
            break;
        case PacketType::publish:
            if (auto const p = decode_publish(frame.header.flags, frame.body)) {
                encode_publish(*p, out);
            }
            break;
        case PacketType::puback:
            if (auto const p = decode_packet_id(frame.body)) encode_puback(*p, out);
            break;
        case PacketType::subscribe:
            if (auto const p = decode_subscribe(frame.body)) {
                encode_subscribe(p->packet_id, p->filters, out);
            }
            break;
        case PacketType::suback:
            if (auto const p = decode_suback(frame.body)) encode_suback(*p, out);
            break;
        case PacketType::unsubscribe:
            if (auto const p = decode_unsubscribe(frame.body)) {
                encode_unsubscribe(p->packet_id, p->filters, out);
            }
            break;
        case PacketType::unsuback:
            if (auto const p = decode_packet_id(frame.body)) encode_unsuback(*p, out);
            break;
        case PacketType::pubrec:
        case PacketType::pubrel:
        case PacketType::pubcomp:
        case PacketType::pingreq:
        case PacketType::pingresp:
        case PacketType::disconnect: break;
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    ByteView input{reinterpret_cast<char const*>(data), size};
    while (true) {
        auto const frame = decode_frame(input, 1 << 20);
        if (!frame || !*frame) return 0;
        ByteView const packet = input.substr(0, (*frame)->size());
        Bytes const again = encoded(**frame);
        TANDEM_ASSERT(again.empty() || again == packet, "a packet changed by decoding it");
        input.remove_prefix(packet.size());
    }
}
