#include "identity/secret.hpp"

#include "codec/hex.hpp"
#include "codec/number_text.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdint>
#include <optional>
#include <utility>

namespace tandem::identity {

namespace {

constexpr std::string_view scheme = "pbkdf2-sha256";
constexpr int iterations_max = 10'000'000;
constexpr std::size_t hash_bytes = 32;

struct Kept {
    int iterations = 0;
    Bytes salt;
    Bytes hash;
};

Bytes derive(std::string_view secret, ByteView salt, int iterations) {
    Bytes out(hash_bytes, '\0');
    int const ok = PKCS5_PBKDF2_HMAC(secret.data(), static_cast<int>(secret.size()),
                                     reinterpret_cast<unsigned char const*>(salt.data()),
                                     static_cast<int>(salt.size()), iterations, EVP_sha256(),
                                     static_cast<int>(out.size()),
                                     reinterpret_cast<unsigned char*>(out.data()));
    if (ok != 1) return {};
    return out;
}

std::optional<Kept> read(std::string_view text) {
    std::string_view parts[4];
    for (std::size_t i = 0; i < 4; ++i) {
        std::size_t const end = i < 3 ? text.find('$') : text.size();
        if (end == std::string_view::npos) return std::nullopt;
        parts[i] = text.substr(0, end);
        text.remove_prefix(i < 3 ? end + 1 : end);
    }
    if (parts[0] != scheme) return std::nullopt;
    Kept kept;
    auto const iterations = whole_number<decltype(kept.iterations)>(parts[1]);
    if (!iterations || *iterations < 1 || *iterations > iterations_max) return std::nullopt;
    kept.iterations = *iterations;
    auto salt = hex_decode(parts[2]);
    auto hash = hex_decode(parts[3]);
    if (!salt || salt->empty() || !hash || hash->size() != hash_bytes) return std::nullopt;
    kept.salt = std::move(*salt);
    kept.hash = std::move(*hash);
    return kept;
}

}  // namespace

std::string hash_secret(std::string_view secret, ByteView salt, int rounds) {
    std::string out{scheme};
    out += "$" + std::to_string(rounds) + "$" + hex_encode(salt) + "$";
    return out + hex_encode(derive(secret, salt, rounds));
}

bool secret_matches(std::string_view secret, std::string_view hash, int rounds_min) {
    std::optional<Kept> const kept = read(hash);
    int const rounds = kept ? kept->iterations : 0;
    Bytes const derived = kept ? derive(secret, kept->salt, rounds) : Bytes{};
    if (rounds < rounds_min) (void)derive(secret, "nobody's salt", rounds_min - rounds);
    if (!kept || secret.empty() || derived.size() != hash_bytes) return false;
    return equal_constant_time(derived, kept->hash);
}

int rounds_of(std::string_view hash) {
    auto const kept = read(hash);
    return kept ? kept->iterations : 0;
}

Bytes digest(ByteView bytes) {
    Bytes out(hash_bytes, '\0');
    unsigned int length = 0;
    int const ok = EVP_Digest(bytes.data(), bytes.size(),
                              reinterpret_cast<unsigned char*>(out.data()), &length, EVP_sha256(),
                              nullptr);
    if (ok != 1) return {};
    return out;
}

Bytes keyed_digest(ByteView key, ByteView bytes) {
    Bytes out(hash_bytes, '\0');
    unsigned int length = 0;
    auto const* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                            reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(),
                            reinterpret_cast<unsigned char*>(out.data()), &length);
    if (done == nullptr) return {};
    return out;
}

bool equal_constant_time(ByteView a, ByteView b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace tandem::identity
