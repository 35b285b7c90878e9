// sim/clients.cpp -- devices that connect, send and patch, and a back end that creates and changes
// them. They retry as real clients do: elsewhere, after a moment.
#include "codec/base64.hpp"
#include "identity/sas.hpp"
#include "region/hub_node.hpp"
#include "sim/world.hpp"

namespace tandem::sim {

namespace {

constexpr std::size_t device_count = 4;
constexpr std::size_t questions_max = 6;
constexpr Duration patience = 8s;

std::string key_of(std::string const& id) {
    return base64_encode(id + std::string(32 - id.size(), '.'));
}

}  // namespace

std::string World::fresh_mark(std::string const& stem) {
    return "#" + stem + "-" + std::to_string(++marks_) + "!";
}

void World::start_clients() {
    WallTime const far = WallTime{1'700'000'000s} + 24h * 3650;
    for (std::size_t i = 0; i < device_count; ++i) {
        std::string const id = "d" + std::to_string(i);
        devices_.push_back({.id = id,
                            .sas = identity::make_sas("hub1.tandem.test/devices/" + id,
                                                      key_of(id), far)});
        schedule_.after(1s, [this, i] { device_step(i); });
    }
    schedule_.after(500ms, [this] { back_end_step(); });
}

void World::submit(std::size_t region, Asked asked, hub::Command command) {
    std::uint64_t const token = ++tokens_;
    ConnectionId const connection = asked.connection;
    asked.region = region;
    asked.wall = sites_[region].clock.read(schedule_.now()).wall;
    asked_[token] = std::move(asked);
    input(region, [this, region, connection, token, command = std::move(command)] {
        Site& site = sites_[region];
        site.node->submit(connection, token, "", command, site.clock.read(schedule_.now()));
    });
}

// ---- devices

void World::device_step(std::size_t index) {
    Device& device = devices_[index];
    schedule_.after(random_.up_to(weather_.pace), [this, index] { device_step(index); });
    if (!clients_) return;
    if (device.waiting > 0 && schedule_.now() > device.since + patience) return leave(device, true);
    switch (device.is) {
        case Device::Is::away: return open(device, index);
        case Device::Is::opening: return;
        case Device::Is::open:
            if (device.waiting < questions_max) speak(device, index);
            return;
    }
}

void World::open(Device& device, std::size_t index) {
    if (!sites_[device.region].up) {
        device.region = 1 - device.region;
        return;
    }
    device.is = Device::Is::opening;
    device.connection = ConnectionId{++connections_};
    device.waiting = 1;
    device.since = schedule_.now();
    submit(device.region, {.device = index, .connection = device.connection},
           hub::OpenSession{.device = {device.id}, .sas = device.sas, .clean = false,
                            .model_id = ""});
}

void World::speak(Device& device, std::size_t index) {
    std::string const mark = fresh_mark(device.id);
    if (device.waiting++ == 0) device.since = schedule_.now();
    Asked asked{.device = index, .connection = device.connection, .mark = mark};
    if (random_.chance(75)) {
        hub::SendTelemetry command;
        command.message.set_device_id(device.id);
        command.message.set_message_id(mark);
        command.message.set_body("measured");
        return submit(device.region, std::move(asked), std::move(command));
    }
    submit(device.region, std::move(asked),
           hub::PatchReported{.device = {device.id},
                              .patch = "{\"mark\":\"" + mark + "\"}",
                              .expected_version = std::nullopt});
}

void World::leave(Device& device, bool other_region) {
    ConnectionId const connection = std::exchange(device.connection, ConnectionId{});
    device.is = Device::Is::away;
    device.waiting = 0;
    std::size_t const region = device.region;
    if (other_region) device.region = 1 - region;
    if (!sites_[region].up || !sites_[region].node) return;
    // Not at once: we may be in the middle of that node's outputs.
    schedule_.after(1us, [this, region, connection] {
        input(region, [this, region, connection] {
            Site& site = sites_[region];
            site.node->on_connection_closed(connection, site.clock.read(schedule_.now()));
        });
    });
}

// ---- the back end

void World::back_end_step() {
    schedule_.after(random_.up_to(2 * weather_.pace), [this] { back_end_step(); });
    if (!clients_) return;
    std::size_t const region = back_end_region_;
    if (!sites_[region].up) {
        back_end_region_ = 1 - region;
        return;
    }
    std::size_t const index = random_.below(devices_.size());
    Device const& device = devices_[index];
    Asked asked{.connection = ConnectionId{1 + region}};
    if (device.missing) {
        asked.creates = true;
        asked.device = index;
        return submit(region, std::move(asked),
                      hub::PutDevice{.device = {device.id},
                                     .body = "{\"deviceId\":\"" + device.id +
                                             "\",\"authentication\":{\"type\":\"sas\","
                                             "\"symmetricKey\":{\"primaryKey\":\"" +
                                             key_of(device.id) + "\",\"secondaryKey\":\"" +
                                             key_of(device.id) + "\"}}}",
                                     .if_match = std::nullopt});
    }
    asked.mark = fresh_mark("b");
    if (random_.chance(30)) {
        std::string const mark = asked.mark;
        return submit(region, std::move(asked),
                      hub::PutDevice{.device = {mark},
                                     .body = "{\"deviceId\":\"" + mark + "\"}",
                                     .if_match = std::nullopt});
    }
    Bytes body = R"({"properties":{"desired":{"mark":")" + asked.mark + "\"}}}";
    submit(region, std::move(asked),
           hub::UpdateTwin{.device = {device.id},
                           .body = std::move(body),
                           .if_match = std::nullopt,
                           .replace = false});
}

void World::answered(Asked const& asked, std::size_t region, Result<hub::Reply> const& reply) {
    if (reply.ok() && !asked.mark.empty())
        memory_.note(asked.mark,
                     {.at = schedule_.now(),
                      .wall = asked.wall,
                      .epoch = hub(region)->ownership().epoch(),
                      .region = region,
                      .sync = sync(region)});
    if (!reply.ok()) {
        count("refusals");
        say(std::string{"    "} + site_names[region] + " refuses: " + reply.error().detail);
    }
    if (asked.creates) {
        bool const there = reply.ok() || reply.code() == Errc::device_already_exists;
        if (there) devices_[*asked.device].missing = false;
    }
    if (!asked.device || asked.creates) {
        if (!reply.ok() &&
            (reply.code() == Errc::not_owner || reply.code() == Errc::hub_not_found ||
             reply.code() == Errc::unavailable))
            back_end_region_ = 1 - region;
        if (!reply.ok() && reply.code() == Errc::device_not_found)
            for (auto& device : devices_) device.missing = true;   // lost by a failover
        return;
    }
    Device& device = devices_[*asked.device];
    if (device.connection != asked.connection) return;
    if (device.waiting > 0) --device.waiting;
    device.since = schedule_.now();
    if (reply.ok()) {
        if (device.is == Device::Is::opening) device.is = Device::Is::open;
        return;
    }
    if (reply.code() == Errc::unauthorized) device.missing = true;
    leave(device, reply.code() != Errc::unauthorized);
}

}  // namespace tandem::sim
