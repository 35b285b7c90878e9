// Any text: refused with a reason, or a query that decides every device the same way twice; a
// continuation that is taken comes back as it was.

#include "base/assert.hpp"
#include "hub/query.hpp"

#include <cstdint>
#include <string>

using namespace tandem;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const text{reinterpret_cast<char const*>(data), size};
    if (auto const place = hub::parse_continuation(text); place.ok())
        TANDEM_ASSERT(hub::parse_continuation(hub::render_continuation(*place)).value() == *place,
                      "a continuation that does not come back");
    auto const query = hub::parse_query(text);
    if (!query.ok()) {
        TANDEM_ASSERT(!query.error().detail.empty(), "a refusal without a reason");
        return 0;
    }
    record::Device device;
    device.mutable_identity()->set_device_id("device-1");
    for (bool const connected : {false, true})
        TANDEM_ASSERT(query->matches(device, connected) == query->matches(device, connected),
                      "two answers to one question");
    TANDEM_ASSERT(query->where || query->matches(device, false), "nothing is asked, and not met");
    return 0;
}
