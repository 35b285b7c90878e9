#include "identity/ed25519.hpp"

#include "base/assert.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>

namespace tandem::identity {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

unsigned char const* octets(ByteView bytes) {
    return reinterpret_cast<unsigned char const*>(bytes.data());
}

unsigned char* octets(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

Key private_key(ByteView seed) {
    TANDEM_ASSERT(seed.size() == ed25519_seed_bytes, "an Ed25519 seed of another length");
    Key key{EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets(seed), seed.size()),
            EVP_PKEY_free};
    TANDEM_ASSERT(key != nullptr, "OpenSSL without Ed25519");
    return key;
}

}  // namespace

Bytes ed25519_public_key(ByteView seed) {
    Key const key = private_key(seed);
    Bytes out(ed25519_public_bytes, '\0');
    std::size_t length = out.size();
    bool const ok = EVP_PKEY_get_raw_public_key(key.get(), octets(out), &length) == 1;
    TANDEM_ASSERT(ok && length == out.size(), "no public key of a private one");
    return out;
}

Bytes ed25519_sign(ByteView seed, ByteView message) {
    Key const key = private_key(seed);
    Context const context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
    Bytes out(ed25519_signature_bytes, '\0');
    std::size_t length = out.size();
    bool const ok =
        EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
        EVP_DigestSign(context.get(), octets(out), &length, octets(message), message.size()) == 1;
    TANDEM_ASSERT(ok && length == out.size(), "signing failed");
    return out;
}

bool ed25519_verify(ByteView public_key, ByteView message, ByteView signature) {
    if (public_key.size() != ed25519_public_bytes || signature.size() != ed25519_signature_bytes)
        return false;
    Key const key{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(public_key),
                                              public_key.size()),
                  EVP_PKEY_free};
    Context const context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
    bool const good =
        key != nullptr &&
        EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
        EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message),
                         message.size()) == 1;
    ERR_clear_error();
    return good;
}

}  // namespace tandem::identity
