#include "world/certificates.hpp"

#include "world/files.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>

namespace tandem::world {
namespace {

template <auto function>
struct Free {
    template <class T>
    void operator()(T* thing) const {
        function(thing);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free_all>>;

constexpr int authority_days = 3650;
constexpr int renew_days = 30;  // what runs out sooner is made anew

Error failed(std::string const& what) {
    return {Errc::internal, what + ": " + tls_error_text()};
}

Bytes text_of(BIO* memory) {
    char* data = nullptr;
    long const size = BIO_get_mem_data(memory, &data);
    return {data, static_cast<std::size_t>(size)};
}

Certificate parse_certificate(Bytes const& pem) {
    Memory const memory{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    return Certificate{PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr)};
}

Key parse_key(Bytes const& pem) {
    Memory const memory{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    return Key{PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr)};
}

struct Pair {
    Certificate certificate;
    Key key;
    explicit operator bool() const { return certificate && key; }
};

/// What stands in the two files, if they are there and belong together; else an empty Pair.
Result<Pair> load(std::filesystem::path const& certificate, std::filesystem::path const& key) {
    TANDEM_TRY(auto const certificate_pem, read_file(certificate));
    TANDEM_TRY(auto const key_pem, read_file(key));
    if (!certificate_pem || !key_pem) return Pair{};
    Pair pair{parse_certificate(*certificate_pem), parse_key(*key_pem)};
    if (!pair || X509_check_private_key(pair.certificate.get(), pair.key.get()) != 1) {
        return Error{Errc::malformed, certificate.string() + " and " + key.string() +
                                          " are not a certificate and its key"};
    }
    return pair;
}

Result<void> save(Pair const& pair, std::filesystem::path const& certificate,
                  std::filesystem::path const& key) {
    Memory const memory{BIO_new(BIO_s_mem())};
    if (PEM_write_bio_PrivateKey(memory.get(), pair.key.get(), nullptr, nullptr, 0, nullptr,
                                 nullptr) != 1) {
        return failed("a key cannot be written");
    }
    TANDEM_CHECK(write_file(key, text_of(memory.get()), 0600));
    Memory const other{BIO_new(BIO_s_mem())};
    if (PEM_write_bio_X509(other.get(), pair.certificate.get()) != 1) {
        return failed("a certificate cannot be written");
    }
    return write_file(certificate, text_of(other.get()), 0644);
}

bool lasts(X509* certificate, WallTime now) {
    std::time_t const soon = to_seconds(now) + std::int64_t{renew_days} * 86'400;
    std::time_t until = soon;
    return X509_cmp_time(X509_get0_notAfter(certificate), &until) > 0;
}

bool extend(X509* certificate, X509* issuer, int id, std::string const& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
    if (extension == nullptr) return false;
    bool const added = X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

/// A fresh key and an unsigned certificate for it.
Pair blank(std::string const& common_name, int days, WallTime now) {
    Pair pair{Certificate{X509_new()}, Key{EVP_EC_gen("P-256")}};
    if (!pair) return {};
    X509* const certificate = pair.certificate.get();
    std::unique_ptr<BIGNUM, Free<BN_free>> const serial{BN_new()};
    std::time_t const start = to_seconds(now) - 3600;  // clocks of others may be behind
    std::time_t const end = to_seconds(now) + std::int64_t{days} * 86'400;
    bool const good =
        X509_set_version(certificate, 2) == 1 &&
        BN_rand(serial.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
        BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr &&
        ASN1_TIME_set(X509_getm_notBefore(certificate), start) != nullptr &&
        ASN1_TIME_set(X509_getm_notAfter(certificate), end) != nullptr &&
        X509_set_pubkey(certificate, pair.key.get()) == 1 &&
        X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<unsigned char const*>(common_name.data()),
                                   static_cast<int>(common_name.size()), -1, 0) == 1;
    return good ? std::move(pair) : Pair{};
}

std::string alternative_names(CertificateRequest const& request) {
    std::string text;
    for (auto const& name : request.dns_names) text += ",DNS:" + name;
    for (auto const& address : request.addresses) text += ",IP:" + address;
    if (!text.empty()) text.erase(0, 1);
    return text;
}

std::string bytes_of(ASN1_OCTET_STRING const* text) {
    return {reinterpret_cast<char const*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
}

/// True when the certificate names what the request does. Names are compared as they stand: a check
/// of a host would not take a wildcard below a single label, "*.localhost".
bool names_match(X509* certificate, CertificateRequest const& request) {
    std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> const names{
        static_cast<GENERAL_NAMES*>(
            X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
        GENERAL_NAMES_free};
    std::set<std::string> dns, addresses;
    for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        GENERAL_NAME const* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS) dns.insert(bytes_of(name->d.dNSName));
        if (name->type == GEN_IPADD) addresses.insert(bytes_of(name->d.iPAddress));
    }
    return std::all_of(request.dns_names.begin(), request.dns_names.end(),
                       [&](auto const& name) { return dns.contains(name); }) &&
           std::all_of(request.addresses.begin(), request.addresses.end(), [&](auto const& ip) {
               std::unique_ptr<ASN1_OCTET_STRING, decltype(&ASN1_OCTET_STRING_free)> const wanted{
                   a2i_IPADDRESS(ip.c_str()), ASN1_OCTET_STRING_free};
               return wanted != nullptr && addresses.contains(bytes_of(wanted.get()));
           });
}

bool has_common_name(X509* certificate, std::string const& wanted) {
    char found[256];
    int const size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                               found, sizeof found);
    return size >= 0 && wanted == found;
}

bool has_certificates(std::filesystem::path const& dir) {
    std::error_code failed;
    std::filesystem::directory_iterator const files{dir, failed};
    return !failed && std::any_of(begin(files), end(files), [](auto const& file) {
        return file.path().extension() == ".crt";
    });
}

/// Whom clients trust is not replaced because a file was lost. A key without any certificate is
/// what a first start leaves that was interrupted.
Result<void> check_complete(std::filesystem::path const& dir, AuthorityFiles const& files) {
    bool const certificate = std::filesystem::exists(files.certificate);
    bool const key = std::filesystem::exists(files.key);
    if ((certificate && key) || !has_certificates(dir)) return {};
    std::string const missing = !certificate && !key ? files.certificate.string() + " and " +
                                                           files.key.filename().string() + " are"
                                : certificate ? files.key.string() + " is"
                                              : files.certificate.string() + " is";
    return Error{Errc::malformed,
                 missing + " missing, the authority that clients trust. Put back what was there; "
                           "or move " +
                     dir.string() +
                     " away: then there is a new authority, which every client must be told to "
                     "trust"};
}

}  // namespace

Result<AuthorityFiles> ensure_authority(std::filesystem::path const& dir,
                                        std::string const& common_name, WallTime now) {
    TANDEM_CHECK(ensure_private_dir(dir));
    AuthorityFiles files{dir / "ca.crt", dir / "ca.key"};
    TANDEM_CHECK(check_complete(dir, files));
    TANDEM_TRY(auto const found, load(files.certificate, files.key));
    if (found && lasts(found.certificate.get(), now)) return files;

    auto const made = blank(common_name, authority_days, now);
    if (!made) return failed("no new authority");
    X509* const certificate = made.certificate.get();
    bool const good =
        X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1 &&
        extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
        extend(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        extend(certificate, certificate, NID_subject_key_identifier, "hash") &&
        X509_sign(certificate, made.key.get(), EVP_sha256()) > 0;
    if (!good) return failed("no new authority");
    TANDEM_CHECK(save(made, files.certificate, files.key));
    return files;
}

Result<TlsFiles> ensure_certificate(std::filesystem::path const& dir,
                                    AuthorityFiles const& authority,
                                    CertificateRequest const& request, WallTime now) {
    TANDEM_CHECK(ensure_private_dir(dir));
    TANDEM_TRY(auto const issuer, load(authority.certificate, authority.key));
    if (!issuer)
        return Error{Errc::unavailable, "no authority in " + authority.certificate.string()};
    TlsFiles files{dir / (request.file_stem + ".crt"), dir / (request.file_stem + ".key"),
                   authority.certificate};
    TANDEM_TRY(auto const found, load(files.certificate, files.key));
    if (found && lasts(found.certificate.get(), now) &&
        has_common_name(found.certificate.get(), request.common_name) &&
        names_match(found.certificate.get(), request) &&
        X509_verify(found.certificate.get(), issuer.key.get()) == 1) {
        return files;
    }

    auto const made = blank(request.common_name, request.days, now);
    if (!made) return failed("no new certificate");
    X509* const certificate = made.certificate.get();
    X509* const signer = issuer.certificate.get();
    std::string const names = alternative_names(request);
    bool const good = X509_set_issuer_name(certificate, X509_get_subject_name(signer)) == 1 &&
                      extend(certificate, signer, NID_basic_constraints, "critical,CA:FALSE") &&
                      extend(certificate, signer, NID_key_usage, "critical,digitalSignature") &&
                      extend(certificate, signer, NID_ext_key_usage, "serverAuth,clientAuth") &&
                      extend(certificate, signer, NID_subject_key_identifier, "hash") &&
                      extend(certificate, signer, NID_authority_key_identifier, "keyid") &&
                      (names.empty() || extend(certificate, signer, NID_subject_alt_name, names)) &&
                      X509_sign(certificate, issuer.key.get(), EVP_sha256()) > 0;
    if (!good) return failed("no new certificate for " + request.common_name);
    TANDEM_CHECK(save(made, files.certificate, files.key));
    return files;
}

CertificateRequest site_certificate(std::string const& site) {
    CertificateRequest request;
    request.file_stem = "site-" + site;
    request.common_name = "site:" + site;
    return request;
}

}  // namespace tandem::world
