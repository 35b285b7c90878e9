#include "identity/secret.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace tandem::identity {

namespace {

constexpr std::string_view scheme = "pbkdf2-sha256";
constexpr int default_iterations = 20'000;
constexpr int iterations_max = 10'000'000;
constexpr std::size_t hash_bytes = 32;

struct Kept {
    int iterations = default_iterations;
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

std::string to_hex(ByteView bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (char c : bytes) {
        auto const octet = static_cast<std::uint8_t>(c);
        out += digits[octet >> 4];
        out += digits[octet & 15U];
    }
    return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    Bytes out;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        unsigned octet = 0;
        char const* end = text.data() + i + 2;
        auto const [stop, failed] = std::from_chars(text.data() + i, end, octet, 16);
        if (failed != std::errc{} || stop != end) return std::nullopt;
        out += static_cast<char>(octet);
    }
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
    char const* end = parts[1].data() + parts[1].size();
    auto const [stop, failed] = std::from_chars(parts[1].data(), end, kept.iterations);
    if (failed != std::errc{} || stop != end) return std::nullopt;
    if (kept.iterations < 1 || kept.iterations > iterations_max) return std::nullopt;
    auto salt = from_hex(parts[2]);
    auto hash = from_hex(parts[3]);
    if (!salt || salt->empty() || !hash || hash->size() != hash_bytes) return std::nullopt;
    kept.salt = std::move(*salt);
    kept.hash = std::move(*hash);
    return kept;
}

}  // namespace

std::string hash_secret(std::string_view secret, ByteView salt) {
    std::string out{scheme};
    out += "$" + std::to_string(default_iterations) + "$" + to_hex(salt) + "$";
    return out + to_hex(derive(secret, salt, default_iterations));
}

bool secret_matches(std::string_view secret, std::string_view hash) {
    std::optional<Kept> const kept = read(hash);
    Bytes const derived = derive(secret, kept ? ByteView{kept->salt} : ByteView{"no such client"},
                                 kept ? kept->iterations : default_iterations);
    if (!kept || secret.empty() || derived.size() != hash_bytes) return false;
    return equal_constant_time(derived, kept->hash);
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

bool equal_constant_time(ByteView a, ByteView b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace tandem::identity
