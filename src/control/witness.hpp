// control/witness.hpp -- the third vote on who owns a hub: failover::Voter with its promises kept.
//
// Invariant  a promise is durable before it is answered.
// Shape      store's meta entries "v/" + hub: record::Promise.
#pragma once

#include "control/ledger.hpp"
#include "failover/voter.hpp"

namespace tandem::control {

class Witness {
public:
    /// `elsewhere`: the site that votes, if this process does not.
    Witness(failover::Voter::Options options, Ledger& ledger, std::optional<SiteName> elsewhere)
        : voter_(options), ledger_(ledger), elsewhere_(std::move(elsewhere)) {}

    /// Errors: malformed.
    Result<void> recover(ports::Store& store, Now now);
    void on_request(SiteName const& from, peer::VoteRequest const& request, Now now);
    void on_release(SiteName const& from, peer::VoteRelease const& release, Now now);
    void on_durable();               ///< after the ledger's
    void on_depose(peer::Depose const& depose, Now now) { voter_.on_depose(depose, now); }
    /// Here, or where the witness votes.
    void depose(std::string const& hub, std::uint32_t epoch, Now now);

private:
    failover::Voter voter_;
    Ledger& ledger_;
    std::optional<SiteName> elsewhere_;
};

}  // namespace tandem::control
