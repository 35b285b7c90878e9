#include "control/hub_settings.hpp"

#include "codec/hex.hpp"
#include "codec/ip_range.hpp"
#include "control/connection_string.hpp"
#include "control/hub_access.hpp"
#include "control/text.hpp"
#include "identity/secret.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace tandem::control {

namespace {

constexpr std::size_t fqdns_max = 100;            // ours
constexpr std::size_t comment_bytes_max = 4096;   // ours
constexpr std::size_t tags_max = 50;              // AZ
constexpr std::size_t tag_name_bytes_max = 512;
constexpr std::size_t tag_value_bytes_max = 256;

Refusal bad(std::string const& name, std::string const& why) {
    return {400980, name + " " + why + "."};
}

std::optional<Refusal> need_bools(json::object const& object,
                                  std::initializer_list<char const*> names) {
    for (char const* name : names) {
        json::value const* value = find(object, name);
        if (value != nullptr && !value->is_null() && !value->is_bool())
            return bad(name, "must be true or false");
    }
    return std::nullopt;
}

template <std::size_t N>
std::optional<Refusal> need_word(json::object& object, char const* name,
                                 std::array<char const*, N> const& words) {
    json::value const* value = find(object, name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    auto const sent = find_string(object, name);
    std::string all;
    for (char const* word : words) {
        if (sent && equal_ci(*sent, word)) return object[name] = word, std::nullopt;
        all += (all.empty() ? "" : ", ") + std::string{word};
    }
    return bad(name, "must be one of " + all);
}

std::optional<Refusal> need_duration(json::object const& object, char const* name, Duration lowest,
                                     Duration highest) {
    json::value const* value = find(object, name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    auto const duration = parse_duration(find_string(object, name).value_or(""));
    if (!duration) return bad(name, "must be an ISO 8601 duration such as PT1H");
    if (*duration >= lowest && *duration <= highest) return std::nullopt;
    auto const seconds = [](Duration d) { return std::to_string(d / 1s); };
    return bad(name, "must be from " + seconds(lowest) + " to " + seconds(highest) + " seconds");
}

std::optional<Refusal> need_count(json::object const& object, char const* name) {
    json::value const* value = find(object, name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    auto const count = find_integer(object, name);
    if (count && *count >= 1 && *count <= 100) return std::nullopt;
    return bad(name, "must be from 1 to 100");
}

/// The member as an object; `bad_one` is set when it is something else.
json::object* object_member(json::object& object, char const* name,
                            std::optional<Refusal>& bad_one) {
    json::value* value = object.if_contains(name);
    if (value == nullptr || value->is_null()) return nullptr;
    if (!value->is_object()) bad_one = bad(name, "must be an object");
    return value->if_object();
}

std::optional<Refusal> read_queue(json::object const& queue) {
    if (auto refused = need_duration(queue, "lockDurationAsIso8601", 5s, 300s)) return refused;
    if (auto refused = need_duration(queue, "ttlAsIso8601", 60s, 48h)) return refused;
    return need_count(queue, "maxDeliveryCount");
}

std::optional<Refusal> read_cloud_to_device(json::object& properties) {
    std::optional<Refusal> refused;
    json::object* object = object_member(properties, "cloudToDevice", refused);
    if (object == nullptr) return refused;
    if ((refused = need_count(*object, "maxDeliveryCount"))) return refused;
    if ((refused = need_duration(*object, "defaultTtlAsIso8601", 60s, 48h))) return refused;
    json::object* feedback = object_member(*object, "feedback", refused);
    return feedback != nullptr ? read_queue(*feedback) : refused;
}

std::optional<Refusal> read_notifications(json::object& properties) {
    std::optional<Refusal> refused;
    json::object* all = object_member(properties, "messagingEndpoints", refused);
    if (all == nullptr) return refused;
    for (auto& member : *all) {
        if (!member.value().is_object())
            return bad("messagingEndpoints", "must hold objects");
        if ((refused = read_queue(member.value().get_object()))) return refused;
    }
    return std::nullopt;
}

std::string connection_of(json::object const* properties) {
    json::object const* all = properties ? find_object(*properties, "storageEndpoints") : nullptr;
    json::object const* one = all ? find_object(*all, "$default") : nullptr;
    return one ? find_string(*one, "connectionString").value_or("") : "";
}

std::optional<Refusal> read_storage(json::object& properties, json::object const* before) {
    std::optional<Refusal> refused;
    json::object* all = object_member(properties, "storageEndpoints", refused);
    if (all == nullptr) return refused;
    json::object* one = object_member(*all, "$default", refused);
    if (one == nullptr) return refused;
    constexpr std::array<char const*, 2> types = {"keyBased", "identityBased"};
    if ((refused = need_word(*one, "authenticationType", types))) return refused;
    if ((refused = need_duration(*one, "sasTtlAsIso8601", 60s, 24h))) return refused;
    std::string connection = find_string(*one, "connectionString").value_or("");
    if (!connection.empty() && before != nullptr)
        connection = unmask_connection_string(connection, connection_of(before));
    if (connection.empty()) return std::nullopt;
    (*one)["connectionString"] = connection;
    if (connection_value(connection, "AccountName").empty() ||
        connection_value(connection, "AccountKey").empty())
        if (find_string(*one, "authenticationType") != "identityBased")
            return Refusal{400116, "The connection string of the storage endpoint '$default' is "
                                   "not one: AccountName and AccountKey are needed."};
    if (find_string(*one, "containerName").value_or("").empty())
        return Refusal{400123, "The storage endpoint '$default' needs a containerName."};
    return std::nullopt;
}

std::optional<Refusal> read_rules(json::object& object, char const* name,
                                  std::array<char const*, 2> const& actions) {
    json::value* all = object.if_contains(name);
    if (all == nullptr || all->is_null()) return std::nullopt;
    if (!all->is_array()) return bad(name, "must be an array");
    if (all->get_array().size() > ip_rules_max)
        return bad(name, "has more than " + std::to_string(ip_rules_max) + " rules");
    std::set<std::string> names;
    for (json::value& one : all->get_array()) {
        if (!one.is_object()) return bad(name, "must hold objects");
        json::object& rule = one.get_object();
        std::string const filter = find_string(rule, "filterName").value_or("");
        if (filter.empty() || filter.size() > 128) return bad(name, "has a rule without a name");
        if (!names.insert(lower(filter)).second)
            return bad(name, "has the rule '" + filter + "' twice");
        if (!rule.contains("action")) rule["action"] = actions.front();
        if (auto refused = need_word(rule, "action", actions)) return refused;
        std::string const ip = find_string(rule, "ipMask").value_or("");
        if (!parse_ip_range(ip))
            return Refusal{400981, "'" + ip + "' of rule '" + filter +
                                       "' is not an IP address or a CIDR range."};
    }
    return std::nullopt;
}

std::optional<Refusal> read_network(json::object& properties) {
    constexpr std::array<char const*, 2> access = {"Enabled", "Disabled"};
    if (auto refused = need_word(properties, "publicNetworkAccess", access)) return refused;
    constexpr std::array<char const*, 2> filter = {"Accept", "Reject"};
    if (auto refused = read_rules(properties, "ipFilterRules", filter)) return refused;
    std::optional<Refusal> refused;
    json::object* rules = object_member(properties, "networkRuleSets", refused);
    if (rules != nullptr) {
        constexpr std::array<char const*, 2> defaults = {"Deny", "Allow"};
        if ((refused = need_word(*rules, "defaultAction", defaults))) return refused;
        if ((refused = need_bools(*rules, {"applyToBuiltInEventHubEndpoint"}))) return refused;
        if (!rules->contains("applyToBuiltInEventHubEndpoint"))
            (*rules)["applyToBuiltInEventHubEndpoint"] = false;
        if (!rules->contains("ipRules")) (*rules)["ipRules"] = json::array{};
        constexpr std::array<char const*, 2> allow = {"Allow", "Allow"};
        refused = read_rules(*rules, "ipRules", allow);
    }
    if (refused) return refused;
    json::value const* list = find(properties, "allowedFqdnList");
    if (list == nullptr || list->is_null()) return std::nullopt;
    if (!list->is_array() || list->get_array().size() > fqdns_max)
        return bad("allowedFqdnList", "must be an array of at most 100 host names");
    for (json::value const& one : list->get_array()) {
        std::string const name = one.is_string() ? std::string{one.get_string()} : "";
        bool const good = !name.empty() && name.size() <= 253 &&
                          std::all_of(name.begin(), name.end(), [](char c) {
                              return is_letter_or_digit(c) || c == '-' || c == '.' || c == '*';
                          });
        if (!good) return bad("allowedFqdnList", "holds '" + name + "', which is no host name");
    }
    return std::nullopt;
}

std::optional<Refusal> read_preview_parts(json::object& properties) {
    std::optional<Refusal> refused;
    if (json::object* root = object_member(properties, "rootCertificate", refused))
        refused = need_bools(*root, {"enableRootCertificateV2"});
    if (refused) return refused;
    if (json::object* encryption = object_member(properties, "encryption", refused)) {
        json::value const* keys = find(*encryption, "keyVaultProperties");
        if (keys != nullptr && !keys->is_null() && !keys->is_array())
            return bad("encryption.keyVaultProperties", "must be an array");
    }
    if (json::object* streams = object_member(properties, "deviceStreams", refused)) {
        json::value const* endpoints = find(*streams, "streamingEndpoints");
        if (endpoints != nullptr && !endpoints->is_null() && !endpoints->is_array())
            return bad("deviceStreams.streamingEndpoints", "must be an array");
    }
    if (refused) return refused;
    constexpr std::array<char const*, 3> versions = {"ipv4", "ipv6", "ipv4ipv6"};
    return need_word(properties, "ipVersion", versions);
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
    if (!text.starts_with('P') || text.size() > 32) return std::nullopt;
    text.remove_prefix(1);
    struct Unit {
        char letter;
        bool of_time;
        Duration size;
    };
    static constexpr std::array<Unit, 4> units = {
        {{'D', false, 24h}, {'H', true, 1h}, {'M', true, 1min}, {'S', true, 1s}}};
    Duration total{0};
    bool time = false;
    std::size_t next = 0;
    bool any = false;
    while (!text.empty()) {
        if (text.front() == 'T') {
            if (time || text.size() == 1) return std::nullopt;
            time = true;
            text.remove_prefix(1);
            continue;
        }
        std::uint32_t count = 0;
        auto const [stop, failed] =
            std::from_chars(text.data(), text.data() + text.size(), count);
        if (failed != std::errc{} || stop == text.data() + text.size()) return std::nullopt;
        while (next < units.size() &&
               (units[next].letter != *stop || units[next].of_time != time))
            ++next;
        if (next == units.size() || count > 1'000'000) return std::nullopt;
        total += units[next++].size * count;
        text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + 1);
        any = true;
    }
    if (!any) return std::nullopt;
    return total;
}

bool is_no_object(json::object const& object, std::string_view name) {
    json::value const* value = find(object, name);
    return value != nullptr && !value->is_null() && !value->is_object();
}

std::optional<Refusal> read_tags(json::object const& tags) {
    if (tags.size() > tags_max)
        return Refusal{400982, "A resource has at most " + std::to_string(tags_max) + " tags."};
    for (auto const& tag : tags) {
        std::string const name{tag.key()};
        if (name.empty() || name.size() > tag_name_bytes_max)
            return Refusal{400982, "A tag's name has 1 to 512 bytes."};
        if (!tag.value().is_string() || tag.value().get_string().size() > tag_value_bytes_max)
            return Refusal{400982,
                           "The value of tag '" + name + "' must be a text of at most 256 bytes."};
    }
    return std::nullopt;
}

std::optional<Refusal> read_identity(json::object& identity, std::string const& tenant,
                                     std::string const& seed) {
    constexpr std::array<char const*, 4> types = {"SystemAssigned", "UserAssigned",
                                                  "SystemAssigned, UserAssigned", "None"};
    json::value const* named = find(identity, "type");
    if (named != nullptr && !named->is_null() && !named->is_string())
        return Refusal{400983, "The type of an identity must be a text."};
    std::string const sent = region_key(find_string(identity, "type").value_or("None"));
    auto const type = std::find_if(types.begin(), types.end(), [&](char const* one) {
        return region_key(one) == sent;
    });
    if (type == types.end())
        return Refusal{400983, "'" + find_string(identity, "type").value_or("") +
                                   "' is not a type of identity: use SystemAssigned, UserAssigned, "
                                   "both with a comma between, or None."};
    auto const guid_of = [&seed](std::string const& what) {
        std::string text = hex_encode(identity::digest(seed + "/" + what)).substr(0, 32);
        for (std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
        return text;
    };
    json::object made{{"type", *type}};
    std::string_view const chosen{*type};
    if (chosen.starts_with("SystemAssigned")) {
        made["principalId"] = guid_of("system");
        made["tenantId"] = tenant;
    }
    if (chosen.find("UserAssigned") != std::string_view::npos) {
        json::object users;
        json::object const* listed = find_object(identity, "userAssignedIdentities");
        if (listed == nullptr || listed->empty())
            return Refusal{400983, "userAssignedIdentities is required."};
        for (auto const& user : *listed) {
            if (user.value().is_null()) continue;   // a null takes one away
            std::string const id{user.key()};
            users[id] = json::object{{"principalId", guid_of(id)}, {"clientId", guid_of("c" + id)}};
        }
        made["userAssignedIdentities"] = std::move(users);
    }
    identity = std::move(made);
    return std::nullopt;
}

std::optional<Refusal> read_settings(json::object& properties, json::object const* before) {
    std::optional<Refusal> refused = need_bools(
        properties, {"disableLocalAuth", "disableDeviceSAS", "disableModuleSAS",
                     "restrictOutboundNetworkAccess", "enableFileUploadNotifications",
                     "enableDataResidency"});
    if (!refused) refused = read_network(properties);
    if (!refused) refused = read_cloud_to_device(properties);
    if (!refused) refused = read_notifications(properties);
    if (!refused) refused = read_storage(properties, before);
    if (!refused) refused = read_preview_parts(properties);
    if (refused) return refused;
    if (json::value const* comments = find(properties, "comments");
        comments && !comments->is_null() &&
        (!comments->is_string() || comments->get_string().size() > comment_bytes_max))
        return bad("comments", "must be a text of at most 4096 bytes");
    return std::nullopt;
}

void project_settings(json::object& properties, std::string const& api_version) {
    if (!api_version.ends_with("-preview"))
        for (char const* name : {"encryption", "deviceStreams", "rootCertificate"})
            properties.erase(name);
    if (api_version != "2023-06-30-preview") properties.erase("ipVersion");
    if (api_version == "2019-07-01-preview" && !properties.contains("deviceStreams"))
        properties["deviceStreams"] = json::object{{"streamingEndpoints", json::array{}}};
    for (auto& member : properties) {
        std::string_view const name{member.key().data(), member.key().size()};
        // control/routing.cpp looks at the endpoints in "routing"; its conditions are no secrets.
        hide_secrets(member.value(), equal_ci(name, "storageEndpoints") ||
                                         (name != "routing" && equal_ci(name, "routing")));
    }
}

}  // namespace tandem::control
