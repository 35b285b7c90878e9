// app/event_feed.hpp -- an EventReader with a connection that comes back: what a careful consumer
// of a hub's events does.
#pragma once

#include "app/client_link.hpp"
#include "app/event_reader.hpp"

namespace tandem::app {

class EventFeed final : ClientLink::Handler {
public:
    /// `target` outlives it.
    EventFeed(world::EventLoop& loop, ClientLink::Target const& target,
              EventReader::Options options, EventReader::Handler on_event);

    void start();
    bool reading() const { return link_.live() && reader_.reading(); }
    std::uint64_t cuts() const { return cuts_; }
    std::string const& last_fault() const { return last_fault_; }

private:
    void on_open() override;
    void on_bytes(ByteView bytes) override;
    void on_lost(std::string const& why) override;
    void on_alarm();

    world::EventLoop& loop_;
    EventReader reader_;
    ClientLink link_;
    world::Alarm alarm_;               ///< live: the next sign of life; else the next attempt
    std::uint64_t cuts_ = 0;
    std::string last_fault_;
};

}  // namespace tandem::app
