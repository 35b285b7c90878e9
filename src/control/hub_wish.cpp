// Reading the hub document that a client sends.
#include "control/hub_document.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "control/hub_access.hpp"
#include "control/hub_settings.hpp"
#include "control/routing.hpp"
#include "control/sku.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tandem::control {

namespace {

/// Computed by us: what a client sends of them is what it read before.
constexpr std::array<char const*, 7> read_only = {
    "locations", "state",    "provisioningState", "hostName", "authorizationPolicies",
    "features",  "privateEndpointConnections"};

/// Of the document itself: ours to compute, or read one by one.
constexpr std::array<char const*, 12> known_members = {
    "id",   "name",     "type",           "location",      "etag",       "tags",
    "sku",  "identity", "subscriptionid", "resourcegroup", "systemData", "properties"};

constexpr char const* default_properties = R"({
 "ipFilterRules":[],
 "eventHubEndpoints":{"events":{"retentionTimeInDays":1}},
 "routing":{"endpoints":{"serviceBusQueues":[],"serviceBusTopics":[],"eventHubs":[],
   "storageContainers":[],"cosmosDBSqlContainers":[]},"routes":[],
   "fallbackRoute":{"name":"$fallback","source":"DeviceMessages","condition":"true",
   "endpointNames":["events"],"isEnabled":true}},
 "storageEndpoints":{"$default":{"sasTtlAsIso8601":"PT1H","connectionString":"",
   "containerName":""}},
 "messagingEndpoints":{"fileNotifications":{"lockDurationAsIso8601":"PT1M",
   "ttlAsIso8601":"PT1H","maxDeliveryCount":10}},
 "enableFileUploadNotifications":false,
 "cloudToDevice":{"maxDeliveryCount":10,"defaultTtlAsIso8601":"PT1H",
   "feedback":{"lockDurationAsIso8601":"PT1M","ttlAsIso8601":"PT1H","maxDeliveryCount":10}},
 "features":"None","allowedFqdnList":[]})";

/// The member as a whole number, or `otherwise` when it is not there; nullopt: it is none.
std::optional<std::int64_t> read_number(json::object const& object, char const* name,
                                        std::int64_t otherwise) {
    return find(object, name) == nullptr ? otherwise : find_integer(object, name);
}

/// As it was sent, for a message.
std::string shown(json::object const& object, char const* name) {
    constexpr std::size_t shown_bytes_max = 64;
    json::value const* value = find(object, name);
    std::string const text = value ? json::serialize(*value) : "";
    return text.size() > shown_bytes_max ? "of another type" : text;
}

std::optional<Refusal> read_sku(json::object const& body, record::HubResource const* before,
                                HubWish& wish) {
    if (is_no_object(body, "sku")) return Refusal{400910, "The sku must be an object."};
    json::object const* sent = find_object(body, "sku");
    if (sent == nullptr) {
        if (wish.document.contains("sku")) return std::nullopt;
        return Refusal{400910, "The sku is required: one of " + sku_names() + "."};
    }
    std::string const name = find_string(*sent, "name").value_or("");
    Sku const* sku = find_sku(name);
    if (sku == nullptr)
        return Refusal{400910, "'" + name + "' is not a valid sku name: use one of " +
                                   sku_names() + "."};
    auto const units = read_number(*sent, "capacity", 1);
    if (!units || *units < 1 || *units > sku->units_max)
        return Refusal{400911, "Invalid capacity " + shown(*sent, "capacity") +
                                   " - value must be between 1 and " +
                                   std::to_string(sku->units_max) + "."};
    if (before != nullptr) {
        auto const reachable = skus_reachable(sku_of(*before));
        if (std::find(reachable.begin(), reachable.end(), sku) == reachable.end())
            return Refusal{400914, "A hub in tier " + std::string{sku_of(*before).name} +
                                       " cannot be changed to " + sku->name + "."};
    }
    wish.document["sku"] =
        json::object{{"name", sku->name}, {"tier", sku->tier}, {"capacity", *units}};
    return std::nullopt;
}

