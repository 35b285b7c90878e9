// world/splice.hpp -- one connection of the edge: a client's socket, and a region's.
//
//   hello --host name known--> waiting --owner known--> connecting --accepted--> passing --> gone
//                                 ^------------ refused ----'
//
// What one end sent and the other does not take yet is held back, one buffer's worth at most; the
// sender is not read from meanwhile.
#pragma once

#include "world/edge.hpp"

#include <optional>
#include <string>

namespace tandem::world {

class Splice final : public Timed, public Disposable {
public:
    Splice(Edge& edge, int client_fd, std::string const& protocol);
    ~Splice() override;

    /// The edge knows of another owner than before.
    void on_routes_changed();

private:
    enum class State : std::uint8_t { hello, waiting, connecting, passing, gone };

    /// One of the two sockets.
    struct End final : Watcher {
        explicit End(Splice& splice_in) : splice(splice_in) {}
        void on_ready(std::uint32_t events) override { splice.on_ready(events); }

        Splice& splice;
        int fd = -1;
        std::uint32_t interest = 0;  ///< 0: not watched
        bool ended = false;          ///< sends nothing more
        bool told = false;           ///< has been told that the other end sends nothing more
        Bytes pending;               ///< still to be written to it
    };

    void on_ready(std::uint32_t events);
    void on_deadline() override;
    void enter(State state);
    void read_hello();
    void direct();
    void wait_for_owner();
    void turn_away();
    void finish_connect();
    bool introduce();
    void pass();
    bool pass(End& from, End& to);
    bool write_pending(End& end);
    void update_interest();
    void want(End& end, std::uint32_t events);
    void close(End& end);
    void vanish();

    Edge& edge_;
    std::string const& protocol_;
    State state_ = State::hello;
    Time owner_deadline_{};
    std::string host_name_;
    std::optional<EdgeRoutes::Route> route_;
    End client_{*this};
    End region_{*this};
};

}  // namespace tandem::world
