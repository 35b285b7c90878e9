// Any text: parsed without harm, never proven by a key that did not sign it. A token made from
// parts of the input parses, is proven by its key, and is not once a byte of its scope changed.

#include "base/assert.hpp"
#include "codec/base64.hpp"
#include "identity/sas.hpp"

#include <cstdint>
#include <string>

using namespace tandem;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    std::string const key = base64_encode("a key that no input can know about");
    std::vector<std::string> const names{"hub1.tandem.test", "localhost"};

    if (auto const token = identity::parse_sas(text); token.ok()) {
        TANDEM_ASSERT(!identity::signed_by(*token, key), "a forged token was proven");
        bool const hub = identity::covers_path(token->resource, names, "");
        bool const device = identity::covers_device(token->resource, names, "dev1");
        TANDEM_ASSERT(!(hub && device), "a scope covers the hub and only a device");
    }

    if (size < 2 || size > 1000) return 0;
    std::size_t const cut = data[0] % size;
    std::string const resource{text.substr(cut)};
    auto token = identity::parse_sas(identity::make_sas(
        resource, key, wall_from_micros(std::int64_t{data[1]} * 1'000'000), text.substr(0, cut)));
    TANDEM_ASSERT(token.ok(), "a token of ours does not parse");
    TANDEM_ASSERT(token->resource == resource, "the resource changed on its way");
    TANDEM_ASSERT(token->policy == text.substr(0, cut), "the policy changed on its way");
    TANDEM_ASSERT(identity::signed_by(*token, key), "a token of ours is not proven");
    token->raw_resource.back() ^= 1;
    TANDEM_ASSERT(!identity::signed_by(*token, key), "another scope was proven");
    return 0;
}
