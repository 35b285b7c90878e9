// Property: for every request there is one response, that our client can read; a command is only
// given out after its Authorize was granted; and whatever the hub answers is answered on.
//
// Shape  first byte: what the hub replies; the rest: bytes of the client.

#include "codec/http/client.hpp"
#include "gateway/http/service_session.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>

using namespace tandem;

namespace {

constexpr Now t0{Time{1s}, wall_from_micros(1'795'239'533'000'000)};

Result<hub::Reply> hub_says(std::uint8_t choice, hub::Command const& command) {
    if (std::holds_alternative<hub::Authorize>(command)) {
        if (choice % 4 == 1) return Error{Errc::unauthorized, "x"};
        if (choice % 4 == 2) return Error{Errc::forbidden, "x"};
        return hub::Reply{hub::Authorized{}};
    }
    switch (choice / 4 % 5) {
        case 0:
            return hub::Reply{hub::Document{"{}", "MQ=="}};
        case 1:
            return hub::Reply{hub::Done{}};
        case 2:
            return hub::Reply{hub::Statistics{}};
        case 3:
            return Error{Errc::not_owner, "x"};
        default:
            return hub::Reply{hub::SessionOpened{}};
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    std::uint8_t const choice = *data;
    gateway::ServiceSession session({.server_name = {}, .peer_address = {}, .tracking_seed = "s"});
    Bytes answers;
    bool granted = false;
    session.on_bytes({reinterpret_cast<char const*>(data + 1), size - 1}, t0);
    for (bool more = true; more;) {
        auto output = std::exchange(session.output(), {});
        answers += output.bytes;
        if (output.requests.size() > 1) std::abort();
        more = !output.requests.empty();
        for (auto& request : output.requests) {
            bool const authorize = std::holds_alternative<hub::Authorize>(request.command);
            if (!authorize && !granted) std::abort();
            auto reply = hub_says(choice, request.command);
            granted = authorize && reply.ok();
            session.on_reply(request.token, std::move(reply), t0);
        }
    }
    if (session.paused()) std::abort();
    bool const head =
        answers.size() > 0 &&
        ByteView{reinterpret_cast<char const*>(data), size}.find("HEAD") != ByteView::npos;
    http::ResponseReader reader;
    reader.on_bytes(answers);
    for (bool more = !head; more;) {
        auto const response = reader.next();
        if (!response.ok()) std::abort();
        more = response->has_value();
    }
    return 0;
}
