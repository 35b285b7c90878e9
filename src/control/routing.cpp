#include "control/routing.hpp"

#include "control/connection_string.hpp"
#include "control/text.hpp"
#include "hub/condition.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace tandem::control {

namespace {

constexpr char const* cosmos_kind = "cosmosDBSqlContainers";
constexpr std::array<char const*, 5> kinds = {"serviceBusQueues", "serviceBusTopics", "eventHubs",
                                              "storageContainers", cosmos_kind};
constexpr char const* without_cosmos = "2021-07-02";   // the api-version that does not know them
constexpr std::array<char const*, 8> sources = {
    "Invalid",          "DeviceMessages",        "TwinChangeEvents",   "DeviceLifecycleEvents",
    "DeviceJobLifecycleEvents", "DigitalTwinChangeEvents", "DeviceConnectionStateEvents",
    "MqttBrokerMessages"};
constexpr std::array<char const*, 3> encodings = {"Avro", "AvroDeflate", "JSON"};
constexpr std::array<char const*, 4> reserved = {"events", "operationsMonitoringEvents",
                                                 "fileNotifications", "$default"};
constexpr std::array<char const*, 3> secrets = {"connectionString", "primaryKey", "secondaryKey"};
constexpr std::size_t name_bytes_max = 64;

std::string text_of(json::object const& object, char const* name) {
    return find_string(object, name).value_or("");
}

/// The member as an array, made if need be; nullptr: it is something else.
json::array* need_array(json::object& object, char const* name) {
    json::value& value = object[name];
    if (value.is_null()) value = json::array{};
    return value.if_array();
}

/// Puts the canonical spelling in the member's place. False: it has a value that is none.
template <class Words>
bool make_canonical(json::object& object, char const* name, Words const& words) {
    auto const sent = find_string(object, name);
    if (!sent) return true;
    for (char const* word : words)
        if (equal_ci(word, *sent)) return object[name] = word, true;
    return false;
}

Refusal bad_endpoint(std::string const& name, std::string const& why) {
    return {400960, "The routing endpoint '" + name + "' is not valid: " + why + "."};
}

json::object const* endpoint_of(json::object const* routing, char const* kind,
                                std::string const& name) {
    json::object const* endpoints = routing ? find_object(*routing, "endpoints") : nullptr;
    json::value const* all = endpoints ? find(*endpoints, kind) : nullptr;
    if (all == nullptr || !all->is_array()) return nullptr;
    for (json::value const& one : all->get_array())
        if (one.is_object() && equal_ci(text_of(one.get_object(), "name"), name))
            return &one.get_object();
    return nullptr;
}

/// Members that have one of these names in another case get it.
template <class Names>
void spell_members(json::object& object, Names const& names) {
    std::vector<std::string> others;
    for (char const* name : names) {
        others.clear();
        for (auto const& member : object)
            if (member.key() != name && equal_ci({member.key().data(), member.key().size()}, name))
                others.emplace_back(member.key());
        for (std::string const& other : others) {
            json::value member = object.at(other);
            if (!object.contains(name)) object[name] = std::move(member);
            object.erase(other);
        }
    }
}

/// What was hidden of the endpoint `before` when the client read it, and comes back hidden or not
/// at all, stays.
void keep_secrets(json::object& endpoint, json::object const* before) {
    spell_members(endpoint, secrets);
    if (before == nullptr) return;
    bool const by_identity = equal_ci(text_of(endpoint, "authenticationType"), "identityBased");
    for (char const* secret : secrets) {
        std::string const kept = text_of(*before, secret);
        if (kept.empty() || by_identity) continue;
        endpoint[secret] = unmask_connection_string(text_of(endpoint, secret), kept);
    }
    json::value hidden = *before;
    hide_secrets(hidden, true);
    for (auto const& member : *before) {
        json::value const* shown = hidden.get_object().if_contains(member.key());
        json::value const* sent = endpoint.if_contains(member.key());
        if (shown != nullptr && sent != nullptr && *sent == *shown)
            endpoint[member.key()] = member.value();
        if (shown == nullptr && sent == nullptr && !by_identity)
            endpoint[member.key()] = member.value();
    }
    if (!endpoint.contains("id") && before->contains("id")) endpoint["id"] = before->at("id");
}

/// What makes a path of a blob: each must be there.
bool valid_file_format(std::string const& format) {
    for (char const* part :
         {"{iothub}", "{partition}", "{YYYY}", "{MM}", "{DD}", "{HH}", "{mm}"})
        if (format.find(part) == std::string::npos) return false;
    return true;
}

std::optional<Refusal> read_storage(json::object& endpoint, std::string const& name) {
    std::string const container = text_of(endpoint, "containerName");
    bool const container_ok =
        container.size() >= 3 && container.size() <= 63 &&
        std::all_of(container.begin(), container.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '$';
        });
    if (!container_ok)
        return Refusal{400123, "The storage endpoint '" + name +
                                   "' needs a valid containerName: 3 to 63 lower case letters, "
                                   "digits and hyphens."};
    auto const connection = find_string(endpoint, "connectionString");
    if (connection && !connection->empty() &&
        (connection_value(*connection, "AccountName").empty() ||
         connection_value(*connection, "AccountKey").empty()))
        return Refusal{400116, "The connection string of the storage endpoint '" + name +
                                   "' is not one: AccountName and AccountKey are needed."};
    if (auto const format = find_string(endpoint, "fileNameFormat");
        format && !valid_file_format(*format))
        return bad_endpoint(name, "fileNameFormat must have {iothub}, {partition}, {YYYY}, {MM}, "
                                  "{DD}, {HH} and {mm}");
    if (!make_canonical(endpoint, "encoding", encodings))
        return bad_endpoint(name, "encoding must be Avro, AvroDeflate or JSON");
    struct Range {
        char const* name;
        std::int64_t lowest, highest;
    };
    for (Range const& range : {Range{"batchFrequencyInSeconds", 60, 720},
                               Range{"maxChunkSizeInBytes", 10'485'760, 524'288'000}}) {
        json::value const* sent = find(endpoint, range.name);
        if (sent == nullptr || sent->is_null()) continue;
        auto const number = find_integer(endpoint, range.name);
        if (!number || *number < range.lowest || *number > range.highest)
            return bad_endpoint(name, std::string{range.name} + " must be from " +
                                          std::to_string(range.lowest) + " to " +
                                          std::to_string(range.highest));
    }
    return std::nullopt;
}