std::optional<Refusal> read_events(json::object& properties, Sku const& sku,
                                   record::HubResource const* before, HubWish& wish) {
    if (is_no_object(need_object(properties, "eventHubEndpoints"), "events"))
        return Refusal{400980, "eventHubEndpoints.events must be an object."};
    json::object& events = need_object(need_object(properties, "eventHubEndpoints"), "events");
    for (char const* computed : {"partitionIds", "path", "endpoint"}) events.erase(computed);
    std::int64_t const lowest = limits::partitions_min, highest = sku.partitions_max;
    std::int64_t const otherwise =
        before ? before->definition().partition_count()
               : std::min<std::int64_t>(limits::partitions_default, highest);
    auto const partitions = read_number(events, "partitionCount", otherwise);
    if (before != nullptr && partitions != before->definition().partition_count())
        return Refusal{400016, "Invalid PartitionCount " + shown(events, "partitionCount") +
                                   " - the hub has " +
                                   std::to_string(before->definition().partition_count()) +
                                   " partitions, which cannot be changed."};
    if (!partitions || (before == nullptr && (*partitions < lowest || *partitions > highest)))
        return Refusal{400016, "Invalid PartitionCount " + shown(events, "partitionCount") +
                                   " - value must be between " + std::to_string(lowest) + " and " +
                                   std::to_string(highest) + "."};
    std::int64_t const days_max = sku.retention_days_max;
    std::int64_t const days_before =
        before ? before->settings().retention_days() : limits::retention_days_min;
    auto const days = read_number(events, "retentionTimeInDays", days_before);
    if (!days || *days < limits::retention_days_min || *days > days_max)
        return Refusal{400912, "Invalid RetentionTimeInDays " +
                                   shown(events, "retentionTimeInDays") +
                                   " - value must be between 1 and " + std::to_string(days_max) +
                                   "."};
    events["partitionCount"] = *partitions;
    events["retentionTimeInDays"] = *days;
    wish.partition_count = static_cast<std::uint32_t>(*partitions);
    wish.retention_days = static_cast<int>(*days);
    return std::nullopt;
}

/// Members that must be objects, lists: what is something else is not passed over.
std::optional<Refusal> check_types(json::object const& body) {
    for (auto const& [name, number] : {std::pair{"tags", 400982}, std::pair{"identity", 400983},
                                       std::pair{"properties", 400980}})
        if (is_no_object(body, name))
            return Refusal{number, std::string{name} + " must be an object."};
    json::value const* location = find(body, "location");
    if (location != nullptr && !location->is_null() && !location->is_string())
        return Refusal{400980, "location must be a text."};
    json::object const* properties = find_object(body, "properties");
    if (properties == nullptr) return std::nullopt;
    if (is_no_object(*properties, "eventHubEndpoints"))
        return Refusal{400980, "properties.eventHubEndpoints must be an object."};
    json::value const* policies = find(*properties, "authorizationPolicies");
    if (policies != nullptr && !policies->is_null() && !policies->is_array())
        return Refusal{400980, "properties.authorizationPolicies must be an array."};
    return std::nullopt;
}

/// A property sent as null: as a new hub has it. Of the event endpoint's parts, partitions cannot
/// change and messages would be lost, so that nothing is said by it.
void reset(json::object& properties, json::string_view name) {
    if (name == "eventHubEndpoints") return;
    properties.erase(name);
    json::object const fresh = stored_object(default_properties);
    if (json::value const* value = fresh.if_contains(name)) properties[name] = *value;
}

/// What is sent replaces what is there, property by property; what is not sent stays.
json::object merged_properties(json::object const& body, record::HubResource const* before) {
    json::object merged = stored_object(default_properties);
    if (before != nullptr) {
        json::object document = stored_object(before->document());
        merged = need_object(document, "properties");
    }
    json::object const* sent = find_object(body, "properties");
    if (sent == nullptr) return merged;
    for (auto const& member : *sent) {
        bool computed = false;
        for (char const* name : read_only)
            computed = computed || equal_ci({member.key().data(), member.key().size()}, name);
        if (computed) continue;
        if (member.value().is_null()) {
            reset(merged, member.key());
            continue;
        }
        json::value& kept = merged[member.key()];
        // Endpoints of one kind do not make those of another kind go away.
        if (member.key() == "eventHubEndpoints" && kept.is_object() && member.value().is_object()) {
            for (auto const& inner : member.value().get_object())
                kept.get_object()[inner.key()] = inner.value();
        } else {
            kept = member.value();
        }
    }
    return merged;
}

/// Members beside the known ones ("zones", say) are kept as unknown properties are; null takes one
/// away.
void keep_unknown_members(json::object const& body, json::object& document) {
    for (auto const& member : body) {
        std::string_view const name{member.key().data(), member.key().size()};
        if (std::any_of(known_members.begin(), known_members.end(),
                        [name](char const* known) { return equal_ci(known, name); }))
            continue;
        if (member.value().is_null()) document.erase(member.key());
        else document[member.key()] = member.value();
    }
}

}  // namespace

std::optional<Refusal> read_tandem(json::object const& tandem, HubWish& wish) {
    if (auto const goal = find_string(tandem, "goal")) {
        if (!equal_ci(*goal, "region-async") && !equal_ci(*goal, "region-sync"))
            return Refusal{400913, "'" + *goal + "' is not a goal: use region-async or "
                                                 "region-sync."};
        wish.goal = equal_ci(*goal, "region-sync") ? record::GOAL_REGION_SYNC
                                                   : record::GOAL_REGION_ASYNC;
    } else if (find(tandem, "goal") != nullptr) {
        return Refusal{400913, "The goal must be a text: region-async or region-sync."};
    }
    if (find(tandem, "automaticFailover") != nullptr) {
        auto const automatic = find_bool(tandem, "automaticFailover");
        if (!automatic) return Refusal{400913, "automaticFailover must be true or false."};
        wish.automatic_failover = *automatic;
    }
    if (find(tandem, "unlimited") != nullptr && !find_bool(tandem, "unlimited"))
        return Refusal{400913, "unlimited must be true or false."};
    if (json::value const* limits = find(tandem, "failover")) {
        if (!limits->is_object()) return Refusal{400913, "failover must be an object."};
        for (char const* name :
             {"minimumIntervalSeconds", "dailyLimit", "failoversPerDay", "failbacksPerDay"}) {
            if (find(limits->get_object(), name) == nullptr) continue;
            auto const number = find_integer(limits->get_object(), name);
            if (!number || *number < 0 || *number > 1'000'000)
                return Refusal{400913, std::string{name} + " must be a whole number from 0 (no "
                                                           "limit) to 1000000."};
        }
    }
    return std::nullopt;
}

