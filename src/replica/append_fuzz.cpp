// replica/append_fuzz.cpp -- any messages to a follower; what it has afterwards is a sound log.
//
// Shape  messages, each with two bytes of length before it; a byte of each says what kind it is.

#include "base/assert.hpp"
#include "support/pair.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

using namespace tandem;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    testing::Pair pair;
    pair.promote();
    pair.append(testing::device_created("d1"));
    pair.connect();
    pair.settle();
    for (std::size_t at = 0; at + 2 < size;) {
        auto const length = std::min<std::size_t>(size - at - 2, data[at] * 256U + data[at + 1]);
        peer::Envelope message;
        bool const parsed = message.ParseFromArray(data + at + 2, static_cast<int>(length));
        at += 2 + length;
        if (parsed) pair.deliver(message);
        if (length % 3 == 0) pair.follower->sync();
    }
    pair.follower->sync();

    auto const end = pair.follower->partition->end();
    pair.follower->restart();
    TANDEM_ASSERT(pair.follower->recovered, "what a follower took cannot be recovered");
    TANDEM_ASSERT(pair.follower->partition->end() == end, "it ends elsewhere after a restart");
    return 0;
}
