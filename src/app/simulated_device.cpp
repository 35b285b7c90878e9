#include "app/simulated_device.hpp"

#include "codec/mqtt/decode.hpp"
#include "codec/mqtt/encode.hpp"
#include "codec/mqtt/fixed_header.hpp"
#include "codec/mqtt/topic.hpp"
#include "identity/sas.hpp"

#include <algorithm>
#include <array>

namespace tandem::app {

namespace {

constexpr auto keep_alive = std::chrono::seconds{60};
constexpr Duration ping_after = 30s;
constexpr Duration connect_wait_max = 10s;
constexpr Duration acknowledge_wait_max = 10s;   ///< then the connection is taken for dead
constexpr Duration rest_first = 200ms;
constexpr Duration rest_max = 10s;
constexpr Duration patch_every = 5s;
constexpr std::size_t packet_bytes_max = 256 * 1024;
constexpr std::uint16_t subscribe_id = 65'535;

mqtt::PacketId packet_id(std::uint64_t message) {
    return mqtt::PacketId{static_cast<std::uint16_t>(message % 65'000 + 1)};
}

}  // namespace

void Fleet::on_acknowledged(Time now, Duration took) {
    ++acknowledged;
    latency.add(took);
    longest_gap = std::max(longest_gap, now - waiting_since);
    waiting_since = now;
}

void Fleet::on_waiting(Time now) {
    if (waiting++ == 0) waiting_since = now;
}

SimulatedDevice::SimulatedDevice(Fleet& fleet, std::size_t number, std::string key_base64)
    : fleet_(fleet), number_(number), name_(name_of(number)), key_(std::move(key_base64)),
      topic_(mqtt::telemetry_prefix(name_) + "/"), link_(fleet.loop, fleet.target, *this),
      alarm_(fleet.loop, [this] { on_alarm(); }) {}

void SimulatedDevice::start(Time at) {
    resume_at_ = at;
    first_ = at + std::chrono::duration_cast<Duration>(fleet_.period * chance());
    next_patch_ = at + std::chrono::duration_cast<Duration>(patch_every * chance());
    alarm_.set(at);
}

void SimulatedDevice::stop_sending() {
    make_due_messages(fleet_.loop.now().mono);
    sending_ = false;
}

void SimulatedDevice::close() {
    alarm_.cancel();
    if (link_.live()) {
        mqtt::encode_disconnect(link_.output());
        link_.flush();
    }
    link_.close();
}

void SimulatedDevice::connect() {
    state_ = State::connecting;
    since_ = fleet_.loop.now().mono;
    if (known_) ++fleet_.reconnects;
    if (auto const opened = link_.open(); !opened.ok()) cut(opened.error().detail);
}

void SimulatedDevice::on_open() {
    Now const now = fleet_.loop.now();
    std::string const username = fleet_.hub_host + "/" + name_ + "/?api-version=2021-04-12";
    std::string const password = identity::make_sas(fleet_.hub_host + "/devices/" + name_, key_,
                                                    now.wall + 1h);
    mqtt::Connect connect;
    connect.client_id = name_;
    connect.keep_alive = keep_alive;
    connect.username = username;
    connect.password = password;
    mqtt::encode_connect(connect, link_.output());
    last_sent_ = now.mono;
}

void SimulatedDevice::on_lost(std::string const& why) { cut(why); }

void SimulatedDevice::cut(std::string const& why) {
    fleet_.last_fault = name_ + ": " + why;
    link_.close();
    if (counted_) --fleet_.connected;
    counted_ = false;
    input_.clear();
    in_flight_.reset();
    patch_.reset();
    rest();
    if (fleet_.on_cut) fleet_.on_cut();
}

void SimulatedDevice::rest() {
    state_ = State::resting;
    Duration const grown = rest_first * (1 << std::min(failures_, 10U));
    Duration const most = std::min(rest_max, grown);
    ++failures_;
    resume_at_ = fleet_.loop.now().mono +
                 std::chrono::duration_cast<Duration>(most * chance());
    set_alarm();
}

void SimulatedDevice::on_alarm() {
    Time const now = fleet_.loop.now().mono;
    make_due_messages(now);
    bool const late = state_ == State::connecting && now >= since_ + connect_wait_max;
    bool const mute = in_flight_ && now >= *in_flight_ + acknowledge_wait_max;
    bool const deaf = patch_ && now >= patch_->asked + acknowledge_wait_max;
    if (late || mute || deaf) return cut("no answer in time");
    if (state_ == State::resting && now >= resume_at_) connect();
    if (state_ == State::live) {
        send_due(now);
        link_.flush();
    }
    set_alarm();
}

void SimulatedDevice::set_alarm() {
    std::optional<Time> next;
    auto consider = [&](Time at) { next = next ? std::min(*next, at) : at; };
    if (sending_) consider(due_at(made_));
    if (in_flight_) consider(*in_flight_ + acknowledge_wait_max);
    if (patch_) consider(patch_->asked + acknowledge_wait_max);
    switch (state_) {
        case State::resting: consider(resume_at_); break;
        case State::connecting: consider(since_ + connect_wait_max); break;
        case State::live:
            consider(last_sent_ + ping_after);
            if (fleet_.twins && sending_ && !patch_) consider(next_patch_);
            break;
    }
    if (next) alarm_.set(*next);
}

void SimulatedDevice::make_due_messages(Time now) {
    while (sending_ && due_at(made_) <= now) ++made_;
    if (waiting_ || idle()) return;
    waiting_ = true;
    fleet_.on_waiting(now);
}

void SimulatedDevice::send_due(Time now) {
    if (!in_flight_ && !idle()) publish(sent_before_, now);
    if (fleet_.twins && sending_ && !patch_ && now >= next_patch_) patch_twin(now);
    if (now >= last_sent_ + ping_after) {
        mqtt::encode_pingreq(link_.output());
        last_sent_ = now;
    }
}

void SimulatedDevice::publish(bool dup, Time now) {
    std::string const topic = topic_ + "%24.mid=" + message_id(acknowledged_) +
                              "&%24.ct=application%2Fjson&%24.ce=utf-8";
    std::string const body = "{\"message\":" + std::to_string(acknowledged_) +
                             ",\"temperature\":" + std::to_string(15 + 15 * chance()) + "}";
    mqtt::Publish publish;
    publish.topic = topic;
    publish.payload = body;
    publish.qos = mqtt::Qos::at_least_once;
    publish.dup = dup;
    publish.packet_id = packet_id(acknowledged_);
    mqtt::encode_publish(publish, link_.output());
    ++(dup ? fleet_.resent : fleet_.sent);
    sent_before_ = true;
    in_flight_ = last_sent_ = now;
}

void SimulatedDevice::patch_twin(Time now) {
    patch_ = Patch{++patches_, now};
    next_patch_ = now + patch_every;
    std::string const topic =
        "$iothub/twin/PATCH/properties/reported/?$rid=" + std::to_string(patches_);
    std::string const body = "{\"simulated\":{\"run\":\"" + fleet_.run +
                             "\",\"patch\":" + std::to_string(patches_) + "}}";
    mqtt::Publish publish;
    publish.topic = topic;
    publish.payload = body;
    mqtt::encode_publish(publish, link_.output());
    last_sent_ = now;
}

void SimulatedDevice::on_bytes(ByteView bytes) {
    input_.append(bytes);
    std::size_t used = 0;
    for (;;) {
        auto const frame = mqtt::decode_frame(ByteView{input_}.substr(used), packet_bytes_max);
        if (!frame.ok()) return cut(frame.error().detail);
        if (!*frame) break;
        used += (*frame)->size();
        on_packet(static_cast<std::uint8_t>((*frame)->header.type), (*frame)->header.flags,
                  (*frame)->body);
        if (state_ == State::resting) return;
    }
    input_.erase(0, used);
    set_alarm();
}

void SimulatedDevice::on_packet(std::uint8_t type, std::uint8_t flags, ByteView body) {
    switch (static_cast<mqtt::PacketType>(type)) {
        case mqtt::PacketType::connack: return on_connack(body);
        case mqtt::PacketType::puback: return on_puback(body);
        case mqtt::PacketType::publish: return on_publish(flags, body);
        case mqtt::PacketType::suback:
        case mqtt::PacketType::pingresp: return;
        case mqtt::PacketType::connect:
        case mqtt::PacketType::pubrec:
        case mqtt::PacketType::pubrel:
        case mqtt::PacketType::pubcomp:
        case mqtt::PacketType::subscribe:
        case mqtt::PacketType::unsubscribe:
        case mqtt::PacketType::unsuback:
        case mqtt::PacketType::pingreq:
        case mqtt::PacketType::disconnect: break;
    }
    cut("a packet that a server does not send");
}

void SimulatedDevice::on_connack(ByteView body) {
    auto const connack = mqtt::decode_connack(body);
    if (!connack.ok()) return cut(connack.error().detail);
    if (connack->code != 0) {
        ++fleet_.refused;
        return cut("CONNACK " + std::to_string(connack->code));
    }
    state_ = State::live;
    failures_ = 0;
    known_ = counted_ = true;
    ++fleet_.connected;
    if (fleet_.twins && !connack->session_present) {
        std::string const text =
            mqtt::filter_text(mqtt::DeviceFilter::twin_responses, name_);
        std::array const filters{mqtt::Filter{text, mqtt::Qos::at_most_once}};
        mqtt::encode_subscribe(mqtt::PacketId{subscribe_id}, filters, link_.output());
    }
    Time const now = fleet_.loop.now().mono;
    make_due_messages(now);
    send_due(now);
}

void SimulatedDevice::on_puback(ByteView body) {
    auto const id = mqtt::decode_packet_id(body);
    if (!id.ok() || !in_flight_ || *id != packet_id(acknowledged_))
        return cut("an acknowledgement of nothing that was sent");
    Time const now = fleet_.loop.now().mono;
    fleet_.longest_device_gap = std::max(fleet_.longest_device_gap, now - due_at(acknowledged_));
    fleet_.on_acknowledged(now, now - due_at(acknowledged_));
    ++acknowledged_;
    in_flight_.reset();
    sent_before_ = false;
    make_due_messages(now);
    if (!idle()) return publish(false, now);
    waiting_ = false;
    --fleet_.waiting;
}

void SimulatedDevice::on_publish(std::uint8_t flags, ByteView body) {
    auto const publish = mqtt::decode_publish(flags, body);
    if (!publish.ok()) return cut(publish.error().detail);
    auto const response = mqtt::parse_twin_response(publish->topic);
    if (!response || !patch_ || response->request_id != std::to_string(patch_->request)) return;
    patch_.reset();
    bool const good = response->status == 204 && response->version;
    bool const rises = good && *response->version > twin_version_;
    if (good) twin_version_ = *response->version;
    ++fleet_.patches;
    if (rises) return;
    ++fleet_.twin_faults;
    fleet_.last_fault = name_ + ": twin patch answered " + std::to_string(response->status) +
                        " version " + std::to_string(response->version.value_or(-1));
}

std::string SimulatedDevice::message_id(std::uint64_t message) const {
    return fleet_.run + "-" + std::to_string(number_) + "-" + std::to_string(message);
}

bool SimulatedDevice::on_arrived(std::uint64_t message) {
    if (message >= made_) return false;
    if (arrived_.size() <= message) arrived_.resize(made_);
    if (arrived_[message] < 255) ++arrived_[message];
    return arrived_[message] == 1 && message < acknowledged_;
}

SimulatedDevice::Arrivals SimulatedDevice::arrivals() const {
    Arrivals result;
    for (std::uint64_t i = 0; i < acknowledged_; ++i) {
        unsigned const count = i < arrived_.size() ? arrived_[i] : 0U;
        if (count == 0) result.missing.push_back(i);
        if (count > 0) ++result.arrived;
        if (count > 1) result.duplicates += count - 1;
    }
    return result;
}

double SimulatedDevice::chance() {
    return std::uniform_real_distribution<double>{0.0, 1.0}(fleet_.random);
}

}  // namespace tandem::app
