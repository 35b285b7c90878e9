// control/audit_chain.hpp -- how audit entries are chained, and where a chain is broken.
//
// Shape   entry.hash = SHA-256 over entry_bytes(entry): sequence, time in microseconds, status,
//         count, each 8 bytes big-endian; then principal, principal name, action, scope,
//         correlation id, source and the previous entry's hash, each after its length in 8 bytes.
//         An entry that ends another, or has a target, has after that the other's sequence (or 0)
//         in 8 bytes; and then its target, if any, after its length.
//         The first entry of all chains to 32 zero bytes.
#pragma once

#include "base/bytes.hpp"
#include "record/management.pb.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tandem::control {

inline constexpr std::size_t audit_hash_bytes = 32;

Bytes entry_bytes(record::AuditEntry const& entry);
/// What an entry's hash must be.
Bytes entry_hash(record::AuditEntry const& entry);

struct ChainFault {
    std::uint64_t sequence = 0;   ///< of the first entry that is not as it was written
    std::string why;
};
/// `entries` in ascending order; `anchor`: of the last entry before them (none: default).
std::optional<ChainFault> find_fault(record::AuditAnchor const& anchor,
                                     std::vector<record::AuditEntry> const& entries);

}  // namespace tandem::control
