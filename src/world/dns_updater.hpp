// world/dns_updater.hpp -- keeps the names of the hubs that a region serves leading to it.
//
//   claims, as they are now  -->  DnsUpdater  -->  a worker thread: world/dns_update.hpp
//
// A name is claimed when the region begins to serve its hub, at the start, and again in every
// `reassert_every` while it serves (somebody may have changed it by hand). What fails is tried
// again with back-off. DNS is never waited for: a hub serves with or without it.
#pragma once

#include "base/time.hpp"
#include "ports/random.hpp"
#include "world/dns_update.hpp"
#include "world/event_loop.hpp"
#include "world/metrics.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tandem::world {

inline constexpr Duration dns_look_every = 250ms;
inline constexpr Duration dns_reassert_every = 60s;
inline constexpr Duration dns_retry_first = 1s;
inline constexpr Duration dns_retry_max = 60s;

class DnsUpdater {
public:
    /// What this region serves right now, by name.
    using Claims = std::function<std::vector<DnsClaim>()>;

    DnsUpdater(EventLoop& loop, ports::Random& random, DnsServer server, Claims claims);
    ~DnsUpdater();   ///< waits for an exchange that is under way
    DnsUpdater(DnsUpdater const&) = delete;
    DnsUpdater& operator=(DnsUpdater const&) = delete;

    void add_metrics(MetricsText& text) const;

private:
    struct Name {
        DnsClaim claim;
        Time due{};
        unsigned failures = 0;
        bool under_way = false;
        bool stands = false;         ///< as we want it, as far as we know
        std::string fault;           ///< told last
    };

    void look();
    void on_outcome(DnsClaim const& claim, Result<DnsOutcome> const& outcome);
    void fail(Name& name, std::string const& why);
    void work();

    EventLoop& loop_;
    ports::Random& random_;
    DnsServer const server_;
    Claims claims_;
    Alarm alarm_;
    std::map<std::string, Name> names_;
    std::uint64_t written_ = 0, failed_ = 0, superseded_ = 0;
    std::shared_ptr<bool> alive_;

    std::mutex mutex_;               ///< guards the two below
    std::deque<DnsClaim> jobs_;
    bool stopping_ = false;
    std::condition_variable woken_;
    std::thread worker_;
};

}  // namespace tandem::world
