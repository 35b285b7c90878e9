#include "identity/sas.hpp"

#include "base/assert.hpp"
#include "codec/base64.hpp"
#include "codec/percent.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tandem::identity {
namespace {

constexpr std::string_view scheme = "SharedAccessSignature ";
constexpr std::size_t token_bytes_max = 8 * 1024;
constexpr std::size_t expiry_digits_max = 64;
constexpr std::int64_t latest_second = to_micros(WallTime::max()) / 1'000'000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

Error unreadable(char const* why) {
    return Error{Errc::unauthorized, std::string{"not a shared access signature: "} + why};
}

struct Fields {
    std::optional<std::string_view> sr, sig, se, skn;
};

/// False: a field without '=', or one of ours twice. Unknown fields are nobody's business.
bool split_fields(std::string_view text, Fields& fields) {
    while (true) {
        auto const end = std::min(text.find('&'), text.size());
        std::string_view const field = text.substr(0, end);
        auto const equals = field.find('=');
        if (equals == std::string_view::npos) return false;
        std::string_view const name = field.substr(0, equals);
        std::optional<std::string_view>* place = nullptr;
        if (name == "sr") place = &fields.sr;
        if (name == "sig") place = &fields.sig;
        if (name == "se") place = &fields.se;
        if (name == "skn") place = &fields.skn;
        if (place != nullptr) {
            if (*place) return false;
            *place = field.substr(equals + 1);
        }
        if (end == text.size()) return true;
        text.remove_prefix(end + 1);
    }
}

/// Seconds as decimal digits, however many. nullopt: anything else.
std::optional<WallTime> read_expiry(std::string_view text) {
    if (text.empty() || text.size() > expiry_digits_max) return std::nullopt;
    std::int64_t seconds = 0;
    for (char const c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        seconds = std::min(seconds * 10 + (c - '0'), latest_second);
    }
    if (seconds == latest_second) return WallTime::max();
    return WallTime{std::chrono::seconds{seconds}};
}

std::string sign(std::string_view key, std::string_view raw_resource, std::string_view expiry) {
    std::string text{raw_resource};
    text += '\n';
    text += expiry;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    auto const* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                            reinterpret_cast<unsigned char const*>(text.data()), text.size(),
                            digest.data(), &length);
    TANDEM_ASSERT(done != nullptr, "HMAC-SHA256 is not available");
    return std::string{reinterpret_cast<char const*>(digest.data()), length};
}

/// A scope as its host and the path below it, without scheme, port and one trailing slash.
struct Scope {
    std::string_view host, path;
};

Scope split_scope(std::string_view scope) {
    if (auto const colon = scope.find("://"); colon != std::string_view::npos)
        scope.remove_prefix(colon + 3);
    if (scope.ends_with('/')) scope.remove_suffix(1);
    auto const slash = std::min(scope.find('/'), scope.size());
    std::string_view host = scope.substr(0, slash);
    std::string_view const path = slash < scope.size() ? scope.substr(slash + 1) : "";
    if (auto const colon = host.find(':'); colon != std::string_view::npos) {
        auto const port = host.substr(colon + 1);
        bool const digits =
            !port.empty() && port.find_first_not_of("0123456789") == std::string_view::npos;
        if (digits) host = host.substr(0, colon);
    }
    return {host, path};
}

bool names_host(std::string_view host, std::vector<std::string> const& names) {
    return std::any_of(names.begin(), names.end(), [&](std::string const& name) {
        return !name.empty() && same_ignoring_case(host, name);
    });
}

/// Whether `path` is `prefix` or goes on below it.
bool begins_with(std::string_view path, std::string_view prefix) {
    return path.starts_with(prefix) &&
           (path.size() == prefix.size() || path[prefix.size()] == '/');
}

bool begins_with_ignoring_case(std::string_view path, std::string_view prefix) {
    return same_ignoring_case(path.substr(0, prefix.size()), prefix) &&
           (path.size() == prefix.size() || path[prefix.size()] == '/');
}

}  // namespace

Result<SasToken> parse_sas(std::string_view text) {
    if (text.size() > token_bytes_max) return unreadable("too long");
    if (!same_ignoring_case(text.substr(0, scheme.size()), scheme)) return unreadable("scheme");
    Fields fields;
    if (!split_fields(text.substr(scheme.size()), fields)) return unreadable("fields");
    if (!fields.sr || !fields.sig || !fields.se) return unreadable("a field is missing");

    auto resource = percent_decode(*fields.sr);
    if (!resource || resource->empty()) return unreadable("sr");
    auto const encoded = percent_decode(*fields.sig);
    if (!encoded) return unreadable("sig");
    auto signature = base64_decode(*encoded);
    if (!signature || signature->empty()) return unreadable("sig");
    auto const expires_at = read_expiry(*fields.se);
    if (!expires_at) return unreadable("se");
    auto policy = percent_decode(fields.skn.value_or(""));
    if (!policy) return unreadable("skn");

    return SasToken{.raw_resource = std::string{*fields.sr},
                    .resource = *std::move(resource),
                    .signature = *std::move(signature),
                    .expiry_text = std::string{*fields.se},
                    .expires_at = *expires_at,
                    .policy = *std::move(policy)};
}

bool signed_by(SasToken const& token, std::string_view key_base64) {
    auto const key = base64_decode(key_base64);
    if (!key || key->empty()) return false;
    auto const matches = [&token](std::string_view secret) {
        auto const expected = sign(secret, token.raw_resource, token.expiry_text);
        return expected.size() == token.signature.size() &&
               CRYPTO_memcmp(expected.data(), token.signature.data(), expected.size()) == 0;
    };
    bool const as_bytes = matches(*key);
    bool const as_text = matches(key_base64);
    return as_bytes || as_text;
}

std::string make_sas(std::string_view resource, std::string_view key_base64, WallTime expires_at,
                     std::string_view policy) {
    auto const key = base64_decode(key_base64);
    TANDEM_ASSERT(key && !key->empty(), "a token needs a key");
    std::string const raw = percent_encode(resource);
    std::string const expiry = std::to_string(std::max<std::int64_t>(to_seconds(expires_at), 0));
    std::string token{scheme};
    token += "sr=" + raw;
    token += "&sig=" + percent_encode(base64_encode(sign(*key, raw, expiry)));
    token += "&se=" + expiry;
    if (!policy.empty()) token += "&skn=" + percent_encode(policy);
    return token;
}

bool covers_path(std::string_view scope, std::vector<std::string> const& host_names,
                 std::string_view path) {
    auto const [host, prefix] = split_scope(scope);
    return names_host(host, host_names) && (prefix.empty() || begins_with(path, prefix));
}

bool covers_events(std::string_view scope, std::vector<std::string> const& host_names,
                   std::string_view entity) {
    auto const [host, path] = split_scope(scope);
    if (!entity.empty() && begins_with_ignoring_case(path, entity)) return !host.empty();
    return names_host(host, host_names) &&
           (path.empty() || begins_with_ignoring_case(path, "messages/events"));
}

bool covers_device(std::string_view scope, std::vector<std::string> const& host_names,
                   std::string_view device_id) {
    constexpr std::string_view devices = "devices/";
    auto const [host, path] = split_scope(scope);
    return names_host(host, host_names) && path.starts_with(devices) && !device_id.empty() &&
           path.substr(devices.size()) == device_id;
}

}  // namespace tandem::identity
