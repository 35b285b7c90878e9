// What a region says of a hub: its role, what would be lost now, what its tier has left.

#include "region/hub_node.hpp"

#include "hub/meter.hpp"

#include <algorithm>

namespace tandem::region {
namespace {

std::int64_t age(WallTime since, Now now) {
    return std::max<std::int64_t>(0, (now.wall - since).count());
}

/// The oldest of several; nullopt: there is none.
void note_older(std::optional<WallTime>& oldest, WallTime time) {
    oldest = oldest ? std::min(*oldest, time) : time;
}

}  // namespace

HubNode::DeviceCounts HubNode::device_counts() const {
    DeviceCounts counts;
    for (auto const& slot : slots_) {
        counts.total += slot.log->view().device_count();
        counts.enabled += slot.log->view().enabled_count();
    }
    return counts;
}

std::uint64_t HubNode::messages_today(Now now) const {
    auto const today = hub::meter_day(now.wall);
    auto const unit = settings().message_unit_bytes();
    std::uint64_t total = 0;
    for (auto const& slot : slots_)
        total += hub::messages_of(slot.log->view().meter(), today, unit);
    return total;
}

/// What the command may find used up; nothing is counted that it does not ask for.
hub::Quota HubNode::quota_for(hub::Command const& command, Now now) const {
    auto const& limit = settings();
    bool const sends = std::holds_alternative<hub::SendTelemetry>(command) ||
                       std::holds_alternative<hub::CloseSession>(command);
    bool const adds = std::holds_alternative<hub::PutDevice>(command);
    hub::Quota quota;
    if (sends && limit.messages_a_day() != 0)
        quota.messages_used_up = messages_today(now) >= limit.messages_a_day();
    if (adds && limit.devices_max() != 0)
        quota.devices_full = device_counts().total >= limit.devices_max();
    return quota;
}

void HubNode::add_lag(peer::HubStatus& status, Now now) const {
    std::uint64_t records = 0, bytes = 0, of_no_kind = 0;
    std::optional<WallTime> oldest, oldest_of_no_kind;
    std::array<std::uint64_t, partition::record_kinds> counts{};
    std::array<std::optional<WallTime>, partition::record_kinds> since{};
    for (auto const& slot : slots_) {
        Position const safe = slot.sender->acked();
        auto const backlog = slot.log->backlog(safe);
        if (backlog.records == 0) continue;
        records += backlog.records;
        bytes += backlog.bytes;
        auto const first = slot.log->time_after(safe);
        if (first) note_older(oldest, *first);
        std::uint64_t known = 0;
        auto const kinds = slot.log->backlog_by_kind(safe);
        for (std::size_t i = 0; i < kinds.size(); ++i) {
            if (kinds[i].records == 0) continue;
            known += kinds[i].records;
            counts[i] += kinds[i].records;
            note_older(since[i], kinds[i].oldest);
        }
        if (known >= backlog.records) continue;
        of_no_kind += backlog.records - known;
        if (first) note_older(oldest_of_no_kind, *first);
    }
    if (of_no_kind > 0) {
        constexpr auto other = static_cast<std::size_t>(partition::RecordKind::other);
        counts[other] += of_no_kind;
        if (oldest_of_no_kind) note_older(since[other], *oldest_of_no_kind);
        status.set_lag_estimated(true);
    }
    status.set_lag_records(records);
    status.set_lag_bytes(bytes);
    if (oldest) status.set_lag_us(age(*oldest, now));
    for (std::size_t i = 0; i < counts.size(); ++i) {
        auto& kind = *status.add_lag_by_kind();
        kind.set_kind(partition::name(static_cast<partition::RecordKind>(i)));
        kind.set_records(counts[i]);
        if (since[i]) kind.set_oldest_us(age(*since[i], now));
    }
}

peer::HubStatus HubNode::status(Now now) const {
    peer::HubStatus status;
    status.set_hub(definition_.name());
    for (auto const& host : definition_.host_names()) status.add_host_names(host);
    status.set_role(failover::name(ownership_.state()));
    status.set_epoch(value(ownership_.epoch()));
    status.set_owner(ownership_.owner());
    if (auto expiry = ownership_.lease_expires_at())
        status.set_lease_us(std::max<std::int64_t>(0, (*expiry - now.mono).count()));
    status.set_pair_connected(pair_up_);
    status.set_goal(settings().goal() == record::GOAL_REGION_SYNC ? "region-sync" : "region-async");
    status.set_automatic_failover(settings().automatic_failover());
    status.set_sync_suspended(sync_suspended_);
    status.set_settings_revision(settings().revision());
    bool const follower = ownership_.state() == failover::State::following;
    for (auto const& slot : slots_) {
        status.add_end_positions(slot.log->end().position.bits());
        if (follower && (slot.log->incomplete() || slot.receiver->catching_up()))
            status.set_catching_up(true);
    }
    if (!follower && pair_) add_lag(status, now);
    status.set_connected_devices(online_.size());
    status.set_total_devices(device_counts().total);
    status.set_devices_max(settings().devices_max());
    status.set_messages_today(messages_today(now));
    status.set_messages_max(settings().messages_a_day());
    *status.mutable_counters() = tallies_.counters();
    return status;
}

}  // namespace tandem::region
