// Any bytes as frames: a frame lies within the input, and a performative that decodes is encoded
// to something that decodes to the same.
#include "base/assert.hpp"
#include "codec/amqp/frame.hpp"
#include "codec/amqp/performative.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace tandem;
    ByteView input{reinterpret_cast<char const*>(data), size};
    while (true) {
        auto const frame = amqp::decode_frame(input, 65536);
        if (!frame.ok() || !*frame) break;
        TANDEM_ASSERT((*frame)->size_bytes >= 8 && (*frame)->size_bytes <= input.size(),
                      "a frame beyond the input");
        TANDEM_ASSERT((*frame)->body.size() + 8 <= (*frame)->size_bytes, "a body beyond its frame");
        auto const decoded = amqp::decode_performative((*frame)->body);
        if (decoded.ok()) {
            Bytes again;
            amqp::encode_performative(decoded->performative, again);
            auto const same = amqp::decode_performative(again);
            TANDEM_ASSERT(same.ok() && same->performative == decoded->performative,
                          "a performative is not stable");
        }
        input.remove_prefix((*frame)->size_bytes);
    }
    return 0;
}
