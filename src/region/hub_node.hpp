// region/hub_node.hpp -- one hub as one region sees it: ownership, partitions, replication, and the
// answers that wait.
//
// A file for each concern: hub_admission.cpp (who may speak), hub_commands.cpp (what clients ask),
// hub_lists.cpp (what is read a page at a time), hub_telemetry.cpp (readers of events),
// hub_replication.cpp (the pair), hub_ownership.cpp (who serves, and the reports of failovers),
// hub_status.cpp (what is said of it all).
//
// A slot is a partition's place here: the device partitions 0..N-1, then the hub's.
//
// Invariant  answers of one partition are released in the order of the positions they wait for.
// Invariant  after StopServing nothing waits: every command got an answer, a refusal included.
#pragma once

#include "base/limits.hpp"
#include "failover/ownership.hpp"
#include "hub/admission.hpp"
#include "hub/command.hpp"
#include "hub/decide.hpp"
#include "hub/registry_json.hpp"
#include "partition/partition.hpp"
#include "region/node.hpp"
#include "region/tally.hpp"
#include "replica/receiver.hpp"
#include "replica/sender.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace tandem::region {

/// Who is to get an answer.
struct Asker {
    ConnectionId connection{};
    std::uint64_t token = 0;
};

class HubNode {
public:
    HubNode(Node& node, record::HubDefinition definition);

    /// Errors: malformed.
    Result<void> recover();
    void start(failover::Ownership::Memory const& memory, Now now);

    // ---- inputs
    void on_peer_up(SiteName const& site, Now now);
    void on_peer_down(SiteName const& site, Now now);
    void on_message(SiteName const& from, peer::Envelope const& message, Now now);
    void on_vote(SiteName const& voter, peer::VoteReply const& reply, Now now);
    void on_written(std::size_t slot, Position end, Now now);
    void on_timer(Now now);
    void submit(Asker asker, hub::Command command, Now now);
    void on_connection_closed(ConnectionId connection, Now now);

    /// What is pending, for the next batch; told back through on_written.
    void collect(ports::Batch& batch, std::vector<Node::InFlight::Written>& written);
    /// The hub is deleted: everybody who waits is refused, every connection closed.
    void shut();

    // ---- queries
    record::HubDefinition const& definition() const { return definition_; }
    failover::Ownership const& ownership() const { return ownership_; }
    partition::Partition const& partition(std::size_t slot) const { return *slots_[slot].log; }
    std::size_t slot_count() const { return slots_.size(); }
    Position acknowledged(std::size_t slot) const;
    peer::HubStatus status(Now now) const;   // hub_status.cpp
    record::HubSettings const& settings() const;

private:
    /// An answer, or news for a device, that waits until `position` of its slot is acknowledged.
    struct Waiting {
        Position position{};
        std::optional<Asker> asker{};
        std::optional<hub::Reply> reply{};
        std::optional<hub::DeviceEvent> event{};
        WallTime telemetry_time{};   ///< set when the record at `position` is telemetry
        std::uint64_t order_id = 0;  ///< of control's ConfigureHub
        Tally tally{};
    };
    /// An answer that rests on several partitions.
    struct Gathered {
        std::vector<Position> positions;  ///< by slot
        Asker asker;
        hub::Reply reply;
    };
    struct ParkedRead {
        Asker asker;
        hub::ReadTelemetry request;
    };
    /// A connection as the hub's rules see it.
    struct Visitor {
        bool to_hub = false;         ///< may speak to the hub's own endpoints
        bool to_events = false;      ///< may read from the built-in endpoint
        hub::Proof proof = hub::Proof::none;
    };
    struct Queued {
        Asker asker;
        hub::Command command;
    };
    struct Slot {
        std::unique_ptr<partition::Partition> log;
        std::unique_ptr<replica::Sender> sender;
        std::unique_ptr<replica::Receiver> receiver;
        std::deque<Waiting> waiting;
        std::vector<ParkedRead> parked;
        Position newest_telemetry;  ///< acknowledged
        WallTime newest_telemetry_time{};
        Position woken_at;         ///< acknowledged position when parked reads last looked
        bool owes_notice = false;  ///< we owned this before; the new owner wants our tail's size
    };

    // hub_admission.cpp
    bool admits(ConnectionId connection, hub::Command const& command);
    Visitor judge(ConnectionId connection) const;
    void refresh_admission();
    void note_proof(ConnectionId connection, hub::Reply const& reply);
    bool stands(hub::Proof proof) const;

    // hub_commands.cpp
    void run(Asker asker, hub::Command& command, Now now);
    void run_device(Asker asker, hub::Command& command, std::size_t slot, Now now);
    bool holds_session(hub::Command const& command, ConnectionId connection) const;
    void note_session(Asker asker, DeviceId const& device);
    void answer(Asker asker, Result<hub::Reply> reply);
    void answer_when_all(Asker asker, hub::Reply reply);
    void list_devices(Asker asker, hub::ListDevices const& command);
    void statistics(Asker asker);
    void bulk(Asker asker, hub::BulkRegistry const& command, Now now);
    hub::Context context_of(Slot const& slot, hub::Command const& command, Now now) const;
    void release(Now now);
    void release_slot(Slot& slot, Position acknowledged, Now now);
    void perform(Waiting& waiting);
    void refuse_all(Error const& error);

