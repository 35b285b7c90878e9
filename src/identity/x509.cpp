#include "identity/x509.hpp"

#include "codec/base64.hpp"
#include "codec/utf8.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <ctime>
#include <memory>
#include <optional>

namespace tandem::identity {

namespace {

struct Free {
    void operator()(X509* x) const { X509_free(x); }
    void operator()(BIO* x) const { BIO_free(x); }
    void operator()(unsigned char* x) const { OPENSSL_free(x); }
};
using X509Ptr = std::unique_ptr<X509, Free>;

constexpr std::string_view pem_begin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view pem_end = "-----END CERTIFICATE-----";
constexpr std::string_view blanks = " \t\r\n";

Error invalid(std::string why) { return {Errc::argument_invalid, std::move(why)}; }

std::string without_blanks(std::string_view text) {
    std::string out;
    for (char c : text)
        if (blanks.find(c) == std::string_view::npos) out += c;
    return out;
}

/// The one certificate of a PEM text.
Result<Bytes> from_pem(std::string_view text) {
    std::size_t const begin = text.find(pem_begin) + pem_begin.size();
    std::size_t const end = text.find(pem_end, begin);
    if (end == std::string_view::npos) return invalid("the PEM text is cut off");
    std::string_view const rest = text.substr(end + pem_end.size());
    if (rest.find("-----BEGIN") != std::string_view::npos ||
        text.substr(0, begin - pem_begin.size()).find("-----BEGIN") != std::string_view::npos)
        return invalid("there must be one certificate, and nothing else");
    auto der = base64_decode(without_blanks(text.substr(begin, end - begin)));
    if (!der || der->empty()) return invalid("the PEM text is not base64");
    return std::move(*der);
}

Result<Bytes> to_der(std::string_view text) {
    if (text.size() > certificate_text_bytes_max)
        return invalid("the certificate is larger than " +
                       std::to_string(certificate_text_bytes_max) + " bytes");
    if (text.find(pem_begin) != std::string_view::npos) return from_pem(text);
    auto bytes = base64_decode(without_blanks(text));
    if (!bytes || bytes->empty()) return invalid("it is neither PEM nor base64");
    if (bytes->find(pem_begin) != std::string::npos) return from_pem(*bytes);
    return std::move(*bytes);
}

Result<X509Ptr> parse(ByteView der) {
    auto const* at = reinterpret_cast<unsigned char const*>(der.data());
    auto const* const end = at + der.size();
    X509Ptr certificate{d2i_X509(nullptr, &at, static_cast<long>(der.size()))};
    ERR_clear_error();
    if (!certificate || at != end) return invalid("it is not an X.509 certificate");
    EVP_PKEY const* key = X509_get0_pubkey(certificate.get());
    ERR_clear_error();
    if (key == nullptr) return invalid("its public key cannot be read");
    if (EVP_PKEY_get_bits(key) > certificate_key_bits_max)
        return invalid("its key has more than " + std::to_string(certificate_key_bits_max) +
                       " bits");
    return certificate;
}

Result<WallTime> read_time(ASN1_TIME const* time) {
    std::tm tm{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &tm) != 1) return invalid("it has no valid times");
    using namespace std::chrono;
    sys_days const day = year{tm.tm_year + 1900} / (tm.tm_mon + 1) / tm.tm_mday;
    return WallTime{day.time_since_epoch() + hours{tm.tm_hour} + minutes{tm.tm_min} +
                    seconds{tm.tm_sec}};
}

Result<std::string> read_subject(X509 const* certificate) {
    X509_NAME const* name = X509_get_subject_name(certificate);
    int const at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    if (at >= 0) {
        if (X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0)
            return invalid("its subject has two common names");
        unsigned char* raw = nullptr;
        int const size = ASN1_STRING_to_UTF8(
            &raw, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
        std::unique_ptr<unsigned char, Free> const owner{raw};
        if (size < 0) return invalid("its common name cannot be read");
        std::string text{reinterpret_cast<char const*>(raw), static_cast<std::size_t>(size)};
        for (char c : text)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
                return invalid("its common name has control characters");
        if (!utf8_valid(text)) return invalid("its common name is not a text");
        return text;
    }
    std::unique_ptr<BIO, Free> const out{BIO_new(BIO_s_mem())};
    if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0)
        return invalid("its subject cannot be read");
    char* text = nullptr;
    long const size = BIO_get_mem_data(out.get(), &text);
    return std::string{text, static_cast<std::size_t>(size)};
}

std::string thumbprint_of(ByteView der) {
    static constexpr char digits[] = "0123456789ABCDEF";
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(der.data(), der.size(), hash, &size, EVP_sha1(), nullptr) != 1) return {};
    std::string out;
    for (unsigned int i = 0; i < size; ++i) {
        out += digits[hash[i] >> 4U];
        out += digits[hash[i] & 15U];
    }
    return out;
}

Result<Certificate> describe(X509* certificate, Bytes der) {
    Certificate facts;
    TANDEM_TRY(facts.subject, read_subject(certificate));
    TANDEM_TRY(facts.not_before, read_time(X509_get0_notBefore(certificate)));
    TANDEM_TRY(facts.not_after, read_time(X509_get0_notAfter(certificate)));
    facts.authority = X509_check_ca(certificate) == 1;
    facts.thumbprint = thumbprint_of(der);
    facts.der = std::move(der);
    ERR_clear_error();
    return facts;
}

}  // namespace

Result<Certificate> read_certificate(std::string_view text) {
    TANDEM_TRY(Bytes der, to_der(text));
    TANDEM_TRY(X509Ptr certificate, parse(der));
    return describe(certificate.get(), std::move(der));
}

Result<void> check_validity(Certificate const& certificate, WallTime now) {
    if (now > certificate.not_after) return invalid("it has expired");
    if (now < certificate.not_before) return invalid("it is not valid yet");
    return {};
}

Result<void> check_possession(std::string_view authority, std::string_view proof,
                              std::string_view code, WallTime now) {
    TANDEM_TRY(Bytes authority_der, to_der(authority));
    TANDEM_TRY(X509Ptr ca, parse(authority_der));
    TANDEM_TRY(Bytes proof_der, to_der(proof));
    TANDEM_TRY(X509Ptr leaf, parse(proof_der));
    TANDEM_TRY(Certificate facts, describe(leaf.get(), std::move(proof_der)));
    if (code.empty() || facts.subject != code)
        return invalid("its common name is not the verification code");
    TANDEM_CHECK(check_validity(facts, now));
    bool const issued =
        X509_NAME_cmp(X509_get_issuer_name(leaf.get()), X509_get_subject_name(ca.get())) == 0 &&
        X509_verify(leaf.get(), X509_get0_pubkey(ca.get())) == 1;
    ERR_clear_error();
    if (!issued) return invalid("it was not issued by the certificate that it is to prove");
    return {};
}

}  // namespace tandem::identity
