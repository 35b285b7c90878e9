// control/hubs.hpp -- the life of a hub: defined to its regions, configured, forgotten.
//
// Definitions and settings are sent to a region whenever its link comes up, until it says that it
// has them; regions take them as often as they come.
//
//     create: Activating --a region serves--> Active      --too long--> ActivationFailed
//     update: Transitioning --a serving region has the settings--> Active
//     delete: Deleting --no connected region has it--> gone (a tombstone stays for the others)
#pragma once

#include "control/context.hpp"
#include "control/operations.hpp"

#include <map>
#include <string>
#include <vector>

namespace tandem::control {

class Hubs {
public:
    explicit Hubs(Context context) : context_(context) {}

    /// Records a new hub and its operation; returns the operation's id.
    /// Requires: `hub` has name, group, location, document, settings; no hub has its name.
    std::string create(record::HubResource hub, std::uint32_t partition_count, Now now);
    /// Records a changed document and, if `settings_changed`, new settings; returns the operation.
    std::string update(record::HubResource hub, bool settings_changed, Now now);
    /// Changes settings with no state of its own; the hub stays Active. Returns the revision.
    std::uint64_t configure(record::HubResource hub, Now now);
    /// Settings that are ours alone: the same, and to the hub's clients it has not changed.
    std::uint64_t refresh(record::HubResource hub, Now now);
    std::string remove(record::HubResource hub, Now now);
    void remove_group(record::ResourceGroup group, Now now);

    /// Answers once a serving region has that revision, or after options.answer_wait.
    void respond_when_configured(RequestId request, http::Response response,
                                 std::string const& hub, std::uint64_t revision, Now now);
    void abandon(RequestId request);

    void on_peer_up(SiteName const& site, Now now);
    void on_status(SiteName const& site, Now now);
    void on_timer(Now now);

private:
    struct Waiting {
        RequestId request{};
        http::Response response;
        std::string hub;
        std::uint64_t revision = 0;
        Time until{};
    };

    void send_definition(std::string const& region, record::HubDefinition const& definition);
    void send_settings(std::string const& region, record::HubResource const& hub);
    bool has_settings(record::HubResource const& hub, std::uint64_t revision) const;
    void look_at(record::HubResource const& hub, Now now);
    void look_at_creation(record::HubResource hub, record::ManagementOperation const& operation,
                          Now now);
    void look_at_update(record::HubResource hub, record::ManagementOperation const& operation,
                        Now now);
    void look_at_removal(record::HubResource const& hub,
                         record::ManagementOperation const& operation, Now now);
    void look_at_groups(Now now);
    void forget_tombstones(Now now);
    void settle(record::HubResource hub, char const* state);

    Context context_;
    std::vector<Waiting> waiting_;
    std::map<std::string, Time> settings_sent_;     ///< hub -> last time
    std::map<std::string, Time> tombstone_sent_;    ///< "region/" + tombstone key
};

/// What a region is told of a hub at its creation, with settings as they are wanted now.
record::HubDefinition definition_of(record::HubResource const& hub);

}  // namespace tandem::control