    // hub_lists.cpp
    void query_devices(Asker asker, hub::QueryDevices const& command);
    void export_devices(Asker asker, hub::ExportDevices const& command);
    std::vector<partition::Partition const*> device_partitions() const;

    // hub_telemetry.cpp
    void find_telemetry(Asker asker, hub::FindTelemetry const& command);
    void read_telemetry(Asker asker, hub::ReadTelemetry const& command);
    bool knows_group(std::string const& name) const;
    void refuse_readers_without_group();
    bool try_read(Slot& slot, std::size_t index, ParkedRead& read);
    void wake_readers(std::size_t slot);
    void event_partition(Asker asker, hub::GetEventPartition const& command);
    void event_hub(Asker asker);
    void on_event_query(SiteName const& from, peer::EventQuery const& query, Now now);
    Position read_events(std::size_t slot, Position after, std::size_t count_max,
                         std::size_t& bytes_left, peer::EventAnswer& answer) const;

    // hub_status.cpp
    struct DeviceCounts {
        std::uint64_t total = 0, enabled = 0;
    };
    DeviceCounts device_counts() const;
    std::uint64_t messages_today(Now now) const;
    hub::Quota quota_for(hub::Command const& command, Now now) const;
    void add_lag(peer::HubStatus& status, Now now) const;

    // hub_replication.cpp
    void on_append_reply(peer::AppendReply const& reply, Now now);
    void on_replication(SiteName const& from, peer::Envelope const& message, Now now);
    bool accept_owner(SiteName const& from, std::uint32_t partition, std::uint32_t epoch, Now now);
    void take_outcome(std::size_t slot, replica::Receiver::Outcome outcome, Epoch old_epoch);
    void send_notice(Epoch old_epoch, record::PartitionLoss loss);
    void ship(Now now);
    void ship_slot(std::size_t slot, Now now);
    void check_drained(Now now);
    std::optional<std::size_t> slot_of(std::uint32_t partition) const;
    void update_eligible();
    void set_sync_suspended(bool suspended, Now now);
    void check_sync(Now now);

    // hub_ownership.cpp
    void act(failover::Actions const& actions, Now now);
    void do_action(failover::AskVoter const& action, Now now);
    void do_action(failover::ReleaseVotes const& action, Now now);
    void do_action(failover::BeginServing const& action, Now now);
    void do_action(failover::PauseAdmission const& action, Now now);
    void do_action(failover::ResumeAdmission const& action, Now now);
    void do_action(failover::AppendHandedOver const& action, Now now);
    void do_action(failover::SendTakeOver const& action, Now now);
    void do_action(failover::StopServing const& action, Now now);
    void do_action(failover::Progress const& action, Now now);
    void admit_queued(Now now);
    void remember_epoch(Epoch epoch, std::string const& owner);
    void reply_to_order(SiteName const& to, std::uint64_t order_id, char const* refusal = nullptr);
    void on_order(SiteName const& from, peer::FailoverOrder const& order, Now now);
    void on_take_over(SiteName const& from, peer::TakeOver const& message, Now now);
    void on_salvage_notice(peer::SalvageNotice const& notice, Now now);
    void on_configure(SiteName const& from, peer::ConfigureHub const& message, Now now);
    void on_query(SiteName const& from, peer::HubQuery const& query);
    void begin_report(failover::BeginServing const& action, std::vector<Position> const& ends,
                      Now now);
    void add_step(std::string const& name, Now now);
    void report_progress(std::string const& operation, record::Step const* step,
                         record::FailoverReport const* report, std::string const& failed);
    void sweep_sessions(Now now);
    void trim(Now now);

    Node& node_;
    record::HubDefinition definition_;
    std::optional<SiteName> pair_;
    failover::Ownership ownership_;
    std::vector<Slot> slots_;
    std::deque<Queued> queued_;  ///< while commands are not admitted
    std::vector<Gathered> gathered_;
    std::unordered_map<std::string, ConnectionId> online_;  ///< device -> its connection
    std::unordered_map<ConnectionId, std::string> device_of_;
    std::unordered_map<ConnectionId, Visitor> connections_;  ///< that have spoken of this hub
    hub::Admission admission_;                      ///< of the settings of that revision
    std::optional<std::uint64_t> admission_of_;
    std::vector<record::Step> steps_;               ///< of the failover under way
    std::string operation_;                         ///< its id
    std::pair<Epoch, std::string> remembered_;      ///< the epoch and owner our store knows
    /// Goal region-sync, but after an unplanned failover the pair is behind: until it has caught
    /// up, answers do not wait for it. Recorded (SyncSuspended) and shown in status.
    bool sync_suspended_ = false;
    /// The epoch whose owner acknowledges nothing without us; only then may we, with the goal
    /// region-sync, take over by ourselves.
    std::optional<Epoch> in_sync_epoch_;
    bool pair_up_ = false;
    bool handed_over_ = false;      ///< our last epoch ended by a hand-over
    bool settings_wanted_ = false;  ///< the first HubConfigured is still to be appended
    std::optional<Time> sweep_at_;
    std::optional<Time> trim_at_;
    std::size_t waiting_count_ = 0;
    Tallies tallies_;
};

}  // namespace tandem::region
