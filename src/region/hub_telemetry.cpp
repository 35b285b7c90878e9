// Readers of telemetry: where to begin, what to read, and whom to wake.

#include "region/hub_node.hpp"

#include <algorithm>
#include <utility>

namespace tandem::region {

namespace {

constexpr std::size_t scan_bytes = 256 * 1024;  ///< of log, for one look
constexpr std::size_t query_bytes_max = 1024 * 1024;  ///< of events in one answer to control
static_assert(query_bytes_max + limits::record_bytes_max < limits::peer_frame_bytes_max);

Error no_such_group() { return Error{Errc::not_found, "there is no such consumer group"}; }

bool is_telemetry(record::Decoded const& decoded) { return decoded.fact.has_telemetry(); }

}  // namespace

void HubNode::find_telemetry(Asker asker, hub::FindTelemetry const& command) {
    std::size_t const index = value(command.partition);
    if (index + 1 >= slots_.size())
        return answer(asker, Error{Errc::not_found, "there is no such partition"});
    Slot const& slot = slots_[index];
    hub::ReadStart const& start = command.start;
    hub::TelemetryFound found;
    switch (start.kind) {
        case hub::ReadStart::Kind::position:
            found.after = start.position;
            if (start.inclusive && !start.position.none())
                found.after = Position::from_bits(start.position.bits() - 1);
            break;
        case hub::ReadStart::Kind::latest:
            found.after = acknowledged(index);
            break;
        case hub::ReadStart::Kind::enqueued_time:
            // Times are shown in milliseconds: "after" begins with the next one.
            found.after = slot.log->last_before(start.inclusive ? start.time : start.time + 1ms);
            break;
    }
    answer(asker, hub::Reply{found});
}

void HubNode::read_telemetry(Asker asker, hub::ReadTelemetry const& command) {
    std::size_t const index = value(command.partition);
    if (index + 1 >= slots_.size())
        return answer(asker, Error{Errc::not_found, "there is no such partition"});
    if (!knows_group(command.group)) return answer(asker, no_such_group());
    ParkedRead read{asker, command};
    if (!try_read(slots_[index], index, read)) slots_[index].parked.push_back(std::move(read));
}

/// Names of consumer groups are compared as their clients write them: case does not matter.
bool HubNode::knows_group(std::string const& name) const {
    auto const& groups = settings().consumer_groups();
    auto const same = [&name](std::string const& group) {
        auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; };
        return std::equal(name.begin(), name.end(), group.begin(), group.end(),
                          [&](char a, char b) { return lower(a) == lower(b); });
    };
    return name.empty() || std::any_of(groups.begin(), groups.end(), same);
}

/// A consumer group was deleted, perhaps: its readers do not wait for telemetry any more.
void HubNode::refuse_readers_without_group() {
    for (auto& slot : slots_)
        std::erase_if(slot.parked, [this](ParkedRead const& read) {
            if (knows_group(read.request.group)) return false;
            answer(read.asker, no_such_group());
            return true;
        });
}

/// Answers the read if there is anything for it; moves its start over what is not telemetry.
bool HubNode::try_read(Slot& slot, std::size_t index, ParkedRead& read) {
    Position const limit = acknowledged(index);
    hub::TelemetryRead found;
    std::size_t bytes = 0;
    while (read.request.after < limit && found.messages.size() < read.request.count_max &&
           bytes < read.request.bytes_max) {
        auto const entries = slot.log->read(read.request.after, limit, scan_bytes);
        if (entries.empty()) break;
        for (auto const& entry : entries) {
            if (found.messages.size() == read.request.count_max || bytes >= read.request.bytes_max)
                break;
            read.request.after = entry.position;
            auto decoded = record::decode(entry.record);
            TANDEM_ASSERT(decoded.ok(), "a record that was written cannot be read");
            if (!is_telemetry(*decoded)) continue;
            bytes += entry.record.size();
            found.messages.push_back({entry.position, decoded->header.time,
                                      std::move(*decoded->fact.mutable_telemetry())});
        }
    }
    if (found.messages.empty()) return false;
    tallies_.read_by_consumers(found.messages.size());
    found.last = read.request.after;
    found.newest = slot.newest_telemetry;
    found.newest_enqueued = slot.newest_telemetry_time;
    answer(read.asker, hub::Reply{std::move(found)});
    return true;
}

