// What clients ask of a hub: admission, decision, append, and the release of answers.

#include "region/hub_node.hpp"

#include <algorithm>
#include <utility>

namespace tandem::region {

namespace {

bool of_a_session(hub::Command const& command) {
    return std::holds_alternative<hub::SendTelemetry>(command) ||
           std::holds_alternative<hub::ChangeSubscriptions>(command) ||
           std::holds_alternative<hub::CloseSession>(command) ||
           std::holds_alternative<hub::GetDeviceTwin>(command) ||
           std::holds_alternative<hub::PatchReported>(command);
}

Error moved() { return Error{Errc::not_owner, "the hub is served by another region"}; }

}  // namespace

void HubNode::answer(Asker asker, Result<hub::Reply> reply) {
    node_.answer(asker.connection, asker.token, std::move(reply));
}

void HubNode::submit(Asker asker, hub::Command command, Now now) {
    if (!admits(asker.connection, command)) {
        tallies_.refused_by_network();
        return answer(asker, Error{Errc::unauthorized, "Unauthorized"});
    }
    if (ownership_.admitting(now)) return run(asker, command, now);
    if (ownership_.state() == failover::State::following) return answer(asker, moved());
    if (queued_.size() >= limits::pending_commands_max)
        return answer(asker, Error{Errc::unavailable, "too many commands wait for the owner"});
    queued_.push_back({asker, std::move(command)});
}

void HubNode::admit_queued(Now now) {
    while (!queued_.empty() && ownership_.admitting(now)) {
        Queued next = std::move(queued_.front());
        queued_.pop_front();
        run(next.asker, next.command, now);
    }
}

void HubNode::run(Asker asker, hub::Command& command, Now now) {
    if (waiting_count_ >= limits::pending_commands_max)
        return answer(asker, Error{Errc::unavailable, "too many answers wait"});
    if (DeviceId const* device = hub::device_of(command)) {
        auto const index = hub::partition_of(device->value, definition_.partition_count());
        return run_device(asker, command, value(index), now);
    }
    if (auto* send = std::get_if<hub::SendTelemetry>(&command)) {
        auto const index =
            hub::partition_of(send->message.device_id(), definition_.partition_count());
        return run_device(asker, command, value(index), now);
    }
    if (std::holds_alternative<hub::Authorize>(command))
        return run_device(asker, command, slots_.size() - 1, now);
    if (auto const* list = std::get_if<hub::ListDevices>(&command))
        return list_devices(asker, *list);
    if (std::holds_alternative<hub::GetStatistics>(command)) return statistics(asker);
    if (auto const* query = std::get_if<hub::QueryDevices>(&command))
        return query_devices(asker, *query);
    if (auto const* page = std::get_if<hub::ExportDevices>(&command))
        return export_devices(asker, *page);
    if (auto const* request = std::get_if<hub::BulkRegistry>(&command))
        return bulk(asker, *request, now);
    if (auto const* find = std::get_if<hub::FindTelemetry>(&command))
        return find_telemetry(asker, *find);
    if (auto const* read = std::get_if<hub::ReadTelemetry>(&command))
        return read_telemetry(asker, *read);
    if (auto const* get = std::get_if<hub::GetEventPartition>(&command))
        return event_partition(asker, *get);
    if (std::holds_alternative<hub::GetEventHub>(command)) return event_hub(asker);
    answer(asker, Error{Errc::not_implemented, "this command has no handler"});
}

bool HubNode::holds_session(hub::Command const& command, ConnectionId connection) const {
    if (!of_a_session(command)) return true;
    // The will of a connection that was taken over: nothing else of it is closed.
    if (auto const* close = std::get_if<hub::CloseSession>(&command);
        close != nullptr && close->taken_over)
        return true;
    auto const found = device_of_.find(connection);
    if (found == device_of_.end()) return false;
    if (auto const* send = std::get_if<hub::SendTelemetry>(&command))
        return found->second == send->message.device_id();
    return found->second == hub::device_of(command)->value;
}

/// What the command is decided on.
hub::Context HubNode::context_of(Slot const& slot, hub::Command const& command, Now now) const {
    return {.now = now,
            .random = node_.random_,
            .definition = definition_,
            .settings = settings(),
            .view = slot.log->view(),
            .quota = quota_for(command, now)};
}

void HubNode::run_device(Asker asker, hub::Command& command, std::size_t index, Now now) {
    Tally const tally = tally_of(command);
    tallies_.attempted(tally);
    auto const refuse = [&](Error const& error) {
        tallies_.refused(tally, error.code);
        answer(asker, error);
    };
    if (!holds_session(command, asker.connection)) {
        if (std::holds_alternative<hub::CloseSession>(command))
            return answer(asker, hub::Reply{hub::Done{}});
        return refuse(Error{Errc::conflict, "another connection holds the session"});
    }
    Slot& slot = slots_[index];
    bool const telemetry = std::holds_alternative<hub::SendTelemetry>(command);
    bool const opens = std::holds_alternative<hub::OpenSession>(command);
    auto const* close = std::get_if<hub::CloseSession>(&command);
    bool const closes = close != nullptr && !close->taken_over;
    DeviceId const device = opens || closes ? *hub::device_of(command) : DeviceId{};

    hub::Context const context = context_of(slot, command, now);
    auto decision = hub::decide(std::move(command), context);
    if (!decision.ok()) return refuse(decision.error());
    if (!decision->facts.empty() && !node_.store_.writable())
        return refuse(Error{Errc::unavailable, "this region's disk is full"});

    std::vector<hub::DeviceEvent> events;
    for (auto const& fact : decision->facts) {
        slot.log->append(fact, ownership_.epoch(), now.wall);
        if (telemetry) continue;
        if (auto event = hub::event_of(fact, slot.log->view())) events.push_back(std::move(*event));
    }
    note_proof(asker.connection, decision->reply);
    if (opens) note_session(asker, device);
    if (closes) {
        online_.erase(device.value);
        device_of_.erase(asker.connection);
    }
    Position const end = slot.log->end().position;
    for (auto& event : events) {
        slot.waiting.push_back({.position = end, .event = std::move(event)});
        ++waiting_count_;
    }
    Waiting waiting{.position = end,
                    .asker = asker,
                    .reply = std::move(decision->reply),
                    .tally = tally};
    if (telemetry) waiting.telemetry_time = slot.log->end_time();
    slot.waiting.push_back(std::move(waiting));
    ++waiting_count_;
    if (end <= acknowledged(index) && slot.waiting.size() == 1) release_slot(slot, end, now);
}

/// The device is here now; whoever held its session is told and forgotten.
void HubNode::note_session(Asker asker, DeviceId const& device) {
    auto const [entry, fresh] = online_.try_emplace(device.value, asker.connection);
    if (!fresh && entry->second != asker.connection) {
        node_.notify(entry->second, hub::Closed{hub::CloseReason::taken_over});
        device_of_.erase(entry->second);
        entry->second = asker.connection;
    }
    device_of_[asker.connection] = device.value;
}

void HubNode::answer_when_all(Asker asker, hub::Reply reply) {
    Gathered gathered{.positions = {}, .asker = asker, .reply = std::move(reply)};
    for (auto const& slot : slots_) gathered.positions.push_back(slot.log->end().position);
    gathered_.push_back(std::move(gathered));
    ++waiting_count_;
}

void HubNode::list_devices(Asker asker, hub::ListDevices const& command) {
    std::size_t const top = command.top == 0 ? limits::registry_list_max
                                             : std::min(command.top, limits::registry_list_max);
    Bytes json = "[";
    std::size_t count = 0;
    for (auto const& slot : slots_) {
        for (auto const& [id, device] : slot.log->view().devices()) {
            if (count == top) break;
            if (count++ > 0) json += ',';
            json += hub::render_device(device, slot.log->view().connected(device));
        }
    }
    json += ']';
    answer_when_all(asker, hub::Document{std::move(json), {}});
}

void HubNode::statistics(Asker asker) {
    DeviceCounts const counts = device_counts();
    hub::Statistics sum;
    sum.total = counts.total;
    sum.enabled = counts.enabled;
    sum.disabled = sum.total - sum.enabled;
    sum.connected = online_.size();
    answer_when_all(asker, sum);
}

void HubNode::bulk(Asker asker, hub::BulkRegistry const& command, Now now) {
    auto operations = hub::bulk_operations(command);
    if (!operations.ok()) return answer(asker, operations.error());
    if (!node_.store_.writable())
        return answer(asker, Error{Errc::unavailable, "this region's disk is full"});
    std::vector<std::pair<DeviceId, Error>> refusals;
    for (auto& operation : *operations) {
        auto const index = value(
            hub::partition_of(operation.device.value, definition_.partition_count()));
        Slot& slot = slots_[index];
        hub::Context const context = context_of(slot, operation.commands.front(), now);
        DeviceId const device = operation.device;
        auto decision = hub::decide(std::move(operation), context);
        if (!decision.ok()) {
            refusals.emplace_back(device, decision.error());
            continue;
        }
        for (auto const& fact : decision->facts) {
            Position const end = slot.log->append(fact, ownership_.epoch(), now.wall);
            auto event = hub::event_of(fact, slot.log->view());
            if (!event) continue;
            slot.waiting.push_back({.position = end, .event = std::move(*event)});
            ++waiting_count_;
        }
    }
    answer_when_all(asker, hub::bulk_result(refusals));
}

void HubNode::release(Now now) {
    if (!ownership_.serving(now)) return;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        release_slot(slots_[i], acknowledged(i), now);
        wake_readers(i);
    }
    std::erase_if(gathered_, [this](Gathered& gathered) {
        for (std::size_t i = 0; i < slots_.size(); ++i)
            if (gathered.positions[i] > acknowledged(i)) return false;
        answer(gathered.asker, std::move(gathered.reply));
        --waiting_count_;
        return true;
    });
}

