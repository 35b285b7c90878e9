// world/certificates.hpp -- a small certificate authority: makes the certificates of a test or of
// the quick start, and of sites that have none of their own.
//
// Shape   DIR/NAME.crt and DIR/NAME.key, PEM, EC P-256; keys 0600.
// What is there already is used as it is, unless it has run out, names other hosts, or was signed
// by another authority; then it is made anew.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "world/tls.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace tandem::world {

struct AuthorityFiles {
    std::filesystem::path certificate;
    std::filesystem::path key;
};

/// DIR/ca.crt and DIR/ca.key. Errors: malformed -- one of them, or both beside certificates they
/// made, is missing, or is not what it should be; nothing is replaced.
Result<AuthorityFiles> ensure_authority(std::filesystem::path const& dir,
                                        std::string const& common_name, WallTime now);

struct CertificateRequest {
    std::string file_stem;  ///< DIR/STEM.crt, DIR/STEM.key
    std::string common_name;
    std::vector<std::string> dns_names;
    std::vector<std::string> addresses;  ///< IPv4 or IPv6 literals
    int days = 825;
};
Result<TlsFiles> ensure_certificate(std::filesystem::path const& dir,
                                    AuthorityFiles const& authority,
                                    CertificateRequest const& request, WallTime now);

/// The request for a node's certificate on peer links: common name "site:NAME".
CertificateRequest site_certificate(std::string const& site);

}  // namespace tandem::world
