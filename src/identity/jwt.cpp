#include "identity/jwt.hpp"

#include "codec/base64.hpp"
#include "identity/ed25519.hpp"

#include <optional>

namespace tandem::identity {

namespace {

constexpr std::string_view algorithm = "EdDSA";

Error no(char const* why) { return Error{Errc::unauthorized, why}; }

json::value const* member(json::object const& object, std::string_view name) {
    return object.if_contains({name.data(), name.size()});
}

bool has_text(json::object const& object, std::string_view name, std::string_view wanted) {
    auto const* value = member(object, name);
    return value != nullptr && value->is_string() &&
           std::string_view{value->get_string().data(), value->get_string().size()} == wanted;
}

Result<json::object> read_part(std::string_view text) {
    auto const bytes = base64url_decode(text);
    if (!bytes) return no("encoding");
    auto object = parse_json_object(*bytes);
    if (!object.ok()) return no("json");
    return object;
}

Result<Bytes const*> key_of(json::object const& header, std::vector<JwtKey> const& keys,
                            JwtExpected const& expected) {
    if (!has_text(header, "alg", algorithm)) return no("algorithm");
    if (!has_text(header, "typ", expected.type)) return no("type");
    // Whatever it says must be understood, and nothing of it is.
    if (member(header, "crit") != nullptr) return no("crit");
    std::string const id = claim_text(header, "kid");
    if (id.empty() || id.size() > jwt_key_id_bytes_max) return no("kid");
    for (JwtKey const& key : keys)
        if (key.id == id) return &key.public_key;
    return no("kid");
}

bool audience_is(json::object const& claims, std::string const& wanted) {
    if (has_text(claims, "aud", wanted)) return true;
    auto const* several = member(claims, "aud");
    if (several == nullptr || !several->is_array()) return false;
    for (auto const& one : several->get_array())
        if (one.is_string() && one.get_string() == json::string_view{wanted}) return true;
    return false;
}

/// A time claim in seconds. The outer nullopt: it is there and no integer.
std::optional<std::optional<std::int64_t>> time_claim(json::object const& claims,
                                                      std::string_view name) {
    auto const* value = member(claims, name);
    if (value == nullptr) return std::optional<std::int64_t>{};
    if (!value->is_int64()) return std::nullopt;
    return std::optional{value->get_int64()};
}

Result<void> check_times(json::object const& claims, WallTime now) {
    auto const expires = time_claim(claims, "exp");
    auto const not_before = time_claim(claims, "nbf");
    auto const issued = time_claim(claims, "iat");
    if (!expires || !not_before || !issued) return no("time");
    if (!*expires) return no("no expiry");
    if (**expires <= to_seconds(now)) return no("expired");
    std::int64_t const latest = to_seconds(now + jwt_clock_skew_max);
    if (*not_before && **not_before > latest) return no("not yet");
    if (*issued && **issued > latest) return no("not yet");
    return {};
}

}  // namespace

std::string sign_jwt(json::object const& claims, std::string_view type, std::string_view key_id,
                     ByteView seed) {
    std::string const header = "{\"alg\":" + json_string(algorithm) +
                               ",\"kid\":" + json_string(key_id) +
                               ",\"typ\":" + json_string(type) + "}";
    std::string text = base64url_encode(header) + "." + base64url_encode(render_json(claims));
    return text + "." + base64url_encode(ed25519_sign(seed, text));
}

Result<json::object> verify_jwt(std::string_view text, std::vector<JwtKey> const& keys,
                                JwtExpected const& expected, WallTime now) {
    if (text.size() > jwt_bytes_max) return no("size");
    std::size_t const first = text.find('.');
    std::size_t const second = first == text.npos ? first : text.find('.', first + 1);
    if (second == text.npos || text.find('.', second + 1) != text.npos) return no("parts");
    TANDEM_TRY(auto const header, read_part(text.substr(0, first)));
    TANDEM_TRY(auto const* const key, key_of(header, keys, expected));
    auto const signature = base64url_decode(text.substr(second + 1));
    if (!signature || !ed25519_verify(*key, text.substr(0, second), *signature))
        return no("signature");
    TANDEM_TRY(auto claims, read_part(text.substr(first + 1, second - first - 1)));
    if (!has_text(claims, "iss", expected.issuer)) return no("issuer");
    if (!audience_is(claims, expected.audience)) return no("audience");
    TANDEM_CHECK(check_times(claims, now));
    return claims;
}

std::string claim_text(json::object const& claims, std::string_view name) {
    auto const* value = member(claims, name);
    if (value == nullptr || !value->is_string()) return {};
    return {value->get_string().data(), value->get_string().size()};
}

std::uint64_t claim_number(json::object const& claims, std::string_view name) {
    auto const* value = member(claims, name);
    if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return 0;
    return static_cast<std::uint64_t>(value->get_int64());
}

}  // namespace tandem::identity
