#include "hub/admission.hpp"

#include <algorithm>

namespace tandem::hub {

std::vector<Admission::Rule> Admission::compile(
    google::protobuf::RepeatedPtrField<record::IpRule> const& rules, bool& broken) {
    std::vector<Rule> compiled;
    for (auto const& rule : rules) {
        auto const range = parse_ip_range(rule.mask());
        broken = broken || !range;
        if (range) compiled.push_back({*range, rule.allow()});
    }
    return compiled;
}

Admission::Admission(record::HubSettings const& settings)
    : filter_(compile(settings.network().filter(), closed_)),
      rule_set_(compile(settings.network().rule_set_rules(), closed_)),
      has_rule_set_(settings.network().rule_set()),
      rule_set_denies_(settings.network().rule_set_denies()),
      rule_set_for_events_(settings.network().rule_set_for_events()),
      min_tls_(settings.min_tls()) {
    closed_ = closed_ || settings.network().public_access_disabled();
}

bool Admission::passes_filter(Client const& client) const {
    if (filter_.empty()) return true;
    if (!client.address) return false;
    for (Rule const& rule : filter_)
        if (rule.range.contains(*client.address)) return rule.allow;
    return true;
}

bool Admission::passes_rule_set(Client const& client) const {
    if (!has_rule_set_ || !rule_set_denies_) return true;
    return client.address &&
           std::any_of(rule_set_.begin(), rule_set_.end(), [&](Rule const& rule) {
               return rule.range.contains(*client.address);
           });
}

bool Admission::admits(Client const& client, Door door) const {
    if (closed_ || client.tls < min_tls_) return false;
    if (door == Door::events) return !rule_set_for_events_ || passes_rule_set(client);
    return passes_filter(client) && passes_rule_set(client);
}

}  // namespace tandem::hub
