// A script of what a client, the region and the clock do to a session. After a close it must be
// silent; what it writes must be frames, and bounded; what it asks must be bounded.
//
// Shape  steps of kind : 1 | length : 2 | bytes. Kinds: 0 bytes from the client, 1 a reply to the
//        oldest request (the length chooses which), 2 time passes (length in 100 ms),
//        3 the hub moves away, 4 the client is gone.
#include "base/assert.hpp"
#include "codec/amqp/frame.hpp"
#include "gateway/amqp/amqp_session.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace {

using namespace tandem;
using namespace tandem::gateway;

hub::TelemetryRead events(unsigned count, std::size_t body_bytes) {
    hub::TelemetryRead read;
    for (unsigned i = 1; i <= count; ++i) {
        hub::StoredTelemetry event;
        event.position = Position::from_bits(i);
        event.message.set_body(std::string(body_bytes, 'x'));
        read.messages.push_back(std::move(event));
    }
    read.last = read.newest = Position::from_bits(count);
    return read;
}

Result<hub::Reply> reply_of(unsigned choice) {
    switch (choice % 10) {
        case 0: return hub::Reply{hub::Authorized{"p", std::nullopt, {}, "hub"}};
        case 1:
            return hub::Reply{hub::Authorized{"p", wall_from_micros(60'000'000), {}, "hub"}};
        case 2: return hub::Reply{hub::EventHubInfo{"hub", {}, 2, {"$Default"}}};
        case 3: return hub::Reply{hub::EventPartitionInfo{}};
        case 4: return hub::Reply{hub::TelemetryFound{}};
        case 5: return hub::Reply{events(3, 10)};
        case 6: return hub::Reply{events(2, 150'000)};
        case 7: return Error{Errc::unauthorized, "no"};
        case 8: return Error{Errc::not_owner, "moved"};
        default: return hub::Reply{hub::Done{}};
    }
}

void check_output(Bytes bytes) {
    TANDEM_ASSERT(bytes.size() < limits::output_bytes_max, "too much at once");
    ByteView rest = bytes;
    while (!rest.empty()) {
        if (rest.starts_with("AMQP")) {
            rest.remove_prefix(8);
            continue;
        }
        auto const frame = amqp::decode_frame(rest, limits::amqp_frame_bytes_max);
        TANDEM_ASSERT(frame.ok() && *frame, "something that is no frame");
        rest.remove_prefix((*frame)->size_bytes);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    ReceiverTable table;
    {
        AmqpSession session{
            {.server_name = "hub.test", .peer_address = "peer", .tracking_seed = "seed"}, table};
        Now now{Time{1h}, wall_from_micros(1'000'000)};
        std::deque<Token> asked;
        ByteView script{reinterpret_cast<char const*>(data), size};
        while (script.size() >= 3) {
            auto const byte = [&script](std::size_t i) {
                return static_cast<unsigned>(static_cast<unsigned char>(script[i]));
            };
            unsigned const kind = byte(0) % 5;
            std::size_t const length = byte(1) << 8U | byte(2);
            script.remove_prefix(3);
            bool const closed = session.output().close;
            if (kind == 0) {
                ByteView const bytes = script.substr(0, length);
                script.remove_prefix(bytes.size());
                session.on_bytes(bytes, now);
            } else if (kind == 1 && !asked.empty()) {
                Token const token = asked.front();
                asked.pop_front();
                session.on_reply(token, reply_of(static_cast<unsigned>(length)), now);
            } else if (kind == 2) {
                now.mono += length * 100ms;
                now.wall += length * 100ms;
                session.on_timer(now);
            } else if (kind == 3) {
                session.on_event(hub::Closed{hub::CloseReason::owner_moved}, now);
            } else if (kind == 4) {
                session.on_peer_closed(now);
            }
            Output& output = session.output();
            TANDEM_ASSERT(!closed || (output.bytes.empty() && output.requests.empty()),
                          "something after the close");
            for (Request const& request : output.requests) asked.push_back(request.token);
            output.requests.clear();
            check_output(std::exchange(output.bytes, {}));
            TANDEM_ASSERT(asked.size() <= AmqpSession::waiting_max, "too many questions");
            TANDEM_ASSERT(output.close == !session.next_deadline().has_value(),
                          "an open connection without a deadline");
        }
    }
    TANDEM_ASSERT(table.size() == 0, "a receiver outlives its connection");
    return 0;
}
