#include "record/codec.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "record/crc32c.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace tandem::record {
namespace {

constexpr std::uint8_t format_version = 1;
constexpr std::size_t crc_at = 4;
constexpr std::size_t position_at = 8;  // the checksum and the chain begin here
constexpr std::size_t time_at = 16;
constexpr std::size_t chain_at = 24;
constexpr std::size_t body_bytes_max = (std::size_t{1} << 24) - 1;

static_assert(limits::record_bytes_max <= body_bytes_max);

template <std::size_t N>
void put(char* out, std::uint64_t number) {
    for (std::size_t i = 0; i < N; ++i)
        out[i] = static_cast<char>(static_cast<std::uint8_t>(number >> (8 * (N - 1 - i))));
}

template <std::size_t N>
std::uint64_t get(char const* in) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < N; ++i) number = (number << 8) | static_cast<std::uint8_t>(in[i]);
    return number;
}

/// The chain of `record`, if `previous` stands before it: over bytes 8 to the end, with the chain
/// before in the place of its own. encode() hashes the same bytes in one piece.
Chain chain_after(ByteView record, Chain previous) {
    char before[8];
    put<8>(before, static_cast<std::uint64_t>(previous));
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    XXH3_64bits_update(&state, record.data() + position_at, chain_at - position_at);
    XXH3_64bits_update(&state, before, sizeof before);
    XXH3_64bits_update(&state, record.data() + header_bytes, record.size() - header_bytes);
    return Chain{XXH3_64bits_digest(&state)};
}

Error malformed(char const* what) { return {Errc::malformed, what}; }

}  // namespace

Bytes encode(Fact const& fact, Position position, WallTime time, Chain previous) {
    auto const body_bytes = fact.ByteSizeLong();
    TANDEM_ASSERT(body_bytes <= limits::record_bytes_max, "a fact is larger than a record may be");
    Bytes out(header_bytes + body_bytes, '\0');
    put<1>(out.data(), format_version);
    put<3>(out.data() + 1, body_bytes);
    put<8>(out.data() + position_at, position.bits());
    put<8>(out.data() + time_at, static_cast<std::uint64_t>(to_micros(time)));
    put<8>(out.data() + chain_at, static_cast<std::uint64_t>(previous));
    fact.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(out.data()) +
                                         header_bytes);
    auto const chain = XXH3_64bits(out.data() + position_at, out.size() - position_at);
    put<8>(out.data() + chain_at, chain);
    put<4>(out.data() + crc_at, crc32c(ByteView{out}.substr(position_at)));
    return out;
}

Header peek_header(ByteView record) {
    TANDEM_ASSERT(record.size() >= header_bytes, "a record shorter than its header");
    return {.position = Position::from_bits(get<8>(record.data() + position_at)),
            .time = wall_from_micros(
                static_cast<std::int64_t>(get<8>(record.data() + time_at))),
            .chain = Chain{get<8>(record.data() + chain_at)}};
}

Result<Header> decode_header(ByteView record) {
    if (record.size() < header_bytes) return malformed("record: shorter than its header");
    if (static_cast<std::uint8_t>(record[0]) != format_version)
        return malformed("record: unknown format version");
    if (get<3>(record.data() + 1) != record.size() - header_bytes)
        return malformed("record: its length is not what its header says");
    if (get<4>(record.data() + crc_at) != crc32c(record.substr(position_at)))
        return malformed("record: wrong checksum");
    return peek_header(record);
}

bool follows(ByteView record, Chain previous) {
    return record.size() >= header_bytes &&
           peek_header(record).chain == chain_after(record, previous);
}

Result<Decoded> decode(ByteView record) {
    if (record.size() > header_bytes + limits::record_bytes_max)
        return malformed("record: larger than a record may be");
    TANDEM_TRY(auto header, decode_header(record));
    Decoded decoded{.header = header, .fact = {}};
    auto const body = record.substr(header_bytes);
    if (!decoded.fact.ParseFromArray(body.data(), static_cast<int>(body.size())))
        return malformed("record: the body is not a fact");
    return decoded;
}

}  // namespace tandem::record
