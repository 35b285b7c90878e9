// record/record_fuzz.cpp -- any bytes as a record; whatever is read is written back the same.

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "record/codec.hpp"

#include <cstddef>
#include <cstdint>

using namespace tandem;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    ByteView const input{reinterpret_cast<char const*>(data), size};
    if (auto const decoded = record::decode(input); decoded.ok())
        TANDEM_ASSERT(record::decode_header(input).ok(), "decoded without a sound header");

    // The checksum would keep nearly all inputs out: take the input as a body as well.
    record::Fact fact;
    if (size > limits::record_bytes_max || !fact.ParseFromArray(data, static_cast<int>(size)))
        return 0;
    if (fact.ByteSizeLong() > limits::record_bytes_max) return 0;
    Position const position{Epoch{2}, size};
    auto const once = record::encode(fact, position, WallTime{}, record::Chain{size});
    auto const decoded = record::decode(once);
    TANDEM_ASSERT(decoded.ok(), "an encoded record is refused");
    TANDEM_ASSERT(record::follows(once, record::Chain{size}), "its chain is not its own");
    TANDEM_ASSERT(decoded->header.position == position, "its position changed");
    TANDEM_ASSERT(record::encode(decoded->fact, position, WallTime{}, record::Chain{size}) == once,
                  "encoding is not stable");
    return 0;
}
