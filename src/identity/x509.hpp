// identity/x509.hpp -- certificates as operators upload them: read, judged, and proof that whoever
// uploaded one holds its key.
//
// Source  RFC 5280 4.1, 4.2.1.9; Azure's proof of possession: a certificate issued by the CA whose
//         common name is the verification code.
// Invariant  one certificate and nothing besides; size and key size are bounded before any
//            signature is checked; nothing is fetched, no chain is followed.
// Purity  no clock: the time is an argument.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem::identity {

inline constexpr std::size_t certificate_text_bytes_max = 24 * 1024;   // ours
inline constexpr int certificate_key_bits_max = 8192;                  // ours

struct Certificate {
    std::string subject;        ///< common name, or the whole name in RFC 2253's form
    std::string thumbprint;     ///< SHA-1, upper case hexadecimal
    WallTime not_before{};
    WallTime not_after{};
    bool authority = false;     ///< may issue certificates
    Bytes der;
};

/// PEM, or base64 of PEM or DER. Errors: argument_invalid.
Result<Certificate> read_certificate(std::string_view text);

/// Whether `proof` was issued by `authority`, now valid, for the name `code`.
/// Errors: argument_invalid.
Result<void> check_possession(std::string_view authority, std::string_view proof,
                              std::string_view code, WallTime now);

/// Errors: argument_invalid -- expired, or not valid yet.
Result<void> check_validity(Certificate const& certificate, WallTime now);

}  // namespace tandem::identity
