// Any bytes: a value that decodes is encoded to something that decodes to the same value, and no
// value is larger than the bounds that its header promises.
#include "base/assert.hpp"
#include "base/limits.hpp"
#include "codec/amqp/message.hpp"
#include "codec/amqp/value.hpp"

#include <cstddef>
#include <cstdint>

namespace {

using namespace tandem;

std::size_t count(amqp::Value const& value, std::size_t depth) {
    TANDEM_ASSERT(depth < limits::amqp_type_depth_max, "a value deeper than the limit");
    std::size_t result = 1;
    for (amqp::Value const& item : value.items) result += count(item, depth + 1);
    return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    ByteView const bytes{reinterpret_cast<char const*>(data), size};
    ByteView rest = bytes;
    auto const value = amqp::decode_value(rest);
    if (value.ok()) {
        TANDEM_ASSERT(count(*value, 0) <= amqp::values_max * 2, "more values than the limit");
        Bytes again;
        amqp::encode_value(*value, again);
        ByteView input = again;
        auto const same = amqp::decode_value(input);
        TANDEM_ASSERT(same.ok() && *same == *value && input.empty(), "encoding is not stable");
    } else {
        TANDEM_ASSERT(rest.size() == size, "a refused input was consumed");
    }
    auto const message = amqp::decode_message(bytes);
    if (message.ok()) {
        Bytes again;
        amqp::encode_message(*message, again);
        auto const same = amqp::decode_message(again);
        TANDEM_ASSERT(same.ok() && *same == *message, "a message is not stable");
    }
    return 0;
}