std::optional<Refusal> read_endpoint(json::object& endpoint, std::string_view kind,
                                     RoutingPlace const& place) {
    std::string const name = text_of(endpoint, "name");
    if (!is_plain_name(name, name_bytes_max))
        return bad_endpoint(name, "a name has 1 to 64 letters, digits, '-', '.' and '_'");
    for (char const* taken : reserved)
        if (equal_ci(taken, name)) return bad_endpoint(name, "the name is reserved");
    constexpr std::array<char const*, 2> types = {"keyBased", "identityBased"};
    if (!make_canonical(endpoint, "authenticationType", types))
        return bad_endpoint(name, "authenticationType must be keyBased or identityBased");
    bool const by_identity = text_of(endpoint, "authenticationType") == "identityBased";
    bool const cosmos = kind == "cosmosDBSqlContainers";
    if (cosmos) {
        for (char const* needed : {"endpointUri", "databaseName", "containerName"})
            if (text_of(endpoint, needed).empty())
                return bad_endpoint(name, std::string{needed} + " is required");
    } else if (by_identity) {
        if (text_of(endpoint, "endpointUri").empty())
            return bad_endpoint(name, "endpointUri is required with identityBased");
        if (kind != "storageContainers" && text_of(endpoint, "entityPath").empty())
            return bad_endpoint(name, "entityPath is required with identityBased");
    } else if (text_of(endpoint, "connectionString").empty()) {
        return kind == "storageContainers"
                   ? Refusal{400116, "The storage endpoint '" + name +
                                         "' needs a connection string."}
                   : bad_endpoint(name, "connectionString is required");
    }
    if (kind == "storageContainers")
        if (auto refused = read_storage(endpoint, name)) return refused;
    if (!cosmos && kind != "storageContainers" && !by_identity &&
        text_of(endpoint, "connectionString").find("Endpoint=sb://") == std::string::npos)
        return bad_endpoint(name, "connectionString must begin with Endpoint=sb://");
    if (text_of(endpoint, "subscriptionId").empty())
        endpoint["subscriptionId"] = place.subscription;
    if (text_of(endpoint, "resourceGroup").empty()) endpoint["resourceGroup"] = place.group;
    return std::nullopt;
}

/// In every object of an array.
void rename_members(json::value& array, char const* from, char const* to) {
    if (!array.is_array()) return;
    for (json::value& one : array.get_array()) {
        if (!one.is_object() || !one.get_object().contains(from)) continue;
        json::value member = one.get_object()[from];
        one.get_object().erase(from);
        one.get_object()[to] = std::move(member);
    }
}

