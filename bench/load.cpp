#include "load.hpp"

#include "app/simulate_devices.hpp"
#include "app/simulated_device.hpp"
#include "codec/mqtt/encode.hpp"
#include "codec/mqtt/fixed_header.hpp"
#include "codec/mqtt/topic.hpp"
#include "identity/sas.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace tandem::bench {

namespace {

constexpr std::size_t connects_at_once = 50;      // then a pause: servers have accept queues
constexpr Duration connect_pause = 20ms;
constexpr Duration pace_every = 1ms;

double seconds(Duration d) { return static_cast<double>(d.count()) / 1e6; }

}  // namespace

Duration processor_time(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    auto const name_end = text.rfind(')');
    if (name_end == std::string::npos) return {};
    std::istringstream fields(text.substr(name_end + 2));
    std::string skipped;
    for (int i = 3; i < 14; ++i) fields >> skipped;
    std::int64_t user = 0, system = 0;
    fields >> user >> system;
    return Duration{(user + system) * 1'000'000 / sysconf(_SC_CLK_TCK)};
}

Publisher::Publisher(Load& load, std::size_t number)
    : load_(load), name_(app::SimulatedDevice::name_of(number)),
      link_(load.loop, load.options.target, *this), again_(load.loop, [this] { connect(); }) {
    bool const hub = !load.options.owner_key.empty();
    std::string const topic =
        hub ? mqtt::telemetry_prefix(name_) + "/" : "bench/" + std::to_string(number);
    std::string const body(load.options.body_bytes, 'x');
    mqtt::Publish publish;
    publish.topic = topic;
    publish.payload = body;
    publish.qos = mqtt::Qos::at_least_once;
    publish.packet_id = mqtt::PacketId{1};
    mqtt::encode_publish(publish, packet_);
    id_at_ = packet_.size() - body.size() - 2;
}

void Publisher::connect() {
    if (auto const opened = link_.open(); !opened.ok()) on_lost(opened.error().detail);
}

void Publisher::on_open() {
    auto const& options = load_.options;
    std::string username, password;
    mqtt::Connect connect;
    connect.client_id = name_;
    connect.keep_alive = std::chrono::seconds{1200};
    connect.clean = options.owner_key.empty();
    if (!options.owner_key.empty()) {
        username = "localhost/" + name_ + "/?api-version=2021-04-12";
        password = identity::make_sas("localhost/devices/" + name_,
                                      app::simulated_key(options.owner_key, name_),
                                      load_.loop.now().wall + 2h);
        connect.username = username;
        connect.password = password;
    }
    mqtt::encode_connect(connect, link_.output());
}

void Publisher::on_bytes(ByteView bytes) {
    if (!input_.empty()) input_.append(bytes);
    ByteView rest = input_.empty() ? bytes : ByteView{input_};
    for (;;) {
        auto const frame = mqtt::decode_frame(rest, 1024);
        if (!frame.ok()) {
            link_.close();
            return on_lost("not MQTT");
        }
        if (!*frame) break;
        ByteView const body = (*frame)->body;
        rest.remove_prefix((*frame)->size());
        if ((*frame)->header.type == mqtt::PacketType::connack) {
            if (body.size() != 2 || body[1] != 0) {
                link_.close();
                return on_lost("refused");
            }
            if (!ready_) load_.on_ready();
            ready_ = true;
            for (auto const& sent : in_flight_) append(sent.id, true);
        } else if ((*frame)->header.type == mqtt::PacketType::puback && body.size() == 2) {
            auto const high = static_cast<unsigned char>(body[0]);
            on_acknowledged(static_cast<std::uint16_t>((high << 8) |
                                                       static_cast<unsigned char>(body[1])));
        }
    }
    input_ = Bytes{rest};
    fill();
}

void Publisher::on_lost(std::string const& why) {
    load_.on_cut(name_ + ": " + why);
    input_.clear();
    if (!unserved_since_)
        unserved_since_ = in_flight_.empty() ? load_.loop.now().mono : in_flight_.front().due;
    auto const most = static_cast<double>(load_.options.back_off.count());
    again_.set_after(Duration{static_cast<std::int64_t>(
        std::uniform_real_distribution<double>{0.2, 1.0}(load_.random) * most)});
}

void Publisher::on_acknowledged(std::uint16_t id) {
    auto const sent = std::find_if(in_flight_.begin(), in_flight_.end(),
                                   [id](Sent const& it) { return it.id == id; });
    if (sent == in_flight_.end()) return;
    load_.on_acknowledged(sent->due, load_.loop.now().mono,
                          std::exchange(unserved_since_, std::nullopt));
    in_flight_.erase(sent);
}

void Publisher::append(std::uint16_t id, bool dup) {
    Bytes& out = link_.output();
    std::size_t const start = out.size();
    out.append(packet_);
    out[start + id_at_] = static_cast<char>(id >> 8);
    out[start + id_at_ + 1] = static_cast<char>(id);
    if (dup) out[start] = static_cast<char>(out[start] | 8);
    load_.fill_body(out);
}

void Publisher::fill() {
    if (load_.options.rate > 0 || load_.options.idle || !ready_ || !link_.live()) return;
    if (in_flight_.size() >= load_.options.window) return;
    Time const now = load_.loop.now().mono;
    while (in_flight_.size() < load_.options.window) send_one(now);
}