namespace {

/// rootCertificate has a time that we keep.
void stamp_root_certificate(json::object& properties, json::object const* before,
                            std::string const& now) {
    json::value* root = properties.if_contains("rootCertificate");
    if (root == nullptr || !root->is_object()) return;
    json::object const* old = before ? find_object(*before, "rootCertificate") : nullptr;
    json::object& object = root->get_object();
    bool const same = old != nullptr && find_bool(*old, "enableRootCertificateV2") ==
                                            find_bool(object, "enableRootCertificateV2");
    object["lastUpdatedTimeUtc"] =
        same ? find_string(*old, "lastUpdatedTimeUtc").value_or(now) : now;
}

/// What a client may keep here besides tags, which have limits of their own.
std::optional<Refusal> check_size(json::object document) {
    document.erase("tags");
    std::size_t const bytes = json::serialize(document).size();
    if (bytes <= hub_document_bytes_max) return std::nullopt;
    return Refusal{400984, "The hub's document would have " + std::to_string(bytes) +
                               " bytes besides its tags; it can have " +
                               std::to_string(hub_document_bytes_max) + "."};
}

}  // namespace

std::optional<Refusal> read_hub(json::object const& body, record::HubResource const* before,
                                HubPlace const& place, HubWish& wish) {
    if (before != nullptr) wish.document = stored_object(before->document());
    json::object const kept = wish.document;
    json::object const* old = find_object(kept, "properties");
    if (auto refused = check_types(body)) return refused;
    keep_unknown_members(body, wish.document);
    if (auto refused = read_sku(body, before, wish)) return refused;
    Sku const* const sku = named_sku(wish.document);
    TANDEM_ASSERT(sku != nullptr, "a wish without a sku");
    json::object const* tags = find_object(body, "tags");
    if (tags != nullptr)
        if (auto refused = read_tags(*tags)) return refused;
    wish.document["tags"] = tags ? *tags : json::object{};
    if (json::object const* sent = find_object(body, "identity")) {
        json::object identity = *sent;
        if (auto refused = read_identity(identity, place.tenant, place.subscription + "/" +
                                                                     lower(place.name)))
            return refused;
        wish.document["identity"] = std::move(identity);
    } else if (!wish.document.contains("identity")) {
        wish.document["identity"] = json::object{{"type", "None"}};
    }

    json::object properties = merged_properties(body, before);
    if (auto refused = read_events(properties, *sku, before, wish)) return refused;
    if (json::value const* tls = find(properties, "minTlsVersion"); tls && !tls->is_null()) {
        std::string const version = find_string(properties, "minTlsVersion").value_or("?");
        if (version != "1.0" && version != "1.1" && version != "1.2" && !version.empty())
            return Refusal{400089, version + " is not a valid MinTlsVersion value."};
    }
    if (auto refused = read_settings(properties, old)) return refused;
    if (auto refused = check_access(properties)) return refused;
    stamp_root_certificate(properties, old, place.now);
    wish.alone = find_bool(properties, "enableDataResidency").value_or(false);
    if (before != nullptr && wish.alone != (old && find_bool(*old, "enableDataResidency") == true))
        return Refusal{400915, "enableDataResidency cannot be changed after creation."};
    if (json::value* routing = properties.if_contains("routing"); routing && !routing->is_null()) {
        if (!routing->is_object()) return Refusal{400960, "routing must be an object."};
        json::object const* old_routing = old ? find_object(*old, "routing") : nullptr;
        keep_unseen(routing->get_object(), old_routing, place.api_version);
        if (auto refused = read_routing(routing->get_object(), old_routing, sku->routing,
                                        {place.subscription, place.group}))
            return refused;
    }
    json::object const* sent = find_object(body, "properties");
    if (sent != nullptr)
        if (json::value const* policies = find(*sent, "authorizationPolicies");
            policies && policies->is_array())
            wish.policies = policies->get_array();
    if (json::value const* tandem = find(properties, "tandem")) {
        if (!tandem->is_object()) return Refusal{400913, "properties.tandem must be an object."};
        if (auto refused = read_tandem(tandem->get_object(), wish)) return refused;
    }
    wish.document["properties"] = std::move(properties);
    return check_size(wish.document);
}

}  // namespace tandem::control
