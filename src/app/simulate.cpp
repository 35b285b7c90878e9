// `tandem simulate`: devices that send, and a consumer that checks that all of it has arrived.

#include "app/concierge_client.hpp"
#include "app/event_feed.hpp"
#include "app/quickstart.hpp"
#include "app/simulate_devices.hpp"
#include "app/simulated_device.hpp"
#include "app/verbs.hpp"
#include "world/system.hpp"
#include "world/tls.hpp"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <memory>
#include <sys/resource.h>
#include <vector>

namespace tandem::app {

namespace {

constexpr Duration look_every = 100ms;
constexpr Duration settle_wait_max = 60s;     ///< for the last acknowledgements
constexpr Duration quiet_wait_max = 15s;      ///< without an event: what is missing is missing
constexpr Duration duplicates_wait = 500ms;   ///< after the last event, when all have arrived
constexpr std::size_t connects_per_second = 500;
constexpr std::size_t missing_shown_max = 10;

double seconds(Duration d) { return static_cast<double>(d.count()) / 1e6; }
double millis(Duration d) { return static_cast<double>(d.count()) / 1e3; }

/// Devices and a consumer, in three acts.
class Simulation {
public:
    Simulation(world::EventLoop& loop, Installation const& it, Quickstart const& quickstart,
               world::TlsContext const& tls, SimulateOptions const& options);

    /// From now on devices and consumer connect to where the concierge says. Errors: as
    /// ConciergeClient::make.
    Result<void> follow(Quickstart const& quickstart, world::TlsContext const& tls);
    int run();

private:
    enum class Phase { sending, settling, reading };

    void on_directions(concierge::Directions const& directions);
    void look();
    void start_reading();
    bool read_all(Time now) const;
    void on_event(EventReader::Event const& event);
    void print_progress(Time now);
    int summary() const;

