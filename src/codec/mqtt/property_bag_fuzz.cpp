// What parses must survive encoding and parsing again, and be text that any protocol can carry.
#include "base/assert.hpp"
#include "base/limits.hpp"
#include "codec/mqtt/property_bag.hpp"
#include "codec/mqtt/utf8.hpp"

#include <cstddef>
#include <cstdint>

using namespace tandem;
using namespace tandem::mqtt;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const bag = parse_property_bag({reinterpret_cast<char const*>(data), size});
    if (!bag) return 0;
    TANDEM_ASSERT(bag->size() <= limits::mqtt_properties_max, "too many properties got through");
    for (BagProperty const& property : *bag) {
        TANDEM_ASSERT(!property.name.empty() && valid_utf8(property.name), "a bad name");
        TANDEM_ASSERT(valid_utf8(property.value.value_or("")), "a bad value");
    }
    Bytes out;
    encode_property_bag(*bag, out);
    auto const again = parse_property_bag(out);
    TANDEM_ASSERT(again.ok() && *again == *bag, "a bag changed by encoding it");
    return 0;
}
