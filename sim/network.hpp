// sim/network.hpp -- links between sites. A link keeps the order of what it carries; it breaks and
// loses what is under way, is cut in one direction or both, and is remade.
#pragma once

#include "record/peer.pb.h"
#include "sim/random.hpp"
#include "sim/schedule.hpp"

#include <array>
#include <cstddef>
#include <functional>

namespace tandem::sim {

inline constexpr std::size_t site_count = 3;   ///< two regions and the witness
inline constexpr std::size_t witness_site = 2;

template <std::size_t sites>
class NetworkOf {
public:
    struct Habits {
        Duration delay_max{};
        int silent_loss_percent = 0;   ///< single messages vanish (a process that dropped them)
    };
    /// Who gets what: the site, the sender, the bytes of an Envelope.
    using Deliver = std::function<void(std::size_t to, std::size_t from, std::string const& bytes)>;
    /// A link has come up or gone down, as that site sees it.
    using Changed = std::function<void(std::size_t site, std::size_t peer, bool up)>;

    NetworkOf(Schedule& schedule, Random& random) : schedule_(schedule), random_(random) {}
    void on_deliver(Deliver deliver) { deliver_ = std::move(deliver); }
    void on_changed(Changed changed) { changed_ = std::move(changed); }
    Habits habits;

    void send(std::size_t from, std::size_t to, peer::Envelope const& message) {
        Link& link = links_[from][to];
        if (!link.up || link.cut || random_.chance(habits.silent_loss_percent)) return;
        Moment const arrival =
            std::max(link.last_arrival, schedule_.now() + random_.up_to(habits.delay_max));
        link.last_arrival = arrival;
        schedule_.at(arrival, [this, from, to, life = link.life,
                               bytes = message.SerializeAsString()] {
            Link const& now = links_[from][to];
            if (now.life == life && now.up && !now.cut) deliver_(to, from, bytes);
        });
    }
    bool up(std::size_t from, std::size_t to) const { return links_[from][to].up; }

    /// Breaks the link between two sites; what is under way is lost.
    void down(std::size_t a, std::size_t b) { set(a, b, false); }
    void restore(std::size_t a, std::size_t b) {
        links_[a][b].cut = links_[b][a].cut = false;
        set(a, b, true);
    }
    /// From now on nothing passes from a to b, and neither side is told.
    void cut(std::size_t a, std::size_t b) { links_[a][b].cut = true; }

private:
    struct Link {
        bool up = false;
        bool cut = false;
        std::uint64_t life = 0;
        Moment last_arrival{};
    };
    void set(std::size_t a, std::size_t b, bool up) {
        if (links_[a][b].up == up) return;
        for (auto [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
            links_[from][to].up = up;
            ++links_[from][to].life;
            links_[from][to].last_arrival = {};
        }
        if (changed_) {
            changed_(a, b, up);
            changed_(b, a, up);
        }
    }

    Schedule& schedule_;
    Random& random_;
    Deliver deliver_;
    Changed changed_;
    std::array<std::array<Link, sites>, sites> links_{};
};

using Network = NetworkOf<site_count>;

}  // namespace tandem::sim
