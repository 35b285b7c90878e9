// A session that hears anything, is answered in any order, and is told anything, must never say
// anything after it has closed, never acknowledge more than was published, and close a session
// that it asked to open exactly once or leave it to the hub that took it away.
//
// Shape   an input is a list of steps: one byte what to do, and what it needs. Step 0 to 3 feeds
//         the next N bytes as they are; the others build a packet, a reply, an event, or pass time.
#include "base/assert.hpp"
#include "gateway/mqtt/conversation.hpp"

#include <cstddef>
#include <cstdint>

using namespace tandem;
using namespace tandem::gateway;

namespace {

class Source {
public:
    explicit Source(ByteView input) : rest_(input) {}
    bool more() const { return !rest_.empty(); }
    std::uint8_t byte() { return rest_.empty() ? 0 : static_cast<std::uint8_t>(take(1)[0]); }
    ByteView take(std::size_t count) {
        ByteView const taken = rest_.substr(0, count);
        rest_.remove_prefix(taken.size());
        return taken;
    }

private:
    ByteView rest_;
};

constexpr std::string_view topics[] = {
    telemetry_topic, "devices/dev1/messages/events/a=1&$.mid=2", "$iothub/twin/GET/?$rid=1",
    "$iothub/twin/PATCH/properties/reported/?$rid=2", "$iothub/methods/res/200/?$rid=3",
    "$iothub/twin/PATCH/properties/reported/?$rid=2&$version=x", "devices/dev2/messages/events/"};
constexpr std::string_view filters[] = {"$iothub/twin/res/#", "$iothub/methods/POST/#",
                                        "$iothub/twin/PATCH/properties/desired/#",
                                        "devices/dev1/messages/devicebound/#", "#"};

class Run {
public:
    explicit Run(ByteView input) : source_(input) {}

    void play() {
        while (source_.more()) {
            step();
            check();
        }
        if (!c_.closed) c_.loses_its_peer();
        check();
        TANDEM_ASSERT(c_.closed, "a session outlived its connection");
        bool const may_be_silent = taken_away_ || refused_;
        TANDEM_ASSERT(closes_ == opens_ || (may_be_silent && closes_ == 0), "a session left open");
    }

private:
    void step() {
        switch (source_.byte() % 12) {
            case 0: case 1: case 2: case 3: return hear(Bytes{source_.take(source_.byte())});
            case 4: return hear(connect_packet());
            case 5: {
                auto const topic = topics[source_.byte() % std::size(topics)];
                return hear(publish_packet(topic, source_.take(source_.byte()), source_.byte()));
            }
            case 6: return hear(subscribe_packet(7, {{filters[source_.byte() % 5], {}}}));
            case 7: case 8: return reply();
            case 9: return tell();
            case 10: return c_.waits(Duration{std::chrono::seconds{source_.byte()}});
            case 11: return source_.byte() == 0 ? c_.loses_its_peer() : hear(Bytes("\xC0\x00", 2));
        }
    }

    void hear(Bytes const& bytes) {
        heard_ += bytes.size();
        c_.hears(bytes);
    }

    void tell() {
        std::uint8_t const what = source_.byte() % 4;
        if (what == 3) return c_.is_told(hub::DesiredChanged{"{}", 3});
        auto const reason = static_cast<hub::CloseReason>(what);
        taken_away_ = taken_away_ || reason != hub::CloseReason::identity_gone;
        c_.is_told(hub::Closed{reason});
    }

    void reply() {
        std::size_t const number = source_.byte();
        std::uint8_t const kind = source_.byte();
        if (number < 1 || number > c_.requests.size()) {
            return c_.is_answered(~std::uint64_t{0} - number, hub::Done{});
        }
        auto const token = static_cast<std::uint64_t>(c_.requests[number - 1].token);
        hub::Command const& command = c_.requests[number - 1].command;
        if (kind % 8 == 0) {
            refused_ = refused_ || std::holds_alternative<hub::OpenSession>(command);
            return c_.is_answered(token, Error{static_cast<Errc>(kind / 8 % 21), "no"});
        }
        if (std::holds_alternative<hub::OpenSession>(command)) {
            c_.is_answered(token, opened_reply_with({std::string{filters[kind % 5]}}));
        } else if (std::holds_alternative<hub::GetDeviceTwin>(command)) {
            c_.is_answered(token, hub::Document{"{}", ""});
        } else if (std::holds_alternative<hub::PatchReported>(command)) {
            c_.is_answered(token, hub::ReportedPatched{2});
        } else {
            c_.is_answered(token, hub::Done{});
        }
    }

    /// What can be said of everything that was sent so far.
    void check() {
        if (was_closed_) {
            TANDEM_ASSERT(c_.bytes.size() == bytes_then_, "bytes after the close");
            TANDEM_ASSERT(c_.requests.size() == requests_then_, "a request after the close");
            TANDEM_ASSERT(!c_.session.next_deadline(), "a deadline after the close");
            return;
        }
        for (; requests_then_ < c_.requests.size(); ++requests_then_) {
            hub::Command const& command = c_.requests[requests_then_].command;
            opens_ += std::holds_alternative<hub::OpenSession>(command) ? 1U : 0U;
            closes_ += std::holds_alternative<hub::CloseSession>(command) ? 1U : 0U;
        }
        count_pubacks();
        TANDEM_ASSERT(opens_ <= 1 && closes_ <= opens_, "opened or closed twice");
        // No PUBLISH of QoS 1 that is answered at all has fewer than 30 bytes.
        TANDEM_ASSERT(pubacks_ * 30 <= heard_, "more PUBACKs than PUBLISHes");
        was_closed_ = c_.closed;
    }

    void count_pubacks() {
        ByteView rest = ByteView{c_.bytes}.substr(bytes_then_);
        while (!rest.empty()) {
            auto const frame = *mqtt::decode_frame(rest, rest.size());
            pubacks_ += frame->header.type == mqtt::PacketType::puback ? 1U : 0U;
            rest.remove_prefix(frame->size());
        }
        bytes_then_ = c_.bytes.size();
    }

    Conversation c_;
    Source source_;
    std::size_t heard_ = 0, pubacks_ = 0, opens_ = 0, closes_ = 0;
    std::size_t bytes_then_ = 0, requests_then_ = 0;
    bool was_closed_ = false, taken_away_ = false, refused_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size > 1 << 16) return 0;
    Run{{reinterpret_cast<char const*>(data), size}}.play();
    return 0;
}
