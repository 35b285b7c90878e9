// region/control_copy_fuzz.cpp -- any messages of control processes to a region's copy: what it
// promised it keeps, and a restart finds what it had.
//
// Shape  messages, each with two bytes of length before it; the length says who sent it and whether
//        the disk gets on.

#include "base/assert.hpp"
#include "region/control_copy.hpp"
#include "support/memory_store.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

using namespace tandem;

namespace {

void write(region::ControlCopy& copy, testing::MemoryStore& store) {
    ports::Batch batch;
    copy.collect(batch);
    if (!batch.empty()) copy.submitted(store.submit(std::move(batch)));
    for (auto ticket : store.sync()) copy.on_durable(ticket);
}

void give(region::ControlCopy& copy, SiteName const& from, peer::Envelope const& message) {
    if (message.has_control_ask()) copy.on_ask(from, message.control_ask());
    if (message.has_control_append()) copy.on_append(from, message.control_append());
    if (message.has_control_snapshot()) copy.on_snapshot(from, message.control_snapshot());
    if (message.has_control_fetch()) copy.on_fetch(from, message.control_fetch());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    testing::MemoryStore store;
    region::ControlCopy copy{store};
    TANDEM_ASSERT(copy.recover().ok(), "an empty store cannot be read");
    for (std::size_t at = 0; at + 2 < size;) {
        auto const length = std::min<std::size_t>(size - at - 2, data[at] * 256U + data[at + 1]);
        peer::Envelope message;
        bool const parsed = message.ParseFromArray(data + at + 2, static_cast<int>(length));
        at += 2 + length;
        std::uint64_t const term = copy.term();
        std::string const site = copy.site();
        if (parsed) give(copy, SiteName{length % 2 == 0 ? "witness" : "control-west"}, message);
        TANDEM_ASSERT(copy.term() >= term, "a promise was taken back");
        TANDEM_ASSERT(copy.term() > term || copy.site() == site, "one term, two sites");
        if (length % 3 == 0) write(copy, store);
        copy.take_replies();
    }
    write(copy, store);
    TANDEM_ASSERT(copy.durable().term() <= copy.term(), "records of a term it never heard of");

    region::ControlCopy again{store};
    TANDEM_ASSERT(again.recover().ok(), "what a copy took cannot be recovered");
    TANDEM_ASSERT(again.term() == copy.term() && again.site() == copy.site(), "a promise is lost");
    TANDEM_ASSERT(again.durable().sequence() == copy.durable().sequence(), "it ends elsewhere");
    return 0;
}
