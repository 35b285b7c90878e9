// Property: what a prefix answers for sure, the whole answers too; and names are clean.
#include "codec/client_hello.hpp"

#include <cstdint>
#include <cstdlib>

using namespace tandem;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    ByteView const input{reinterpret_cast<char const*>(data), size};
    auto const whole = tls::decode_client_hello(input);
    if (whole.ok() && *whole) {
        for (char const c : (*whole)->server_name) {
            if (c <= ' ' || c > 'z' || (c >= 'A' && c <= 'Z')) std::abort();
        }
    }
    std::size_t const step = size / 64 + 1;
    for (std::size_t cut = 0; cut < size; cut += step) {
        auto const prefix = tls::decode_client_hello(input.substr(0, cut));
        if (!prefix.ok() && whole.ok()) std::abort();
        if (prefix.ok() && *prefix) {
            bool const same =
                whole.ok() && *whole && (*whole)->server_name == (*prefix)->server_name;
            if (!same) std::abort();
        }
        if (whole.ok() && !*whole && prefix.ok() && *prefix) std::abort();
    }
    return 0;
}