void HubNode::wake_readers(std::size_t index) {
    Slot& slot = slots_[index];
    if (slot.parked.empty()) return;
    Position const now_at = acknowledged(index);
    if (now_at == slot.woken_at) return;
    slot.woken_at = now_at;
    std::erase_if(slot.parked, [&](ParkedRead& read) { return try_read(slot, index, read); });
}

void HubNode::event_partition(Asker asker, hub::GetEventPartition const& command) {
    std::size_t const index = value(command.partition);
    if (index + 1 >= slots_.size())
        return answer(asker, Error{Errc::not_found, "there is no such partition"});
    Slot const& slot = slots_[index];
    hub::EventPartitionInfo info;
    info.last = slot.newest_telemetry;
    info.last_enqueued = slot.newest_telemetry_time;
    Position after;
    while (info.first.none() && after < info.last) {
        auto const entries = slot.log->read(after, info.last, scan_bytes);
        if (entries.empty()) break;
        for (auto const& entry : entries) {
            after = entry.position;
            auto const decoded = record::decode(entry.record);
            if (!decoded.ok() || !is_telemetry(*decoded)) continue;
            info.first = entry.position;
            break;
        }
    }
    info.empty = info.first.none();
    answer(asker, hub::Reply{info});
}

void HubNode::event_hub(Asker asker) {
    hub::EventHubInfo info;
    info.name = definition_.name();
    info.created = wall_from_micros(definition_.created_us());
    info.partition_count = static_cast<std::uint16_t>(definition_.partition_count());
    for (auto const& group : settings().consumer_groups()) info.consumer_groups.push_back(group);
    answer(asker, hub::Reply{std::move(info)});
}

/// Control asks for people who look on. Never waits: there may be nothing new.
void HubNode::on_event_query(SiteName const& from, peer::EventQuery const& query, Now now) {
    peer::Envelope envelope;
    auto& answer = *envelope.mutable_event_answer();
    answer.set_hub(definition_.name());
    answer.set_query_id(query.query_id());
    answer.set_owner(ownership_.serving(now));
    if (!answer.owner()) return node_.send(from, std::move(envelope));
    std::size_t const partitions = slots_.size() - 1;
    bool const given = query.start_case() == peer::EventQuery::START_NOT_SET;
    if (given && static_cast<std::size_t>(query.after_size()) != partitions) {
        answer.set_refused("The cursor is not one of this hub.");
        return node_.send(from, std::move(envelope));
    }
    std::vector<Position> after;
    for (std::size_t i = 0; i < partitions; ++i) {
        if (given) after.push_back(Position::from_bits(query.after(static_cast<int>(i))));
        else if (query.has_from_us())
            after.push_back(slots_[i].log->last_before(wall_from_micros(query.from_us())));
        else after.push_back(acknowledged(i));
    }
    // Each partition has its share, and another one is first each time: none starves another.
    std::size_t const share = std::max<std::size_t>(1, query.count_max() / partitions);
    std::size_t bytes_left = query_bytes_max;
    for (std::size_t i = 0; i < partitions; ++i) {
        std::size_t const slot = (query.query_id() + i) % partitions;
        after[slot] = read_events(slot, after[slot], share, bytes_left, answer);
    }
    for (Position const position : after) answer.add_after(position.bits());
    node_.send(from, std::move(envelope));
}

/// Appends acknowledged telemetry after `after`; returns how far it has looked.
Position HubNode::read_events(std::size_t index, Position after, std::size_t count_max,
                              std::size_t& bytes_left, peer::EventAnswer& answer) const {
    Position const limit = acknowledged(index);
    if (bytes_left == 0 || after >= limit) return after;
    std::size_t count = 0;
    for (auto const& entry : slots_[index].log->read(after, limit, scan_bytes)) {
        auto decoded = record::decode(entry.record);
        TANDEM_ASSERT(decoded.ok(), "a record that was written cannot be read");
        if (is_telemetry(*decoded)) {
            auto& event = *answer.add_events();
            event.set_partition(static_cast<std::uint32_t>(index));
            event.set_position(entry.position.bits());
            event.set_enqueued_us(to_micros(decoded->header.time));
            event.mutable_message()->Swap(decoded->fact.mutable_telemetry());
            bytes_left -= std::min(bytes_left, entry.record.size());
            ++count;
        }
        after = entry.position;
        if (count == count_max || bytes_left == 0) break;
    }
    return after;
}

}  // namespace tandem::region
