// identity/secret.hpp -- secrets that are only ever compared: kept as salted hashes.
//
// Shape   pbkdf2-sha256$<iterations>$<salt, hex>$<hash, hex>
// Purity  no randomness: the salt is given.
#pragma once

#include "base/bytes.hpp"

#include <string>
#include <string_view>

namespace tandem::identity {

/// What is kept of a secret. `salt`: at least 16 random bytes.
std::string hash_secret(std::string_view secret, ByteView salt);

/// True when `hash` was made of `secret`. A hash that cannot be read is nobody's, and costs as
/// much time as one that can.
bool secret_matches(std::string_view secret, std::string_view hash);

/// SHA-256, 32 bytes.
Bytes digest(ByteView bytes);

/// HMAC-SHA256, 32 bytes.
Bytes keyed_digest(ByteView key, ByteView bytes);

/// Compares in a time that depends on the lengths only.
bool equal_constant_time(ByteView a, ByteView b);

}  // namespace tandem::identity