/// Checks all endpoints; `names` has them afterwards.
std::optional<Refusal> read_endpoints(json::object& routing, json::object const* before,
                                      RoutingLimits const& limits, RoutingPlace const& place,
                                      std::set<std::string>& names) {
    json::object& endpoints = need_object(routing, "endpoints");
    spell_members(endpoints, kinds);
    if (json::value const* old = endpoints.if_contains("cosmosDBSqlCollections")) {
        json::value renamed = *old;
        endpoints.erase("cosmosDBSqlCollections");
        rename_members(renamed, "collectionName", "containerName");
        endpoints["cosmosDBSqlContainers"] = std::move(renamed);
    }
    for (char const* kind : kinds) {
        json::array* all = need_array(endpoints, kind);
        if (all == nullptr) return Refusal{400960, std::string{kind} + " must be an array."};
        for (json::value& one : *all) {
            if (!one.is_object())
                return Refusal{400960, "A routing endpoint must be an object."};
            json::object& endpoint = one.get_object();
            std::string const name = text_of(endpoint, "name");
            keep_secrets(endpoint, endpoint_of(before, kind, name));
            if (auto refused = read_endpoint(endpoint, kind, place)) return refused;
            if (!names.insert(lower(name)).second)
                return bad_endpoint(name, "the name is used twice");
        }
    }
    for (auto& other : endpoints) {   // kinds that we do not know
        std::string const kind{other.key()};
        if (!other.value().is_array() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end())
            continue;
        for (json::value& one : other.value().get_array())
            if (json::object* endpoint = one.if_object())
                keep_secrets(*endpoint,
                             endpoint_of(before, kind.c_str(), text_of(*endpoint, "name")));
    }
    if (names.size() > limits.endpoints)
        return Refusal{400963, "A hub in this tier has at most " +
                                   std::to_string(limits.endpoints) +
                                   " custom routing endpoints."};
    return std::nullopt;
}

Refusal bad_route(std::string const& name, std::string const& why) {
    return {400961, "The route '" + name + "' is not valid: " + why + "."};
}

std::optional<Refusal> read_route(json::object& route, bool fallback,
                                  std::set<std::string> const& endpoints) {
    std::string const name = text_of(route, "name");
    if (!fallback && !is_plain_name(name, name_bytes_max))
        return bad_route(name, "a name has 1 to 64 letters, digits, '-', '.' and '_'");
    auto const source = routing_source(text_of(route, "source"));
    if (!source) return bad_route(name, "the source '" + text_of(route, "source") + "' is unknown");
    if (fallback && *source != "DeviceMessages")
        return bad_route(name, "the source of the fallback route is DeviceMessages");
    route["source"] = *source;
    json::value const* named = find(route, "endpointNames");
    if (named == nullptr || !named->is_array() || named->get_array().size() != 1 ||
        !named->get_array()[0].is_string())
        return bad_route(name, "endpointNames must have one endpoint");
    std::string const endpoint{named->get_array()[0].get_string()};
    if (!endpoints.contains(lower(endpoint)))
        return bad_route(name, "there is no endpoint '" + endpoint + "'");
    json::value const* enabled = find(route, "isEnabled");
    if (enabled == nullptr || enabled->is_null()) route["isEnabled"] = true;
    else if (!find_bool(route, "isEnabled")) return bad_route(name, "isEnabled must be a boolean");
    json::value const* condition = find(route, "condition");
    if (condition != nullptr && !condition->is_null() && !condition->is_string())
        return bad_route(name, "the condition must be a text");
    auto const compiled = hub::Condition::compile(text_of(route, "condition"));
    if (auto const* error = std::get_if<hub::CompileError>(&compiled))
        return Refusal{400962, "The condition of route '" + name + "' cannot be compiled: line " +
                                   std::to_string(error->start.line) + ", column " +
                                   std::to_string(error->start.column) + ": " + error->message};
    return std::nullopt;
}

