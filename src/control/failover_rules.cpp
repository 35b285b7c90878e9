#include "control/failover_rules.hpp"

#include "control/json.hpp"
#include "control/text.hpp"

#include <algorithm>

namespace tandem::control {

namespace {

constexpr int too_soon = 409900;
constexpr int too_many_failovers = 409901;
constexpr int too_many_failbacks = 409902;
constexpr int wrong_region = 400900;
constexpr int no_pair = 400901;
constexpr int there_already = 400902;

}  // namespace

FailoverRules rules_of(FailoverRules const& installation, record::HubResource const& hub) {
    FailoverRules rules = installation;
    json::object const document = stored_object(hub.document());
    json::object const* properties = find_object(document, "properties");
    json::object const* tandem = properties ? find_object(*properties, "tandem") : nullptr;
    json::object const* own = tandem ? find_object(*tandem, "failover") : nullptr;
    if (own == nullptr) return rules;
    if (auto const seconds = find_integer(*own, "minimumIntervalSeconds"))
        rules.minimum_interval = std::chrono::seconds{*seconds};
    if (auto const limit = find_integer(*own, "dailyLimit"))
        rules.failovers_per_day = rules.failbacks_per_day = static_cast<int>(*limit);
    if (auto const limit = find_integer(*own, "failoversPerDay"))
        rules.failovers_per_day = static_cast<int>(*limit);
    if (auto const limit = find_integer(*own, "failbacksPerDay"))
        rules.failbacks_per_day = static_cast<int>(*limit);
    return rules;
}

std::string owner_of(record::HubResource const& hub) {
    return hub.owner().empty() ? hub.location() : hub.owner();
}

std::string other_region(record::HubResource const& hub, std::string const& owner) {
    for (auto const& region : hub.definition().regions())
        if (region != owner) return region;
    return {};
}

std::optional<NextAllowed> next_allowed(record::HubResource const& hub, FailoverRules const& rules,
                                        std::string const& to_region, WallTime now) {
    bool const back = to_region == hub.location();
    int const limit = back ? rules.failbacks_per_day : rules.failovers_per_day;
    int today = 0;
    std::optional<WallTime> last_end;
    for (auto const& past : hub.failovers()) {
        // One that nobody asked for counts against nobody.
        if (!past.succeeded() || past.kind() == record::FAILOVER_AUTOMATIC) continue;
        WallTime const ended = wall_from_micros(past.ended_us());
        last_end = last_end ? std::max(*last_end, ended) : ended;
        bool const same_way = (past.to_region() == hub.location()) == back;
        if (same_way && utc_day(wall_from_micros(past.started_us())) == utc_day(now))
            ++today;
    }
    std::string const& name = hub.name();
    if (limit > 0 && today >= limit) {
        WallTime const midnight{std::chrono::days{utc_day(now) + 1}};
        std::string const what = back ? "failbacks" : "failovers";
        return NextAllowed{midnight, back ? too_many_failbacks : too_many_failovers,
                           "IotHub '" + name + "' has had its " + std::to_string(limit) + " " +
                               what + " of this UTC day."};
    }
    if (last_end && rules.minimum_interval > Duration{0} &&
        *last_end + rules.minimum_interval > now && *last_end <= now) {
        return NextAllowed{*last_end + rules.minimum_interval, too_soon,
                           "The last failover of IotHub '" + name + "' ended at " +
                               iso8601_seconds(*last_end) + "."};
    }
    return std::nullopt;
}

std::optional<Refusal> refuse_failover(record::HubResource const& hub, FailoverRules const& rules,
                                       std::string const& to_region, std::string const& pair_shown,
                                       bool limits, WallTime now) {
    std::string const& name = hub.name();
    std::string const owner = owner_of(hub);
    std::string const pair = other_region(hub, owner);
    if (pair.empty())
        return Refusal{no_pair, "IotHub '" + name + "' has no paired region to fail over to."};
    if (hub.state() != "Active" && hub.state() != "FailoverFailed")
        return Refusal{409002, name + " is not currently in Active state. Try the request again "
                                      "after it is in Active state."};
    if (region_key(to_region) == owner)
        return Refusal{there_already, "IotHub '" + name + "' is in region '" + to_region +
                                          "' already. It can fail over to '" + pair_shown + "'."};
    if (region_key(to_region) != pair)
        return Refusal{wrong_region, "'" + to_region + "' is not the paired region of IotHub '" +
                                         name + "'. It can fail over to '" + pair_shown + "'."};
    if (!limits) return std::nullopt;
    if (auto const next = next_allowed(hub, rules, pair, now))
        return Refusal{next->number,
                       next->why + " The next one can start at " + iso8601_seconds(next->at) + "."};
    return std::nullopt;
}

}  // namespace tandem::control
