// Any text: read without harm; what is read describes itself the same when its DER comes back, and
// proves nothing of a key that never signed it.

#include "base/assert.hpp"
#include "codec/base64.hpp"
#include "identity/x509.hpp"
#include "identity/x509_fixture.hpp"

#include <cstdint>
#include <string>

using namespace tandem;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static identity::test::Authority const ours;
    static std::string const ca = ours.pem();
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    WallTime const now = wall_from_micros(1'700'000'000'000'000);

    // As it came, and as the DER that it may be.
    for (std::string const& input : {std::string{text}, base64_encode(text)}) {
        auto const read = identity::read_certificate(input);
        if (!read.ok()) {
            TANDEM_ASSERT(!read.error().detail.empty(), "refused without a reason");
            continue;
        }
        auto const again = identity::read_certificate(base64_encode(read->der));
        TANDEM_ASSERT(again.ok() && again->thumbprint == read->thumbprint &&
                          again->subject == read->subject && read->thumbprint.size() == 40,
                      "a certificate changed on its way");
        TANDEM_ASSERT(!identity::check_possession(ca, input, read->subject, now).ok(),
                      "a proof that our key did not sign");
    }
    return 0;
}