void HubNode::release_slot(Slot& slot, Position acknowledged, Now now) {
    if (!ownership_.serving(now)) return;
    while (!slot.waiting.empty() && slot.waiting.front().position <= acknowledged) {
        Waiting waiting = std::move(slot.waiting.front());
        slot.waiting.pop_front();
        --waiting_count_;
        if (waiting.telemetry_time != WallTime{}) {
            slot.newest_telemetry = waiting.position;
            slot.newest_telemetry_time = waiting.telemetry_time;
        }
        perform(waiting);
    }
}

void HubNode::perform(Waiting& waiting) {
    if (waiting.event) {
        auto const online = online_.find(waiting.event->device.value);
        if (online != online_.end())
            node_.notify(online->second, std::move(waiting.event->event));
    }
    if (waiting.order_id != 0) reply_to_order(node_.control(), waiting.order_id);
    if (waiting.reply) tallies_.done(waiting.tally, *waiting.reply);
    if (waiting.asker) answer(*waiting.asker, std::move(*waiting.reply));
}

void HubNode::refuse_all(Error const& error) {
    for (auto& slot : slots_) {
        for (auto& waiting : slot.waiting)
            if (waiting.asker) answer(*waiting.asker, error);
        slot.waiting.clear();
        for (auto& read : slot.parked) answer(read.asker, error);
        slot.parked.clear();
    }
    for (auto& gathered : gathered_) answer(gathered.asker, error);
    gathered_.clear();
    for (auto& queued : queued_) answer(queued.asker, error);
    queued_.clear();
    waiting_count_ = 0;
}

void HubNode::on_connection_closed(ConnectionId connection, Now) {
    connections_.erase(connection);
    for (auto& slot : slots_)
        std::erase_if(slot.parked, [connection](ParkedRead const& read) {
            return read.asker.connection == connection;
        });
    auto const device = device_of_.find(connection);
    if (device == device_of_.end()) return;
    online_.erase(device->second);
    device_of_.erase(device);
}

}  // namespace tandem::region
