// concierge/concierge.hpp -- says which region serves a hub now: to devices that ask, and to
// traffic managers and load balancers that probe.
//
//     what sites say of themselves and their hubs, time  -->  Concierge  -->  signed answers
//
//     GET /concierge/v1/hubs/{host}                 directions (concierge/directions.hpp)
//     GET /concierge/v1/hubs/{host}/devices/{id}    the same: a hub's devices are where it is, and
//                                                   whether the device exists is not said
//     GET /concierge/v1/serving/{host}              200 where this very site serves the hub
//     GET /concierge/v1/keys                        what answers are verified with
//     GET /health[?host={host}]                     200 if a serving region can be named
//
// Source  management-plane contract 9.3 for the probe: cheap, unauthenticated, no redirects.
// Invariant  an owner is named only while its own word, aged, still holds its lease: otherwise 503.
//         Of two such words the higher epoch counts.
// Invariant  the work is bounded: a hub's answer is made and signed once in `answer_reuse`, however
//         often it is asked for.
// Purity  no clock, no socket.
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"
#include "codec/http/message.hpp"
#include "concierge/directions.hpp"
#include "record/peer.pb.h"

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace tandem::concierge {

inline constexpr Duration word_life = 2s;      ///< a status counts so long; sent every 500 ms
inline constexpr Duration lease_ample = 2s;    ///< less is left when renewals fail: see below
inline constexpr std::chrono::seconds trust_settled{30};
/// While a failover runs, and while the lease is near its end.
inline constexpr std::chrono::seconds trust_unsettled{2};
inline constexpr Duration answer_reuse = 500ms;
inline constexpr std::size_t answers_max = 10'000;    ///< kept for reuse
inline constexpr std::size_t host_bytes_max = 255;

class Concierge {
public:
    /// `self`: the region in whose process this is; empty in control.
    explicit Concierge(SiteName self = {}) : self_(std::move(self)) {}

    /// What a region said of itself and its hubs; the own region's word comes the same way.
    void on_status(SiteName const& region, peer::NodeStatus const& status, Now now);
    /// There is no link to it: what it said counts no more.
    void on_down(SiteName const& region);
    /// The last one signs. Without any nothing is answered.
    void set_keys(std::vector<Bytes> seeds);
    bool has_keys() const { return !seeds_.empty(); }

    /// nullopt: the request is not for a concierge.
    std::optional<http::Response> answer(http::Request const& request, Now now);

private:
    struct Site {
        peer::NodeStatus status;
        Time heard{};
        bool up = false;
        std::unordered_map<std::string, int> by_host;   ///< index in status.hubs()
    };
    struct Found {
        Site const* site = nullptr;                     ///< nullptr: nobody can be named
        peer::HubStatus const* hub = nullptr;
        std::chrono::seconds trust{};
        bool known = false;                             ///< some site has a hub of that name
    };
    struct Kept {
        std::string region;
        std::uint32_t epoch = 0;
        std::chrono::seconds trust{};
        Time made{};
        http::Response response;
    };

    Found find(std::string const& host, Now now) const;
    http::Response directions(std::string const& host, Now now);
    http::Response serving(std::string const& host, Now now) const;
    http::Response health(std::string const* host, Now now);
    http::Response keys() const;
    bool names_any(Now now);

    SiteName self_;
    std::map<std::string, Site> sites_;
    std::vector<Bytes> seeds_;
    Bytes key_set_;
    std::unordered_map<std::string, Kept> answers_;     ///< by host
    std::optional<Time> looked_;                        ///< when any_ was found out
    bool any_ = false;
};

}  // namespace tandem::concierge
