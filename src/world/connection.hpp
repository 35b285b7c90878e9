// world/connection.hpp -- one client connection of a Server: a Stream and the Session that it
// feeds.
//
//   greeting --header--> handshaking --done--> open --session closes--> flushing --written-->
//       lingering --end--> gone
//   any --client gone, failed, too slow--> gone
//
// greeting: only of a trusted proxy, which says first whose connection it passes on.
// Only Server uses this. Small on purpose: what a connection needs only while bytes move (read
// buffer, timers) belongs to the loop.
#pragma once

#include "world/server.hpp"
#include "world/stream.hpp"

namespace tandem::world {

class Connection final : public Watcher, public Timed, public Disposable {
public:
    Connection(Server& server, ConnectionId id, int fd, TlsContext const* tls,
               SessionFactory const& factory);
    ~Connection() override;

    void begin();  ///< the handshake, or the session at once
    void on_ready(std::uint32_t events) override;
    void on_deadline() override;
    /// Performs what the session wants: requests, bytes, close; and reads again if it may.
    void settle();

    void drop() { peer_closed(); }

    ConnectionId id() const { return id_; }
    gateway::Session* session() { return state_ == State::open ? session_.get() : nullptr; }
    bool touched = false;  ///< in the server's list already

private:
    friend class Server;
    enum class State : std::uint8_t { greeting, handshaking, open, flushing, lingering, gone };

    void read_greeting();
    void secure();
    void continue_handshake();
    void open_session();
    void read_some();
    void read_soon();
    void discard_input();
    void take_output();
    void write_some();
    bool too_slow();
    void peer_closed();
    void release_session();
    void start_lingering();
    void vanish();
    void want(std::uint32_t events);
    void update_interest();
    void update_deadline();
    std::optional<Time> next_deadline() const;
    bool output_waits() const { return sent_ < output_.size(); }

    Server& server_;
    SessionFactory const& factory_;
    ConnectionId id_;
    Stream stream_;
    std::unique_ptr<gateway::Session> session_;
    Bytes output_;          ///< while greeting: what has come of the header
    std::unique_ptr<proxy::End> client_;  ///< whom a proxy passes on; until the session is there
    std::size_t sent_ = 0;  ///< of output_
    Time since_{};          ///< start of this state; in open: last write progress
    std::uint32_t interest_ = 0;
    State state_ = State::handshaking;
    bool paused_ = false;
    bool reading_soon_ = false;
    bool grew_ = false;    ///< output_ since the last settle()
    bool behind_ = false;  ///< at the last settle() more waited than output_bytes_max
};

}  // namespace tandem::world
