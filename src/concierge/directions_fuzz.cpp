// The input is a concierge's answer: its signature on the first line, its body behind. What can be
// read is written and read again as the same, and nothing that is not signed is believed.

#include "base/assert.hpp"
#include "concierge/directions.hpp"
#include "identity/ed25519.hpp"

#include <cstdint>
#include <string_view>

using namespace tandem;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const line = text.find('\n');
    if (line == std::string_view::npos) return 0;
    std::string_view const signature = text.substr(0, line);
    std::string_view const body = text.substr(line + 1);

    static Bytes const seed(identity::ed25519_seed_bytes, 'f');
    static std::vector<Bytes> const pinned{identity::ed25519_public_key(seed)};
    if (concierge::signed_by(pinned, body, signature))
        TANDEM_ASSERT(concierge::sign_body(seed, body) == signature, "another signature believed");
    TANDEM_ASSERT(concierge::signed_by(pinned, body, concierge::sign_body(seed, body)),
                  "our own signature refused");

    (void)concierge::read_key_set(body);
    auto const read = concierge::read_directions(body);
    if (!read.ok()) return 0;
    auto const again = concierge::read_directions(concierge::render_directions(*read));
    TANDEM_ASSERT(again.ok() && again->host == read->host && again->region == read->region &&
                      again->epoch == read->epoch && again->endpoints == read->endpoints &&
                      again->valid_for == read->valid_for && again->issued_at == read->issued_at,
                  "directions do not read back");
    return 0;
}