bool Publisher::send_one(Time due) {
    if (!ready_ || !link_.live() || in_flight_.size() >= load_.options.window) return false;
    append(next_id_, false);
    in_flight_.push_back({next_id_, due});
    if (++next_id_ == 0) next_id_ = 1;
    if (load_.options.rate > 0) link_.flush();
    return true;
}

Load::Load(world::EventLoop& loop_in, LoadOptions options_in)
    : loop(loop_in), options(std::move(options_in)),
      connecting_(loop, [this] { connect_more(); }), phase_(loop, [this] {
          measuring_ ? finish() : begin_measuring();
      }),
      pacing_(loop, [this] { pace(); }) {
    std::uniform_int_distribution<int> letter{32, 126};
    noise_.resize(1024 * 1024 + options.body_bytes);
    for (char& c : noise_) c = static_cast<char>(letter(random));
    for (std::size_t i = 0; i < options.connections; ++i)
        publishers_.push_back(std::make_unique<Publisher>(*this, i));
}

/// Other bytes in every message, so that no server can store them in less space than they take.
void Load::fill_body(Bytes& out) {
    std::size_t const size = options.body_bytes;
    noise_at_ = (noise_at_ + 7919) % (noise_.size() - size);
    noise_.copy(out.data() + out.size() - size, size, noise_at_);
}

int Load::run() {
    connect_more();
    loop.run();
    if (!options.idle) print();
    return measuring_ ? 0 : 1;
}

void Load::connect_more() {
    std::size_t const until = std::min(connects_begun_ + connects_at_once, publishers_.size());
    // Not more than a few batches ahead of the server.
    if (connects_begun_ < ready_ + 4 * connects_at_once)
        while (connects_begun_ < until) publishers_[connects_begun_++]->connect();
    if (connects_begun_ < publishers_.size()) connecting_.set_after(connect_pause);
}

void Load::on_ready() {
    if (++ready_ < publishers_.size()) return;
    if (options.idle) {
        std::printf("{\"connected\": %zu}\n", ready_);
        std::fflush(stdout);
        return;
    }
    phase_.set_after(options.warm_up);
    paced_until_ = loop.now().mono;
    if (options.rate > 0) pacing_.set_after(pace_every);
}

void Load::begin_measuring() {
    measuring_ = true;
    began_ = last_acknowledged_ = loop.now().mono;
    acknowledged_ = late_ = 0;
    latency_.clear();
    longest_gap_ = longest_wait_ = {};
    for (int const pid : options.server_pids) server_before_ += processor_time(pid);
    own_before_ = processor_time(getpid());
    phase_.set_after(options.measured);
}

void Load::finish() {
    took_ = loop.now().mono - began_;
    for (int const pid : options.server_pids) server_used_ += processor_time(pid);
    server_used_ -= server_before_;
    own_used_ = processor_time(getpid()) - own_before_;
    loop.stop();
}

/// Open loop: so many messages a second, whatever the server does. A message's time begins when it
/// is sent: what this alarm is late is the client's fault.
void Load::pace() {
    Time const now = loop.now().mono;
    Duration const step{static_cast<std::int64_t>(1e6 / options.rate)};
    for (; paced_until_ <= now; paced_until_ += step) {
        bool sent = false;
        for (std::size_t tries = 0; tries < publishers_.size() && !sent; ++tries)
            sent = publishers_[next_++ % publishers_.size()]->send_one(now);
        if (!sent) ++late_;
    }
    pacing_.set(now + pace_every);
}

void Load::on_cut(std::string const& why) {
    ++cuts_;
    last_fault_ = why;
}

void Load::on_acknowledged(Time due, Time now, std::optional<Time> unserved_since) {
    ++acknowledged_;
    latency_.add(now - due);
    longest_wait_ = std::max(longest_wait_, now - due);
    longest_gap_ = std::max(longest_gap_, now - last_acknowledged_);
    last_acknowledged_ = now;
    if (!unserved_since || !options.report_moves) return;
    double const at = static_cast<double>(to_micros(loop.now().wall)) / 1e6;
    std::printf("{\"back\": %.6f, \"waited\": %.6f}\n", at, seconds(now - *unserved_since));
    std::fflush(stdout);
}

void Load::print() const {
    auto const count = static_cast<double>(std::max<std::uint64_t>(acknowledged_, 1));
    std::printf("{\"acknowledged\": %llu, \"seconds\": %.3f, \"rate\": %.1f, \"p50_us\": %lld, "
                "\"p99_us\": %lld, \"max_us\": %lld, \"server_cpu_us\": %.3f, "
                "\"client_cpu_us\": %.3f, \"longest_gap_s\": %.4f, \"longest_wait_s\": %.4f, "
                "\"cuts\": %llu, \"late\": %llu, \"last_fault\": \"%s\"}\n",
                static_cast<unsigned long long>(acknowledged_), seconds(took_),
                count / std::max(seconds(took_), 1e-6),
                static_cast<long long>(latency_.at(0.5).count()),
                static_cast<long long>(latency_.at(0.99).count()),
                static_cast<long long>(latency_.max().count()),
                static_cast<double>(server_used_.count()) / count,
                static_cast<double>(own_used_.count()) / count, seconds(longest_gap_),
                seconds(longest_wait_), static_cast<unsigned long long>(cuts_),
                static_cast<unsigned long long>(late_), last_fault_.c_str());
}

}  // namespace tandem::bench
