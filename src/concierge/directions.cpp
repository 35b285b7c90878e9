#include "concierge/directions.hpp"

#include "codec/base64.hpp"
#include "codec/json.hpp"
#include "codec/time_text.hpp"
#include "identity/ed25519.hpp"
#include "identity/secret.hpp"

#include <limits>

namespace tandem::concierge {

namespace {

Error malformed(char const* what) { return Error{Errc::malformed, what}; }

std::string text(json::object const& object, char const* name) {
    auto const* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->as_string()} : std::string{};
}

template <class Number>
Result<Number> number(json::object const& object, char const* name) {
    auto const* const value = object.if_contains(name);
    if (value == nullptr || !value->is_int64()) return malformed("a number is missing");
    std::int64_t const n = value->as_int64();
    if (n < 0 || n > std::int64_t{std::numeric_limits<Number>::max()})
        return malformed("a number is out of range");
    return static_cast<Number>(n);
}

/// RFC 7638: SHA-256 over the required members, in their alphabetical order, without blanks.
std::string key_id(ByteView public_key) {
    return base64url_encode(identity::digest("{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" +
                                             base64url_encode(public_key) + "\"}"));
}

}  // namespace

Endpoint const* Directions::endpoint(std::string_view protocol) const {
    for (Endpoint const& one : endpoints)
        if (one.protocol == protocol) return &one;
    return nullptr;
}

Bytes render_directions(Directions const& directions) {
    json::array endpoints;
    for (Endpoint const& one : directions.endpoints)
        endpoints.push_back(json::object{
            {"protocol", one.protocol}, {"address", one.address}, {"port", one.port}});
    return render_json(
        json::object{{"host", directions.host},
                     {"region", directions.region},
                     {"displayName", directions.display_name},
                     {"epoch", directions.epoch},
                     {"endpoints", std::move(endpoints)},
                     {"validForSeconds", directions.valid_for.count()},
                     {"issuedAt", format_iso8601(directions.issued_at)},
                     {"expiresAt", format_iso8601(directions.issued_at + directions.valid_for)}});
}

Result<Directions> read_directions(ByteView body) {
    if (body.size() > directions_bytes_max) return malformed("directions that are too long");
    auto const object = parse_json_object(body);
    if (!object.ok()) return malformed("directions that are no JSON object");
    Directions read;
    read.host = text(*object, "host");
    read.region = text(*object, "region");
    read.display_name = text(*object, "displayName");
    if (read.host.empty() || read.region.empty()) return malformed("directions without a name");
    TANDEM_TRY(read.epoch, number<std::uint32_t>(*object, "epoch"));
    TANDEM_TRY(auto const valid_for, number<std::int32_t>(*object, "validForSeconds"));
    read.valid_for = std::chrono::seconds{valid_for};
    auto const issued_at = parse_iso8601(text(*object, "issuedAt"));
    if (!issued_at) return malformed("directions without their time");
    read.issued_at = *issued_at;
    auto const* const endpoints = object->if_contains("endpoints");
    if (endpoints == nullptr || !endpoints->is_array() ||
        endpoints->as_array().size() > endpoints_max)
        return malformed("directions without endpoints, or with too many");
    for (auto const& value : endpoints->as_array()) {
        if (!value.is_object()) return malformed("an endpoint that is no object");
        Endpoint one{text(value.as_object(), "protocol"), text(value.as_object(), "address"), 0};
        TANDEM_TRY(one.port, number<std::uint16_t>(value.as_object(), "port"));
        if (one.protocol.empty() || one.address.empty() || one.port == 0)
            return malformed("an endpoint that leads nowhere");
        read.endpoints.push_back(std::move(one));
    }
    return read;
}

std::string sign_body(ByteView seed, ByteView body) {
    std::string const header = base64url_encode(
        "{\"alg\":\"EdDSA\",\"kid\":\"" + key_id(identity::ed25519_public_key(seed)) + "\"}");
    Bytes const signature = identity::ed25519_sign(seed, header + "." + base64url_encode(body));
    return header + ".." + base64url_encode(signature);
}

bool signed_by(std::vector<Bytes> const& public_keys, ByteView body, std::string_view signature) {
    auto const dots = signature.find("..");
    if (dots == std::string_view::npos || signature.size() > directions_bytes_max) return false;
    auto const header = base64url_decode(signature.substr(0, dots));
    auto const raw = base64url_decode(signature.substr(dots + 2));
    if (!header || !raw) return false;
    auto const object = parse_json_object(*header);
    // "crit" names what a verifier must understand, and we understand nothing beyond these.
    if (!object.ok() || text(*object, "alg") != "EdDSA" || object->contains("crit")) return false;
    std::string const input =
        std::string{signature.substr(0, dots)} + "." + base64url_encode(body);
    for (Bytes const& key : public_keys)
        if (identity::ed25519_verify(key, input, *raw)) return true;
    return false;
}

Bytes render_key_set(std::vector<Bytes> const& seeds) {
    json::array keys;
    for (Bytes const& seed : seeds) {
        Bytes const key = identity::ed25519_public_key(seed);
        keys.push_back(json::object{{"kty", "OKP"},
                                    {"crv", "Ed25519"},
                                    {"use", "sig"},
                                    {"alg", "EdDSA"},
                                    {"kid", key_id(key)},
                                    {"x", base64url_encode(key)}});
    }
    return render_json(json::object{{"keys", std::move(keys)}});
}

Result<std::vector<Bytes>> read_key_set(ByteView set) {
    if (set.size() > key_set_bytes_max) return malformed("a key set that is too long");
    auto const object = parse_json_object(set);
    if (!object.ok()) return malformed("a key set that is no JSON object");
    auto const* const list = object->if_contains("keys");
    if (list == nullptr || !list->is_array()) return malformed("a key set without keys");
    std::vector<Bytes> keys;
    for (auto const& value : list->as_array()) {
        if (!value.is_object()) return malformed("a key that is no object");
        json::object const& key = value.as_object();
        if (text(key, "kty") != "OKP" || text(key, "crv") != "Ed25519") continue;
        auto raw = base64url_decode(text(key, "x"));
        if (!raw || raw->size() != identity::ed25519_public_bytes)
            return malformed("an Ed25519 key of another length");
        if (keys.size() == keys_max) return malformed("a key set with too many keys");
        keys.push_back(std::move(*raw));
    }
    return keys;
}

}  // namespace tandem::concierge
