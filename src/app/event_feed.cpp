#include "app/event_feed.hpp"

#include <utility>

namespace tandem::app {

namespace {

constexpr Duration again_after = 200ms;
constexpr Duration keep_alive_every = 30s;

}  // namespace

EventFeed::EventFeed(world::EventLoop& loop, ClientLink::Target const& target,
                     EventReader::Options options, EventReader::Handler on_event)
    : loop_(loop), reader_(std::move(options), std::move(on_event)), link_(loop, target, *this),
      alarm_(loop, [this] { on_alarm(); }) {}

void EventFeed::start() {
    alarm_.set_after(again_after);
    if (auto const opened = link_.open(); !opened.ok()) last_fault_ = opened.error().detail;
}

void EventFeed::on_open() {
    reader_.begin(loop_.now().wall);
    link_.output().append(std::exchange(reader_.output(), {}));
    alarm_.set_after(keep_alive_every);
}

void EventFeed::on_bytes(ByteView bytes) {
    auto const read = reader_.on_bytes(bytes);
    if (!read.ok()) {
        link_.close();
        return on_lost(read.error().detail);
    }
    link_.output().append(std::exchange(reader_.output(), {}));
}

void EventFeed::on_lost(std::string const& why) {
    ++cuts_;
    last_fault_ = why;
    alarm_.set_after(again_after);
}

void EventFeed::on_alarm() {
    if (!link_.live()) return start();
    reader_.keep_alive();
    link_.output().append(std::exchange(reader_.output(), {}));
    link_.flush();
    alarm_.set_after(keep_alive_every);
}

}  // namespace tandem::app