    world::EventLoop& loop_;
    SimulateOptions options_;
    Fleet fleet_;
    ClientLink::Target events_;
    EventReader::Options reader_;
    std::vector<std::unique_ptr<SimulatedDevice>> devices_;
    std::unique_ptr<EventFeed> feed_;
    std::unique_ptr<ConciergeClient> concierge_;
    world::Alarm alarm_;
    Phase phase_ = Phase::sending;
    bool interrupted_ = false;
    Time began_{}, send_until_{}, phase_began_{}, printed_{}, last_event_{};
    std::uint64_t acknowledged_printed_ = 0;
    std::uint64_t arrived_ = 0;
};

Simulation::Simulation(world::EventLoop& loop, Installation const& it,
                       Quickstart const& quickstart, world::TlsContext const& tls,
                       SimulateOptions const& options)
    : loop_(loop), options_(options),
      fleet_{.loop = loop, .target = {it.address, it.edge_ports.mqtt, "localhost", &tls},
             .hub_host = "localhost", .run = {}, .random = {}, .last_fault = {}, .latency = {}},
      events_{it.address, it.edge_ports.amqp, "localhost", &tls},
      alarm_(loop, [this] { look(); }) {
    Now const now = loop.now();
    world::SystemRandom random;
    std::string const seed = world::random_hex(random, 8);
    std::uint64_t number = 0;
    std::from_chars(seed.data(), seed.data() + seed.size(), number, 16);
    fleet_.random.seed(number);
    fleet_.run = seed;
    fleet_.period = Duration{static_cast<std::int64_t>(1e6 / options.rate)};
    fleet_.twins = options.twins;
    std::string const& owner = quickstart.owner_connection_string;
    std::string const key = connection_field(owner, "SharedAccessKey");
    reader_ = {.host = "localhost",
               .entity = quickstart.hub,
               .policy = connection_field(owner, "SharedAccessKeyName"),
               .key = key,
               .from = now.wall - 1s};

    began_ = printed_ = now.mono;
    Duration const ramp{static_cast<std::int64_t>(options.devices * 1'000'000 /
                                                  connects_per_second)};
    send_until_ = began_ + ramp + std::chrono::seconds{options.seconds};
    for (std::size_t i = 0; i < options.devices; ++i) {
        devices_.push_back(std::make_unique<SimulatedDevice>(
            fleet_, i, simulated_key(key, SimulatedDevice::name_of(i))));
        devices_.back()->start(began_ + ramp * static_cast<std::int64_t>(i) /
                                            static_cast<std::int64_t>(options.devices));
    }
}

Result<void> Simulation::follow(Quickstart const& quickstart, world::TlsContext const& tls) {
    TANDEM_TRY(auto const text, read_file(quickstart.concierge_keys_file));
    TANDEM_TRY(auto keys, concierge::read_key_set(text));
    TANDEM_TRY(concierge_, ConciergeClient::make(
                               loop_,
                               {.urls = quickstart.concierge_urls,
                                .host = fleet_.hub_host,
                                .keys = std::move(keys),
                                .tls = &tls},
                               [this](auto const& directions) { on_directions(directions); }));
    fleet_.target.address.clear();   // nowhere, until the concierge has said where
    events_.address.clear();
    fleet_.on_cut = [this] { concierge_->on_trouble(); };
    concierge_->start();
    return {};
}

void Simulation::on_directions(concierge::Directions const& directions) {
    auto const turn = [&](char const* protocol, ClientLink::Target& target) {
        auto const* const to = directions.endpoint(protocol);
        if (to == nullptr || (to->address == target.address && to->port == target.port)) return;
        std::printf("concierge: %s is served in %s: %s at %s:%u\n", directions.host.c_str(),
                    directions.display_name.c_str(), protocol, to->address.c_str(), to->port);
        target.address = to->address;
        target.port = to->port;
    };
    turn("mqtt", fleet_.target);
    turn("amqp", events_);
}

int Simulation::run() {
    loop_.on_signals({SIGINT, SIGTERM}, [this](int) {
        if (interrupted_) loop_.stop();
        interrupted_ = true;
    });
    alarm_.set_after(look_every);
    loop_.run();
    print_progress(loop_.now().mono);
    return summary();
}

void Simulation::look() {
    Time const now = loop_.now().mono;
    alarm_.set(now + look_every);
    if (now >= printed_ + 1s) print_progress(now);
    switch (phase_) {
        case Phase::sending:
            if (now < send_until_ && !interrupted_) return;
            for (auto& device : devices_) device->stop_sending();
            phase_ = Phase::settling;
            phase_began_ = now;
            return;
        case Phase::settling: {
            bool idle = true;
            for (auto const& device : devices_) idle = idle && device->idle();
            if (!idle && now < phase_began_ + settle_wait_max) return;
            for (auto& device : devices_) device->close();
            return start_reading();
        }
        case Phase::reading:
            if (read_all(now)) loop_.stop();
            return;
    }
}

void Simulation::start_reading() {
    phase_ = Phase::reading;
    phase_began_ = last_event_ = loop_.now().mono;
    feed_ = std::make_unique<EventFeed>(loop_, events_, reader_,
                                        [this](auto const& event) { on_event(event); });
    feed_->start();
}

bool Simulation::read_all(Time now) const {
    Duration const quiet = now - last_event_;
    return quiet >= (arrived_ >= fleet_.acknowledged ? duplicates_wait : quiet_wait_max);
}

void Simulation::on_event(EventReader::Event const& event) {
    last_event_ = loop_.now().mono;
    // {run}-{device}-{message}
    std::string_view id = event.message_id;
    if (!id.starts_with(fleet_.run + "-")) return;
    id.remove_prefix(fleet_.run.size() + 1);
    std::size_t device = 0;
    std::uint64_t message = 0;
    auto const dash = std::from_chars(id.data(), id.data() + id.size(), device);
    if (dash.ec != std::errc{} || dash.ptr == id.data() + id.size()) return;
    auto const end = std::from_chars(dash.ptr + 1, id.data() + id.size(), message);
    if (end.ec != std::errc{} || device >= devices_.size()) return;
    if (event.device_id == SimulatedDevice::name_of(device) &&
        devices_[device]->on_arrived(message))
        ++arrived_;
}

void Simulation::print_progress(Time now) {
    double const rate = static_cast<double>(fleet_.acknowledged - acknowledged_printed_) /
                        std::max(seconds(now - printed_), 1e-3);
    Duration const open = fleet_.waiting > 0 ? now - fleet_.waiting_since : Duration{};
    std::printf("%5.0f s  connected %zu  sent %llu  acknowledged %llu (%.0f/s)  "
                "longest gap %.2f s  reconnects %llu",
                seconds(now - began_), fleet_.connected,
                static_cast<unsigned long long>(fleet_.sent),
                static_cast<unsigned long long>(fleet_.acknowledged), rate,
                seconds(std::max(fleet_.longest_gap, open)),
                static_cast<unsigned long long>(fleet_.reconnects));
    if (phase_ == Phase::reading)
        std::printf("  arrived %llu", static_cast<unsigned long long>(arrived_));
    std::printf("\n");
    std::fflush(stdout);
    printed_ = now;
    acknowledged_printed_ = fleet_.acknowledged;
}

int Simulation::summary() const {
    std::uint64_t arrived = 0, duplicates = 0, missing = 0;
    std::string names;
    for (auto const& device : devices_) {
        auto const found = device->arrivals();
        arrived += found.arrived;
        duplicates += found.duplicates;
        for (auto const message : found.missing)
            if (missing++ < missing_shown_max) names += " " + device->message_id(message);
    }
    std::printf("\nacknowledged     %llu (%llu sent again after a cut)\n",
                static_cast<unsigned long long>(fleet_.acknowledged),
                static_cast<unsigned long long>(fleet_.resent));
    std::printf("arrived          %llu\n", static_cast<unsigned long long>(arrived));
    std::printf("missing          %llu%s\n", static_cast<unsigned long long>(missing),
                missing == 0 ? "" : (":" + names).c_str());
    std::printf("duplicates       %llu\n", static_cast<unsigned long long>(duplicates));
    std::printf("acknowledged in  p50 %.1f ms, p99 %.1f ms, most %.0f ms\n",
                millis(fleet_.latency.at(0.5)), millis(fleet_.latency.at(0.99)),
                millis(fleet_.latency.max()));
    std::printf("longest gap      %.2f s for all, %.2f s for one device\n",
                seconds(fleet_.longest_gap), seconds(fleet_.longest_device_gap));
    std::printf("reconnects       %llu, refused %llu\n",
                static_cast<unsigned long long>(fleet_.reconnects),
                static_cast<unsigned long long>(fleet_.refused));
    if (options_.twins)
        std::printf("twin patches     %llu answered, %llu wrongly\n",
                    static_cast<unsigned long long>(fleet_.patches),
                    static_cast<unsigned long long>(fleet_.twin_faults));
    if (concierge_)
        std::printf("concierge        %llu answers followed, %llu asked in vain%s\n",
                    static_cast<unsigned long long>(concierge_->answers()),
                    static_cast<unsigned long long>(concierge_->refusals()),
                    concierge_->last_fault().empty()
                        ? ""
                        : ("; last: " + concierge_->last_fault()).c_str());
    if (!fleet_.last_fault.empty()) std::printf("last cut         %s\n", fleet_.last_fault.c_str());
    bool const unread = !feed_ || (missing > 0 && !feed_->reading());
    if (unread)
        std::printf("the check is incomplete: %s\n",
                    feed_ ? feed_->last_fault().c_str() : "interrupted");
    return missing > 0 || fleet_.twin_faults > 0 || unread ? 1 : 0;
}

/// Every device needs a descriptor.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int simulate(SimulateOptions const& options) {
    if (options.devices == 0 || options.rate <= 0 || options.rate > 1000 || options.seconds < 0)
        return fail("simulate", "wants a device, a rate of up to 1000 and no negative time"), 2;
    auto const installation = load_installation(options.data_dir);
    if (!installation.ok()) return fail("simulate", installation.error().detail);
    auto const quickstart = load_quickstart(options.data_dir);
    if (!quickstart.ok()) return fail("simulate", quickstart.error().detail);
    auto const tls = world::TlsContext::make_client(installation->ca_file());
    if (!tls.ok()) return fail("simulate", tls.error().detail);
    std::signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();

    std::string const& owner = quickstart->owner_connection_string;
    auto const made = ensure_devices(*installation,
                                     {connection_field(owner, "SharedAccessKeyName"),
                                      connection_field(owner, "SharedAccessKey")},
                                     options.devices);
    if (!made.ok()) return fail("simulate", made.error().detail);
    world::EventLoop loop;
    Simulation simulation{loop, *installation, *quickstart, **tls, options};
    if (options.concierge)
        if (auto const follows = simulation.follow(*quickstart, **tls); !follows.ok())
            return fail("simulate", follows.error().detail);
    return simulation.run();
}

}  // namespace tandem::app
