// A header that is read is as long as its first bytes said, and its client reads the same when it
// is written again.
#include "codec/proxy_header.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace tandem;
    ByteView const input{reinterpret_cast<char const*>(data), size};
    auto const wanted = proxy::header_size(input);
    if (!wanted.ok()) return 0;
    if (*wanted < proxy::first_bytes || *wanted > proxy::header_bytes_max) std::abort();
    if (size < *wanted) return 0;
    auto const header = proxy::decode_header(input.substr(0, *wanted));
    if (!header.ok() || !header->client) return 0;
    if (header->client->address.v6 != header->server.address.v6) return 0;
    auto const bytes = proxy::encode_header(*header->client, header->server);
    auto const again = proxy::decode_header(bytes);
    if (!again.ok() || again->client != header->client || again->server != header->server)
        std::abort();
    return 0;
}
