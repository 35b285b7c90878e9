#include "codec/proxy_header.hpp"

#include "base/assert.hpp"

#include <algorithm>

namespace tandem::proxy {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view signature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::uint8_t local = 0x20;
constexpr std::uint8_t proxied = 0x21;
constexpr std::uint8_t tcp4 = 0x11;
constexpr std::uint8_t tcp6 = 0x21;

Error malformed(char const* what) { return {Errc::malformed, what}; }

std::uint8_t byte_at(ByteView bytes, std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); }

std::uint16_t number_at(ByteView bytes, std::size_t i) {
    return static_cast<std::uint16_t>(byte_at(bytes, i) << 8 | byte_at(bytes, i + 1));
}

void append_number(Bytes& out, std::size_t number) {
    out += static_cast<char>(number >> 8 & 0xFF);
    out += static_cast<char>(number & 0xFF);
}

std::size_t address_bytes(bool v6) { return v6 ? 16 : 4; }

IpAddress address_at(ByteView bytes, std::size_t at, bool v6) {
    IpAddress address{.v6 = v6};
    for (std::size_t i = 0; i < address_bytes(v6); ++i) address.bytes[i] = byte_at(bytes, at + i);
    // So that one client has one address, however it came.
    return parse_ip(format_ip(address)).value_or(address);
}

}  // namespace

Result<std::size_t> header_size(ByteView so_far) {
    auto const compared = std::min(so_far.size(), signature.size());
    if (so_far.substr(0, compared) != signature.substr(0, compared))
        return malformed("not a PROXY header of version 2");
    if (so_far.size() < first_bytes) return first_bytes;
    auto const command = byte_at(so_far, 12);
    if (command != local && command != proxied)
        return malformed("a PROXY header of another version or command");
    auto const size = first_bytes + number_at(so_far, 14);
    if (size > header_bytes_max) return malformed("a PROXY header that is too long");
    return size;
}

Result<Header> decode_header(ByteView bytes) {
    TANDEM_TRY(auto const size, header_size(bytes));
    if (bytes.size() != size || size < first_bytes) return malformed("not a whole PROXY header");
    if (byte_at(bytes, 12) == local) return Header{};
    auto const family = byte_at(bytes, 13);
    if (family != tcp4 && family != tcp6) return malformed("a PROXY header without a TCP client");
    bool const v6 = family == tcp6;
    auto const length = address_bytes(v6);
    if (size < first_bytes + 2 * length + 4) return malformed("a PROXY header without addresses");
    Header header;
    auto const ports = first_bytes + 2 * length;
    header.client = End{address_at(bytes, first_bytes, v6), number_at(bytes, ports)};
    header.server = End{address_at(bytes, first_bytes + length, v6), number_at(bytes, ports + 2)};
    return header;
}

Bytes encode_header(End const& client, End const& server) {
    TANDEM_ASSERT(client.address.v6 == server.address.v6, "a PROXY header of two kinds");
    bool const v6 = client.address.v6;
    auto const length = address_bytes(v6);
    Bytes out{signature};
    out += static_cast<char>(proxied);
    out += static_cast<char>(v6 ? tcp6 : tcp4);
    append_number(out, 2 * length + 4);
    for (End const* end : {&client, &server})
        for (std::size_t i = 0; i < length; ++i)
            out += static_cast<char>(end->address.bytes[i]);
    append_number(out, client.port);
    append_number(out, server.port);
    return out;
}

}  // namespace tandem::proxy
