// The audit log, as it can be read and verified from outside: /tandem/v1/audit.
#include "codec/hex.hpp"
#include "codec/number_text.hpp"
#include "codec/time_text.hpp"
#include "control/audit.hpp"
#include "control/router.hpp"

#include <limits>

namespace tandem::control {

namespace {

constexpr std::uint64_t top_default = 50;
constexpr std::uint64_t top_max = 1'000;

/// A query parameter as a number; `otherwise` if it is absent, nullopt if it is none.
std::optional<std::uint64_t> number(Call const& call, char const* name, std::uint64_t otherwise) {
    std::string const* text = call.request.query_value(name);
    return text == nullptr ? otherwise : whole_number<std::uint64_t>(*text);
}

json::object document(record::AuditEntry const& entry) {
    json::object shown{{"sequence", entry.sequence()},
                       {"time", format_iso8601(wall_from_micros(entry.time_us()))},
                       {"timeMicroseconds", entry.time_us()},
                       {"principal", entry.principal()},
                       {"principalName", entry.principal_name()},
                       {"action", entry.action()},
                       {"scope", entry.scope()},
                       {"status", entry.status()},
                       {"count", entry.count()},
                       {"correlationId", entry.correlation_id()},
                       {"source", entry.source()},
                       {"previousHash", hex_encode(entry.previous_hash())},
                       {"hash", hex_encode(entry.hash())}};
    if (!entry.target().empty()) shown["target"] = entry.target();
    if (entry.ends() != 0) shown["ends"] = entry.ends();
    return shown;
}

/// Newest first. Whoever may not read the whole installation sees what concerns what they may.
Answer list(Plane& plane, Call const& call) {
    auto const top = number(call, "top", top_default);
    auto const before = number(call, "before", std::numeric_limits<std::uint64_t>::max());
    if (!top || !before || *top == 0)
        return arm_error(400, "InvalidQuery", "top and before must be positive numbers.");
    auto const& entries = plane.ledger.model().all<record::AuditEntry>();
    std::size_t const wanted = std::min(*top, top_max);
    bool const all = plane.roles.may(call.client, Need::read, "");
    json::array values;
    for (auto it = entries.rbegin(); it != entries.rend() && values.size() < wanted; ++it) {
        record::AuditEntry const& entry = it->second;
        if (entry.sequence() >= *before) continue;
        bool const own = entry.principal() == call.client;
        if (all || own ||
            (!entry.scope().empty() &&
             plane.roles.may(call.client, Need::read, normal_scope(entry.scope()))))
            values.push_back(document(entry));
    }
    json::object body{{"value", std::move(values)}};
    if (!entries.empty()) {
        auto const& newest = entries.rbegin()->second;
        body["head"] = json::object{{"sequence", newest.sequence()},
                                    {"hash", hex_encode(newest.hash())}};
    }
    auto const* anchor = plane.ledger.model().find<record::AuditAnchor>("");
    body["anchor"] =
        json::object{{"sequence", anchor != nullptr ? anchor->sequence() : 0},
                     {"hash", hex_encode(anchor != nullptr ? anchor->hash() : Bytes(32, '\0'))}};
    return json_answer(200, body);
}

}  // namespace

std::vector<Route> audit_routes() {
    return {{"GET", "tandem/v1/audit", list, Access::bearer, Api::none, Need::listed}};
}

}  // namespace tandem::control
