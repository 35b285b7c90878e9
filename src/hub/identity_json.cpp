// hub/identity_json.cpp -- what a device document asks for.

#include "base/limits.hpp"
#include "codec/base64.hpp"
#include "codec/hex.hpp"
#include "codec/json.hpp"
#include "codec/utf8.hpp"
#include "hub/handlers.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace tandem::hub {
namespace {

constexpr std::size_t generated_key_bytes = 32;
constexpr std::size_t scope_bytes_max = 512;
constexpr std::size_t scopes_max = 8;

Error refuse(std::string why) { return Error{Errc::argument_invalid, std::move(why)}; }

/// A member as text; nullopt when absent or null.
Result<std::optional<std::string>> text_of(json::object const& parent, std::string_view name) {
    auto const* member = parent.if_contains(name);
    if (member == nullptr || member->is_null()) return std::optional<std::string>{};
    if (!member->is_string()) return refuse(std::string{name} + " must be a string");
    return std::optional{std::string{member->get_string()}};
}

Result<json::object const*> object_of(json::object const& parent, std::string_view name) {
    auto const* member = parent.if_contains(name);
    if (member == nullptr || member->is_null()) return static_cast<json::object const*>(nullptr);
    if (!member->is_object()) return refuse(std::string{name} + " must be an object");
    return &member->get_object();
}

bool device_id_char(char c) {
    constexpr std::string_view marks = "-.+%_#*?!(),:=@$'";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
}

Result<void> check_device_id(std::string const& id) {
    bool const fits = !id.empty() && id.size() <= limits::device_id_bytes_max;
    bool const dots = id == "." || id == "..";   // no HTTP client could name it in a path
    if (!fits || dots || !std::all_of(id.begin(), id.end(), device_id_char))
        return refuse("a device id has 1 to 128 letters, digits and - . + % _ # * ? ! ( ) , : = "
                      "@ $ '");
    return {};
}

std::string generate_key(Context const& context) {
    std::array<std::uint8_t, generated_key_bytes> bytes{};
    context.random.fill(bytes);
    return base64_encode({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
}

/// Absent: as it was; empty (or absent where there was none): a new one.
Result<std::string> read_key(json::object const* keys, std::string_view name,
                             std::string const& old, Context const& context) {
    std::optional<std::string> text;
    if (keys != nullptr) {
        TANDEM_TRY(text, text_of(*keys, name));
    }
    if (!text && !old.empty()) return old;
    if (!text || text->empty()) return generate_key(context);
    auto const bytes = base64_decode(*text);
    if (!bytes || bytes->size() < limits::symmetric_key_bytes_min ||
        bytes->size() > limits::symmetric_key_bytes_max)
        return refuse(std::string{name} + " must be 16 to 64 bytes in base64");
    return *std::move(text);
}

Result<std::string> read_thumbprint(json::object const& prints, std::string_view name) {
    constexpr std::size_t sha1_bytes = 20;
    constexpr std::size_t sha256_bytes = 32;
    TANDEM_TRY(auto const text, text_of(prints, name));
    if (!text || text->empty()) return std::string{};
    auto const bytes = hex_decode(*text);
    if (!bytes || (bytes->size() != sha1_bytes && bytes->size() != sha256_bytes))
        return refuse(std::string{name} + " must be a SHA-1 or SHA-256 thumbprint in hex");
    std::string upper = *text;
    std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
        return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return upper;
}

Result<record::AuthenticationType> read_type(json::object const& authentication,
                                             json::object const* prints) {
    TANDEM_TRY(auto const type, text_of(authentication, "type"));
    if (!type) {
        bool const has_print = prints != nullptr && prints->contains("primaryThumbprint") &&
                               prints->at("primaryThumbprint").is_string() &&
                               !prints->at("primaryThumbprint").get_string().empty();
        return has_print ? record::AUTH_SELF_SIGNED : record::AUTH_SAS;
    }
    if (*type == "sas") return record::AUTH_SAS;
    if (*type == "selfSigned") return record::AUTH_SELF_SIGNED;
    if (*type == "certificateAuthority") return record::AUTH_CERTIFICATE_AUTHORITY;
    if (*type == "none") return record::AUTH_NONE;
    return refuse("authentication.type is sas, selfSigned, certificateAuthority or none");
}

Result<record::Authentication> read_authentication(json::object const& body,
                                                   record::Authentication const* old,
                                                   Context const& context) {
    static json::object const nothing;
    TANDEM_TRY(auto const* given, object_of(body, "authentication"));
    if (given == nullptr && old != nullptr) return *old;
    auto const& authentication = given != nullptr ? *given : nothing;
    TANDEM_TRY(auto const* keys, object_of(authentication, "symmetricKey"));
    TANDEM_TRY(auto const* prints, object_of(authentication, "x509Thumbprint"));

    record::Authentication read;
    TANDEM_TRY(auto const type, read_type(authentication, prints));
    read.set_type(type);
    if (type == record::AUTH_SAS) {
        static record::Authentication const none;
        auto const& before = old != nullptr ? *old : none;
        TANDEM_TRY(auto primary, read_key(keys, "primaryKey", before.primary_key(), context));
        TANDEM_TRY(auto secondary, read_key(keys, "secondaryKey", before.secondary_key(), context));
        read.set_primary_key(std::move(primary));
        read.set_secondary_key(std::move(secondary));
    }
    if (type == record::AUTH_SELF_SIGNED) {
        auto const& given_prints = prints != nullptr ? *prints : nothing;
        TANDEM_TRY(auto primary, read_thumbprint(given_prints, "primaryThumbprint"));
        TANDEM_TRY(auto secondary, read_thumbprint(given_prints, "secondaryThumbprint"));
        if (primary.empty()) return refuse("selfSigned needs a primaryThumbprint");
        read.set_primary_thumbprint(std::move(primary));
        read.set_secondary_thumbprint(std::move(secondary));
    }
    return read;
}

Result<void> read_status(json::object const& body, record::Identity& identity, WallTime now) {
    auto const before = identity.status();
    TANDEM_TRY(auto const status, text_of(body, "status"));
    if (status && *status != "enabled" && *status != "disabled")
        return refuse("status is enabled or disabled");
    if (status)
        identity.set_status(*status == "enabled" ? record::DEVICE_ENABLED
                                                 : record::DEVICE_DISABLED);
    if (identity.status() != before) identity.set_status_updated_us(to_micros(now));

    TANDEM_TRY(auto const reason, text_of(body, "statusReason"));
    if (reason && utf8_characters(*reason) > limits::status_reason_characters_max)
        return refuse("statusReason is longer than 128 characters");
    identity.set_status_reason(reason.value_or(""));
    return {};
}

Result<void> read_scopes(json::object const& body, record::Identity& identity) {
    TANDEM_TRY(auto const* capabilities, object_of(body, "capabilities"));
    if (capabilities != nullptr) {
        auto const* edge = capabilities->if_contains("iotEdge");
        if (edge != nullptr && !edge->is_null() && !edge->is_bool())
            return refuse("capabilities.iotEdge must be true or false");
        identity.set_iot_edge(edge != nullptr && edge->is_bool() && edge->get_bool());
    }
    TANDEM_TRY(auto const scope, text_of(body, "deviceScope"));
    if (scope && scope->size() > scope_bytes_max) return refuse("deviceScope is too long");
    if (scope) identity.set_device_scope(*scope);
    if (identity.iot_edge() && identity.device_scope().empty())
        identity.set_device_scope("ms-azure-iot-edge://" + identity.device_id() + "-" +
                                  identity.generation_id());

    auto const* parents = body.if_contains("parentScopes");
    if (parents == nullptr || parents->is_null()) return {};
    if (!parents->is_array() || parents->get_array().size() > scopes_max)
        return refuse("parentScopes must be a short array of strings");
    identity.clear_parent_scopes();
    for (auto const& parent : parents->get_array()) {
        if (!parent.is_string() || parent.get_string().size() > scope_bytes_max)
            return refuse("parentScopes must be a short array of strings");
        identity.add_parent_scopes(std::string{parent.get_string()});
    }
    return {};
}

/// .NET's ticks of 100 ns since the year 1, as the real registry's generations look.
std::string new_generation(Context const& context) {
    constexpr std::int64_t ticks_1970 = 621'355'968'000'000'000;
    std::array<std::uint8_t, 1> last{};
    context.random.fill(last);
    return std::to_string(ticks_1970 + to_micros(context.now.wall) * 10 + last[0] % 10);
}

std::uint64_t first_counter(Context const& context) {
    std::array<std::uint8_t, 4> bytes{};
    context.random.fill(bytes);
    std::uint64_t counter = 0;
    for (auto const byte : bytes) counter = counter << 8 | byte;
    return counter + 1;
}

}  // namespace

Result<record::Identity> read_identity(std::string const& device_id, Bytes const& body,
                                       record::Identity const* old, Context const& context) {
    if (old == nullptr) TANDEM_CHECK(check_device_id(device_id));
    TANDEM_TRY(auto const document, parse_json_object(body));
    TANDEM_TRY(auto const named, text_of(document, "deviceId"));
    if (!named || *named != device_id)
        return refuse("deviceId in the body is not the one in the path");

    record::Identity identity;
    if (old != nullptr) {
        identity = *old;
        identity.set_etag_counter(old->etag_counter() + 1);
    } else {
        identity.set_device_id(device_id);
        identity.set_generation_id(new_generation(context));
        identity.set_etag_counter(first_counter(context));
    }
    TANDEM_TRY(auto authentication,
               read_authentication(document, old != nullptr ? &old->authentication() : nullptr,
                                   context));
    *identity.mutable_authentication() = std::move(authentication);
    TANDEM_CHECK(read_status(document, identity, context.now.wall));
    TANDEM_CHECK(read_scopes(document, identity));
    if (old == nullptr) identity.set_status_updated_us(0);
    return identity;
}

}  // namespace tandem::hub
