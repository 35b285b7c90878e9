// record/codec.hpp -- a fact as the bytes a log holds.
//
// Shape (docs/log-format.md; integers big endian)
//     0  u8   format version, 1
//     1  u24  body length in bytes
//     4  u32  CRC-32C of everything from byte 8 on
//     8  u64  position
//    16  u64  time, microseconds since 1970-01-01 UTC
//    24  u64  chain: XXH3-64 of everything from byte 8 on, computed while the chain of the record
//             before stands in this place
//    32  ...  body: a record::Fact
//
// The checksum says that the bytes are what was written; the chain says that they follow on what
// stands before them. Both regions hold the same bytes.
#pragma once

#include "base/bytes.hpp"
#include "base/position.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "record/fact.pb.h"

#include <cstdint>

namespace tandem::record {

inline constexpr std::size_t header_bytes = 32;

enum class Chain : std::uint64_t {};  ///< Chain{0}: before the first record of a log

struct Header {
    Position position;
    WallTime time;
    Chain chain{};
};

/// The frame of `fact` at `position`, following a record whose chain is `previous`.
/// Requires: the serialised fact is at most limits::record_bytes_max.
Bytes encode(Fact const& fact, Position position, WallTime time, Chain previous);

/// The header of a record, its checksum verified; the body is not looked at.
/// Errors: malformed -- too short, unknown version, wrong length, wrong checksum.
Result<Header> decode_header(ByteView record);

/// The header of a record that was verified before. Requires: at least header_bytes.
Header peek_header(ByteView record);

/// True when `record` (its checksum verified) follows on a record whose chain is `previous`.
bool follows(ByteView record, Chain previous);

struct Decoded {
    Header header;
    Fact fact;
};

/// Errors: malformed.
Result<Decoded> decode(ByteView record);

}  // namespace tandem::record
