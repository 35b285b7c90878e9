// record/crc32c.hpp -- the checksum of a record.
//
// Source  RFC 3720 appendix B.4: CRC-32C (Castagnoli), reflected, polynomial 0x1EDC6F41, initial
//         and final value 0xFFFFFFFF. crc32c("123456789") is 0xE3069283.
// Purity  uses the processor's own instruction where it has one; the result is the same.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>

namespace tandem::record {

std::uint32_t crc32c(ByteView bytes);

/// The same by table, eight bytes a step: for processors without the instruction.
std::uint32_t crc32c_by_table(ByteView bytes);

}  // namespace tandem::record
