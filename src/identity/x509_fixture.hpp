// identity/x509_fixture.hpp -- certificates made to order. Tests only.
#pragma once

#include "base/time.hpp"
#include "codec/base64.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace tandem::identity::test {

struct KeyFree {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::shared_ptr<EVP_PKEY>;

inline Key make_key() { return {EVP_EC_gen("P-256"), KeyFree{}}; }

/// A public RSA key of 9216 bits that nobody made: its modulus is any number.
inline Key huge_key() {
    BIGNUM* modulus = BN_new();
    BIGNUM* exponent = BN_new();
    BN_set_bit(modulus, 9215);
    BN_set_bit(modulus, 0);
    BN_set_word(exponent, 65537);
    OSSL_PARAM_BLD* build = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent);
    OSSL_PARAM* parameters = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata_init(context);
    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    BN_free(exponent);
    BN_free(modulus);
    return {key, KeyFree{}};
}

struct Wanted {
    std::string name = "ca";              ///< common name; bytes as they are
    bool authority = true;
    WallTime not_before = wall_from_micros(1'600'000'000'000'000);
    WallTime not_after = wall_from_micros(1'900'000'000'000'000);
};

inline std::string make_der(Wanted const& wanted, Key const& key, std::string const& issuer,
                            Key const& issuer_key) {
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7);
    ASN1_TIME_set(X509_getm_notBefore(certificate), to_seconds(wanted.not_before));
    ASN1_TIME_set(X509_getm_notAfter(certificate), to_seconds(wanted.not_after));
    auto const set_name = [](X509_NAME* name, std::string const& text) {
        X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                   reinterpret_cast<unsigned char const*>(text.data()),
                                   static_cast<int>(text.size()), -1, 0);
    };
    set_name(X509_get_subject_name(certificate), wanted.name);
    set_name(X509_get_issuer_name(certificate), issuer);
    X509_set_pubkey(certificate, key.get());
    char const* text = wanted.authority ? "critical,CA:TRUE" : "CA:FALSE";
    X509_EXTENSION* constraints =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, text);
    X509_add_ext(certificate, constraints, -1);
    X509_EXTENSION_free(constraints);
    X509_sign(certificate, issuer_key.get(), EVP_sha256());
    unsigned char* bytes = nullptr;
    int const size = i2d_X509(certificate, &bytes);
    std::string der{reinterpret_cast<char const*>(bytes), static_cast<std::size_t>(size)};
    OPENSSL_free(bytes);
    X509_free(certificate);
    return der;
}

inline std::string to_pem(std::string const& der) {
    std::string const text = base64_encode(der);
    std::string pem = "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t i = 0; i < text.size(); i += 64) pem += text.substr(i, 64) + "\n";
    return pem + "-----END CERTIFICATE-----\n";
}

/// A CA that can issue.
struct Authority {
    explicit Authority(Wanted wanted_in = {}) : wanted(std::move(wanted_in)), key(make_key()) {
        der = make_der(wanted, key, wanted.name, key);
    }
    std::string pem() const { return to_pem(der); }
    std::string issue(std::string const& name, Wanted leaf = {}) const {
        leaf.name = name;
        leaf.authority = false;
        return to_pem(make_der(leaf, make_key(), wanted.name, key));
    }
    Wanted wanted;
    Key key;
    std::string der;
};

}  // namespace tandem::identity::test