std::optional<Refusal> read_routes(json::object& routing, RoutingLimits const& limits,
                                   std::set<std::string> const& endpoints) {
    json::array* routes = need_array(routing, "routes");
    if (routes == nullptr) return Refusal{400961, "routes must be an array."};
    if (routes->size() > limits.routes)
        return Refusal{400964, "A hub in this tier has at most " + std::to_string(limits.routes) +
                                   " routes."};
    std::set<std::string> names;
    for (json::value& one : *routes) {
        if (!one.is_object()) return Refusal{400961, "A route must be an object."};
        if (auto refused = read_route(one.get_object(), false, endpoints)) return refused;
        std::string const name = text_of(one.get_object(), "name");
        if (!names.insert(lower(name)).second) return bad_route(name, "the name is used twice");
    }
    json::value* fallback = routing.if_contains("fallbackRoute");
    if (fallback == nullptr || fallback->is_null()) return std::nullopt;
    if (!fallback->is_object()) return Refusal{400961, "fallbackRoute must be an object."};
    return read_route(fallback->get_object(), true, endpoints);
}

std::optional<Refusal> read_enrichments(json::object& routing, RoutingLimits const& limits,
                                        std::set<std::string> const& endpoints) {
    json::value const* all = routing.if_contains("enrichments");
    if (all == nullptr || all->is_null()) return std::nullopt;
    if (!all->is_array()) return Refusal{400965, "enrichments must be an array."};
    if (all->get_array().size() > limits.enrichments)
        return Refusal{400965, "A hub in this tier has at most " +
                                   std::to_string(limits.enrichments) + " enrichments."};
    std::set<std::string> keys;
    for (json::value const& one : all->get_array()) {
        json::object const* object = one.if_object();
        std::string const key = object ? text_of(*object, "key") : "";
        if (key.empty() || text_of(*object, "value").empty())
            return Refusal{400965, "An enrichment needs a key and a value."};
        if (!keys.insert(key).second)
            return Refusal{400965, "The enrichment key '" + key + "' is used twice."};
        json::value const* named = find(*object, "endpointNames");
        if (named == nullptr || !named->is_array() || named->get_array().empty())
            return Refusal{400965, "The enrichment '" + key + "' needs endpointNames."};
        for (json::value const& name : named->get_array()) {
            std::string const endpoint = name.is_string() ? std::string{name.get_string()} : "";
            if (!endpoints.contains(lower(endpoint)))
                return Refusal{400131, "Enrichment has an undefined endpoint, Enrichment Key:" +
                                           key + ", EndpointName:" + endpoint + "."};
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> routing_source(std::string_view text) {
    for (char const* known : sources)
        if (equal_ci(known, text)) return known;
    return std::nullopt;
}

std::optional<Refusal> read_routing(json::object& routing, json::object const* before,
                                    RoutingLimits const& limits, RoutingPlace const& place) {
    std::set<std::string> names;
    if (auto refused = read_endpoints(routing, before, limits, place, names)) return refused;
    names.insert("events");
    if (auto refused = read_routes(routing, limits, names)) return refused;
    return read_enrichments(routing, limits, names);
}

std::vector<json::object const*> custom_endpoints(json::object const& routing) {
    std::vector<json::object const*> found;
    json::object const* endpoints = find_object(routing, "endpoints");
    if (endpoints == nullptr) return found;
    for (char const* kind : kinds)
        if (json::value const* all = find(*endpoints, kind); all && all->is_array())
            for (json::value const& one : all->get_array())
                if (one.is_object()) found.push_back(&one.get_object());
    return found;
}

void keep_unseen(json::object& routing, json::object const* before,
                 std::string const& api_version) {
    if (api_version != without_cosmos || before == nullptr) return;
    json::object const* kept = find_object(*before, "endpoints");
    json::value const* unseen = kept ? find(*kept, cosmos_kind) : nullptr;
    json::value* sent = routing.if_contains("endpoints");
    if (unseen == nullptr || (sent != nullptr && !sent->is_object() && !sent->is_null())) return;
    json::object& endpoints = need_object(routing, "endpoints");
    json::value& now = endpoints[cosmos_kind];
    if (now.is_null() || (now.is_array() && now.get_array().empty())) now = *unseen;
}

void project_routing(json::object& routing, std::string const& api_version) {
    json::object& endpoints = need_object(routing, "endpoints");
    for (char const* kind : kinds) need_array(endpoints, kind);
    // Azure shows a connection string with its key masked, and no key that stands alone.
    hide_secrets(routing["endpoints"], true);
    if (api_version == "2022-04-30-preview") {
        json::value renamed = endpoints["cosmosDBSqlContainers"];
        endpoints.erase("cosmosDBSqlContainers");
        rename_members(renamed, "containerName", "collectionName");
        endpoints["cosmosDBSqlCollections"] = std::move(renamed);
    } else if (api_version == without_cosmos) {
        endpoints.erase(cosmos_kind);
    }
}

}  // namespace tandem::control
