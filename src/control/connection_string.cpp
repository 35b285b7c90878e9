#include "control/connection_string.hpp"

#include "control/text.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace tandem::control {

namespace {

constexpr std::string_view mask = "****";

/// Names whose values are no secrets.
constexpr std::array<std::string_view, 15> harmless = {
    "Endpoint",        "EntityPath",    "SharedAccessKeyName", "TransportType",
    "HostName",        "AccountName",   "AccountEndpoint",     "DefaultEndpointsProtocol",
    "EndpointSuffix",  "BlobEndpoint",  "QueueEndpoint",       "TableEndpoint",
    "FileEndpoint",    "Authentication", "UseDevelopmentStorage"};

/// Members of documents that are a secret by themselves.
constexpr std::array<std::string_view, 10> secret_members = {
    "primaryKey", "secondaryKey", "accountKey", "accessKey",    "sharedAccessKey",
    "sasToken",   "sasKey",       "password",   "clientSecret", "sharedAccessSignature"};

/// Names that are shown, with a mask for their value. Any other could be part of a secret.
constexpr std::array<std::string_view, 3> secret_names = {"SharedAccessKey", "AccountKey",
                                                          "SharedAccessSignature"};

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

struct Part {
    std::string_view name;    ///< trimmed; empty: there is no "="
    std::string_view value;   ///< trimmed
    std::string_view whole;
};

std::vector<Part> parts_of(std::string_view text) {
    std::vector<Part> parts;
    while (true) {
        std::size_t const end = std::min(text.find(';'), text.size());
        std::string_view const whole = text.substr(0, end);
        std::size_t const equals = whole.find('=');
        bool const named = equals != whole.npos;
        parts.push_back({named ? trimmed(whole.substr(0, equals)) : std::string_view{},
                         trimmed(named ? whole.substr(equals + 1) : whole), whole});
        if (end == text.size()) return parts;
        text.remove_prefix(end + 1);
    }
}

/// Names, host names, paths: nothing in which more could be hidden.
bool is_plain(std::string_view value) {
    return std::all_of(value.begin(), value.end(), [](char c) {
        constexpr std::string_view others = "-._~:/$";
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != others.npos;
    });
}

template <class Names>
bool is_among(Names const& names, std::string_view wanted) {
    return std::any_of(names.begin(), names.end(),
                       [wanted](std::string_view name) { return equal_ci(name, wanted); });
}

std::string masked(Part const& part) {
    bool const nothing = part.name.empty() && part.value.empty();
    if (nothing || (is_among(harmless, part.name) && is_plain(part.value)))
        return std::string{part.whole};
    if (!is_among(harmless, part.name) && !is_among(secret_names, part.name))
        return std::string{mask};
    return std::string{part.name} + "=" + std::string{mask};
}

}  // namespace

std::string mask_connection_string(std::string_view text) {
    std::string whole;
    for (Part const& part : parts_of(text)) {
        if (part.whole.data() != text.data()) whole += ';';
        whole += masked(part);
    }
    return whole;
}

std::string unmask_connection_string(std::string const& sent, std::string const& kept) {
    if (kept.empty()) return sent;
    if (trimmed(sent).empty() || trimmed(sent) == mask) return kept;
    std::vector<Part> left = parts_of(kept);
    std::string whole;
    for (Part const& part : parts_of(sent)) {
        if (part.whole.data() != sent.data()) whole += ';';
        auto const same = std::find_if(left.begin(), left.end(), [&](Part const& one) {
            return part.value == mask && equal_ci(masked(one), trimmed(part.whole));
        });
        whole += same != left.end() ? same->whole : part.whole;
        if (same != left.end()) left.erase(same);
    }
    return whole;
}

std::string connection_value(std::string_view text, std::string_view name) {
    for (Part const& part : parts_of(text))
        if (equal_ci(part.name, name)) return std::string{part.value};
    return {};
}

bool holds_secret(std::string_view text) {
    std::string plain;
    for (char c : lower(text))
        if (!is_blank(c)) plain += c;
    for (char const* name : {"sharedaccesskey=", "accountkey=", "sharedaccesssignature",
                             "password=", "secret="})
        if (plain.find(name) != plain.npos) return true;
    for (std::size_t at = plain.find("sig="); at != plain.npos; at = plain.find("sig=", at + 1))
        if (at == 0 || plain[at - 1] == '&' || plain[at - 1] == '?' || plain[at - 1] == ';')
            return true;
    return false;
}

void hide_secrets(json::value& value, bool everywhere) {
    if (json::array* all = value.if_array()) {
        for (json::value& one : *all) hide_secrets(one, everywhere);
    } else if (json::object* object = value.if_object()) {
        std::vector<std::string> gone;
        for (auto& member : *object) {
            std::string_view const name{member.key().data(), member.key().size()};
            bool const text = member.value().is_string();
            if (text && is_among(secret_members, name)) gone.emplace_back(name);
            else if (text && equal_ci(name, "connectionString"))
                member.value() = mask_connection_string(
                    std::string_view{member.value().get_string()});
            else hide_secrets(member.value(), everywhere);
        }
        for (std::string const& name : gone) object->erase(name);
    } else if (everywhere && value.is_string()) {
        std::string_view const text{value.get_string()};
        if (holds_secret(text)) value = mask_connection_string(text);
    }
}

}  // namespace tandem::control
