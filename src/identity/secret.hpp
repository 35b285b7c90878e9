// identity/secret.hpp -- secrets that are only ever compared: kept as salted hashes.
//
// Shape   pbkdf2-sha256$<iterations>$<salt, hex>$<hash, hex>
// Purity  no randomness: the salt is given.
#pragma once

#include "base/bytes.hpp"

#include <string>
#include <string_view>

namespace tandem::identity {

/// For what people choose: OWASP's number for PBKDF2 with HMAC-SHA256. A fifth of a second.
inline constexpr int password_rounds = 600'000;
/// For secrets of at least 128 random bits, which nobody can guess.
inline constexpr int machine_rounds = 20'000;

/// What is kept of a secret. `salt`: at least 16 random bytes.
std::string hash_secret(std::string_view secret, ByteView salt, int rounds = machine_rounds);

/// True when `hash` was made of `secret`. A hash that cannot be read is nobody's; it, and one of
/// fewer rounds, costs as much time as one of `rounds_min`.
bool secret_matches(std::string_view secret, std::string_view hash,
                    int rounds_min = machine_rounds);

/// How many rounds a hash was made with; 0: it cannot be read.
int rounds_of(std::string_view hash);

/// SHA-256, 32 bytes.
Bytes digest(ByteView bytes);

/// HMAC-SHA256, 32 bytes.
Bytes keyed_digest(ByteView key, ByteView bytes);

/// Compares in a time that depends on the lengths only.
bool equal_constant_time(ByteView a, ByteView b);

}  // namespace tandem::identity
