#include "app/concierge_client.hpp"

#include "codec/number_text.hpp"
#include "world/sockets.hpp"
#include "world/system.hpp"

#include <span>
#include <utility>

namespace tandem::app {

namespace {

Result<ClientLink::Target> target_of(std::string const& url, world::TlsContext const* tls) {
    constexpr std::string_view scheme = "https://";
    Error const wrong{Errc::argument_invalid, url + " is no https://name[:port]"};
    if (!url.starts_with(scheme)) return wrong;
    std::string authority = url.substr(scheme.size());
    if (authority.ends_with('/')) authority.pop_back();
    auto const colon = authority.find(':');
    ClientLink::Target target{{}, 443, authority.substr(0, colon), tls};
    if (colon != std::string::npos) {
        auto const port = whole_number<std::uint16_t>(authority.substr(colon + 1));
        if (!port) return wrong;
        target.port = *port;
    }
    if (target.host.empty() || target.host.find('/') != std::string::npos) return wrong;
    target.address = world::is_address(target.host) ? target.host
                                                    : world::resolve_blocking(target.host);
    if (target.address.empty())
        return Error{Errc::argument_invalid, "nobody knows the name " + target.host};
    return target;
}

}  // namespace

Result<std::unique_ptr<ConciergeClient>> ConciergeClient::make(world::EventLoop& loop,
                                                               Options options,
                                                               OnDirections on_directions) {
    if (options.urls.empty()) return Error{Errc::argument_invalid, "no concierge to ask"};
    std::vector<ClientLink::Target> targets;
    for (auto const& url : options.urls) {
        TANDEM_TRY(auto target, target_of(url, options.tls));
        targets.push_back(std::move(target));
    }
    return std::unique_ptr<ConciergeClient>{
        new ConciergeClient{loop, options, std::move(targets), std::move(on_directions)}};
}

ConciergeClient::ConciergeClient(world::EventLoop& loop, Options const& options,
                                 std::vector<ClientLink::Target> targets,
                                 OnDirections on_directions)
    : loop_(loop),
      targets_(std::move(targets)),
      target_(targets_.front()),
      on_directions_(std::move(on_directions)),
      follower_({.host = options.host, .keys = options.keys, .concierges = targets_.size()}),
      link_(loop, target_, *this),
      alarm_(loop, [this] { on_alarm(); }) {
    std::uint64_t number = 0;
    world::SystemRandom random;
    random.fill({reinterpret_cast<std::uint8_t*>(&number), sizeof number});
    random_.seed(number);
}

void ConciergeClient::start() { on_alarm(); }

void ConciergeClient::on_trouble() {
    follower_.on_trouble(loop_.now());
    alarm_.set(follower_.next_ask());
}

void ConciergeClient::on_alarm() {
    Time const now = loop_.now().mono;
    if (now >= follower_.next_ask()) {
        if (follower_.asking()) return give_up("no answer in time");
        return ask();
    }
    alarm_.set(follower_.next_ask());
}

void ConciergeClient::ask() {
    target_ = targets_[follower_.begin(loop_.now())];
    reader_ = {};
    reader_.expect("GET");
    alarm_.set(follower_.next_ask());
    if (auto const opened = link_.open(); !opened.ok()) give_up(opened.error().detail);
}

void ConciergeClient::on_open() {
    http::ClientRequest request;
    request.target = follower_.target();
    request.host = target_.host;
    request.headers.add("Connection", "close");
    link_.output() += http::encode_request(request);
}

void ConciergeClient::on_bytes(ByteView bytes) {
    reader_.on_bytes(bytes);
    auto const response = reader_.next();
    if (!response.ok()) return give_up(response.error().detail);
    if (*response) on_response(**response);
}

void ConciergeClient::on_lost(std::string const& why) { give_up(why); }

void ConciergeClient::give_up(std::string why) {
    link_.close();
    last_fault_ = target_.host + ": " + std::move(why);
    ++refusals_;
    follower_.on_no_answer(loop_.now(), random_());
    alarm_.set(follower_.next_ask());
}

void ConciergeClient::on_response(http::Response const& response) {
    link_.close();
    auto const believed = follower_.on_answer(response, loop_.now(), random_());
    alarm_.set(follower_.next_ask());
    if (!believed.ok()) {
        last_fault_ = target_.host + ": " + believed.error().detail;
        ++refusals_;
        return;
    }
    ++answers_;
    on_directions_(*follower_.directions());
}

}  // namespace tandem::app
