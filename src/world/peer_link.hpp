// world/peer_link.hpp -- links to the other sites: one mutual-TLS connection a pair of sites,
// carrying peer::Envelopes.
//
// Shape   frame: u32 big endian length of the message, then a peer::Envelope.
// Who is at the other end is what its certificate says: common name "site:NAME", signed by our
// authority, and NAME among those we expect (or beginning with an accepted prefix). Anybody else
// is closed before a byte of theirs is read as a message (bad-inputs 48). An empty frame is a
// greeting: each end sends one, and the link is up when the other's has come.
// If both ends dial each other, the link dialled by the lower name stays; of two dialled by the
// same end the newer one stays. A cut is noticed in about 3 s (keep-alive, TCP_USER_TIMEOUT).
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "record/peer.pb.h"
#include "world/acceptor.hpp"
#include "world/event_loop.hpp"
#include "world/tls.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace tandem::world {

inline constexpr Duration peer_cut_wait_max = 3s;     ///< unacknowledged bytes: the link is cut
inline constexpr Duration peer_redial_first = 100ms;  ///< doubles up to ...
inline constexpr Duration peer_redial_max = 1s;

class PeerLinks {
public:
    struct Peer {
        SiteName site;
        std::string address;  ///< IP or host name; empty: it dials us
        std::uint16_t port = 0;
    };
    struct Options {
        SiteName self;
        std::string listen_address;     ///< empty: does not listen
        std::uint16_t listen_port = 0;  ///< 0: any
        TlsFiles tls;
        std::vector<Peer> peers;
        std::vector<std::string> accept_prefixes;  ///< "edge": any site of ours called edge...
        std::size_t output_bytes_max = 64 * 1024 * 1024;  ///< more, and the link is dropped
    };
    struct Handlers {
        std::function<void(SiteName const&)> on_up;
        std::function<void(SiteName const&)> on_down;
        std::function<void(SiteName const&, peer::Envelope const&)> on_message;
    };
    struct Counters {
        std::uint64_t refused = 0;  ///< no certificate, a wrong one, or a wrong name
        std::uint64_t messages_in = 0, messages_out = 0, bytes_out = 0;
    };

    PeerLinks(EventLoop& loop, Options options, Handlers handlers);
    ~PeerLinks();  ///< closes everything; on_down is not called

    /// Errors: unavailable (address in use), malformed (certificates).
    Result<void> start();
    std::uint16_t port() const;  ///< where it listens; 0: nowhere
    /// Queued until flush(); dropped when no link is up.
    void send(SiteName const& site, peer::Envelope const& message);
    void flush();
    bool up(SiteName const& site) const;
    Counters const& counters() const { return counters_; }

private:
    class Link;
    class Dialler;
    enum class DialledBy : std::uint8_t { us, them };

    void accepted(int fd);
    void add(std::unique_ptr<Link> link);
    void adopt(Link& link);
    void remove(Link& link);
    bool expected(SiteName const& site) const;
    bool keeps(Link const& held, Link const& fresh) const;
    Dialler* dialler_of(SiteName const& site);

    EventLoop& loop_;
    Options options_;
    Handlers handlers_;
    Counters counters_;
    std::vector<char> read_buffer_;  ///< shared by all links
    std::unique_ptr<TlsContext> tls_;
    std::unique_ptr<Acceptor> acceptor_;
    std::vector<std::unique_ptr<Dialler>> diallers_;
    std::unordered_map<Link*, std::unique_ptr<Link>> links_;
    std::map<SiteName, Link*> up_;
    std::shared_ptr<bool> alive_;
};

}  // namespace tandem::world
