// Any file: its lines put together again are the file (but for line ends), whatever the pieces it
// comes in; each is refused with a reason or becomes one JSON object with an id; a container's
// address is refused or has no line end, and a blob's address begins with it.

#include "base/assert.hpp"
#include "codec/json.hpp"
#include "control/container_address.hpp"
#include "control/import_lines.hpp"

#include <cstdint>
#include <string>

using namespace tandem;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const text{reinterpret_cast<char const*>(data), size};
    std::size_t at = 0, seen = 0;
    while (auto const line = control::next_line(text, at, true)) {
        TANDEM_ASSERT(at > seen && at <= text.size(), "no progress, or too much");
        seen = at;
        auto const operation = control::read_import_line(*line);
        if (!operation.ok()) {
            TANDEM_ASSERT(!operation.error().detail.empty(), "a refusal without a reason");
            continue;
        }
        TANDEM_ASSERT(!operation->id.empty(), "an operation without an id");
        TANDEM_ASSERT(parse_json_object(operation->element).ok(), "an element that is not JSON");
    }
    TANDEM_ASSERT(seen == text.size(), "a piece of the file is missing");
    auto const container = control::parse_container(text);
    if (!container.ok()) return 0;
    std::string const url = control::blob_url(*container, "devices.txt");
    TANDEM_ASSERT(url.starts_with(container->base + "/devices.txt?"), "another blob");
    TANDEM_ASSERT(url.find_first_of(std::string_view{"\r\n \0", 4}) == std::string::npos,
                  "an address that ends a line");
    return 0;
}
