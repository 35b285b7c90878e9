// sim/world.hpp -- two region nodes, a witness, their disks, links, clients and weather, in one
// thread, from one seed.
//
// world.cpp runs the processes, clients.cpp is who uses them, weather.cpp is what befalls them,
// checks.cpp is what must be true nevertheless.
#pragma once

#include "failover/voter.hpp"
#include "region/node.hpp"
#include "sim/disk.hpp"
#include "sim/history.hpp"
#include "sim/memory.hpp"
#include "sim/network.hpp"
#include "sim/process.hpp"

#include <array>
#include <memory>
#include <optional>
#include <set>

namespace tandem::sim {

class World : History {
public:
    explicit World(Request const& request);
    Outcome run();

private:
    /// How bad each habit of this history is; drawn per seed, "not at all" and "terribly" included.
    struct Weather {
        int break_percent, cut_percent, crash_percent, pause_percent, order_percent;
        int stuck_percent, full_percent, settings_percent, jump_percent;
        Duration disk_max, pause_max, trouble_every, pace;
    };
    struct Site : Process {
        Clock clock;
        Disk disk;
        Duration slowness{};
        std::unique_ptr<Random> random;
        std::unique_ptr<Store> store;
        std::unique_ptr<region::Node> node;             ///< the two regions
        std::unique_ptr<failover::Voter> voter;         ///< the witness
    };
    struct Device {
        enum class Is : std::uint8_t { away, opening, open };
        std::string id = {};
        std::string sas = {};
        Is is = Is::away;
        std::size_t region = 0;
        ConnectionId connection{};
        std::uint64_t serial = 0;
        std::size_t waiting = 0;
        Moment since{};                                 ///< of the oldest unanswered question
        bool missing = true;                            ///< a back end must create it
    };
    struct Asked {
        std::size_t region = 0;
        std::optional<std::size_t> device = {};
        ConnectionId connection{};
        std::string mark = {};                          ///< of the effect, if it has one
        bool creates = false;
        WallTime wall{};                                ///< when it was asked, by that region
    };

    // world.cpp
    void boot(std::size_t index);
    void crash(std::size_t index);
    void input(std::size_t index, std::function<void()> what);
    void after_input(std::size_t index);
    void tick(std::size_t index, std::uint64_t life);
    void receive(std::size_t to, std::size_t from, std::string const& bytes);
    void witness_receive(std::size_t from, peer::Envelope const& message);
    void keep_promise(record::Promise const& promise, std::function<void()> then);
    void perform(std::size_t index, region::SendTo const& output);
    void perform(std::size_t index, region::Answer const& output);
    void perform(std::size_t index, region::Notify const& output);
    void set_links();
    void link_changed(std::size_t site, std::size_t peer, bool up);
    void introduce(std::size_t region);
    void go(Moment until);

    // clients.cpp
    void start_clients();
    void device_step(std::size_t index);
    void open(Device& device, std::size_t index);
    void speak(Device& device, std::size_t index);
    void leave(Device& device, bool other_region);
    void back_end_step();
    void submit(std::size_t region, Asked asked, hub::Command command);
    void answered(Asked const& asked, std::size_t region, Result<hub::Reply> const& reply);
    std::string fresh_mark(std::string const& stem);

    // weather.cpp
    void draw_weather();
    void trouble();
    void pause(std::size_t index);
    void order();
    void change_settings(bool calm);
    void clear_the_sky();

    // checks.cpp
    void watch();
    void acknowledged(std::size_t region);
    void check_lag();
    void check_healed();
    void expect_service(char const* when, std::uint64_t before);
    bool serving(std::size_t region) const;
    bool sync(std::size_t region) const;
    std::optional<std::size_t> owner() const;
    region::HubNode const* hub(std::size_t region) const;
    void fail(std::string what);   ///< says, too, where each region stands

    bool clear_ = false;
    bool clients_ = true;
    Network network_;
    Weather weather_{};
    std::array<Site, site_count> sites_;
    std::array<std::array<int, site_count>, site_count> broken_{};   ///< by how many troubles
    record::HubDefinition definition_;
    record::HubSettings settings_;                                   ///< as control wants them
    std::optional<record::Promise> witness_promise_;                 ///< on its disk
    std::vector<Device> devices_;
    std::map<std::uint64_t, Asked> asked_;                           ///< by token
    std::uint64_t tokens_ = 0, connections_ = 100, marks_ = 0;
    std::size_t back_end_region_ = 0;
    Memory memory_;
    std::map<Epoch, std::size_t> acknowledged_in_;                   ///< epoch -> region
    std::set<std::pair<Epoch, std::size_t>> seen_serving_;
    std::uint64_t acknowledgements_ = 0;
};

inline constexpr std::array<char const*, site_count> site_names{"east", "west", "witness"};

}  // namespace tandem::sim
