// identity/ed25519.hpp -- signatures with Ed25519: a 32-byte seed signs, its public key verifies.
//
// Source  RFC 8032 5.1.
// Purity  total functions; no randomness: the seed is given, and signing needs none.
#pragma once

#include "base/bytes.hpp"

#include <cstddef>

namespace tandem::identity {

inline constexpr std::size_t ed25519_seed_bytes = 32;
inline constexpr std::size_t ed25519_public_bytes = 32;
inline constexpr std::size_t ed25519_signature_bytes = 64;

/// Requires: `seed` has ed25519_seed_bytes, as for all below. Keep it secret.
Bytes ed25519_public_key(ByteView seed);
Bytes ed25519_sign(ByteView seed, ByteView message);
/// False also for a key or a signature that is none.
bool ed25519_verify(ByteView public_key, ByteView message, ByteView signature);

}  // namespace tandem::identity
