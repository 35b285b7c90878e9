// hub/admission.hpp -- may this connection speak to this hub at all? By the client's address and
// its TLS version; who it is comes later.
//
// Source     Azure: ipFilterRules are for the hub's own endpoints, the first that matches decides
//            and without a match the client is in; networkRuleSets have a default, and are for the
//            built-in endpoint too where applyToBuiltInEventHubEndpoint says so; with
//            publicNetworkAccess Disabled nobody is in.
// Invariant  a rule that cannot be read lets nobody in, and so does an address that is not known
//            where there are rules.
#pragma once

#include "codec/ip_range.hpp"
#include "hub/access.hpp"
#include "record/fact.pb.h"

#include <optional>
#include <vector>

namespace tandem::hub {

/// What the world knows of a client's connection.
struct Client {
    std::optional<IpAddress> address;
    unsigned tls = 0;                ///< 12: TLS 1.2; 0: none
};

class Admission {
public:
    Admission() = default;           ///< everybody
    explicit Admission(record::HubSettings const& settings);

    bool admits(Client const& client, Door door) const;

private:
    struct Rule {
        IpRange range;
        bool allow = false;
    };
    static std::vector<Rule> compile(
        google::protobuf::RepeatedPtrField<record::IpRule> const& rules, bool& broken);
    bool passes_filter(Client const& client) const;
    bool passes_rule_set(Client const& client) const;

    bool closed_ = false;            ///< first: a broken rule closes
    std::vector<Rule> filter_;
    std::vector<Rule> rule_set_;
    bool has_rule_set_ = false;
    bool rule_set_denies_ = false;
    bool rule_set_for_events_ = false;
    unsigned min_tls_ = 0;
};

}  // namespace tandem::hub
