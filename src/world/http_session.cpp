#include "world/http_session.hpp"

#include <utility>

namespace tandem::world {

HttpSession::HttpSession(Handler handler, std::function<void()> gone)
    : handler_(std::move(handler)), gone_(std::move(gone)) {}

void HttpSession::on_bytes(ByteView bytes, Now now) {
    connection_.on_bytes(bytes, now);
    next_requests();
}

void HttpSession::respond(http::Response const& response, Now now) {
    TANDEM_ASSERT(answering_, "a response without a request");
    connection_.respond(response, now);
    answering_ = false;
    if (!handing_out_) next_requests();
}

void HttpSession::on_timer(Now now) {
    connection_.on_timer(now);
}

void HttpSession::on_peer_closed(Now) {
    if (std::exchange(answering_, false) && gone_) gone_();
}

gateway::Output& HttpSession::output() {
    Bytes& bytes = connection_.output();
    if (output_.bytes.empty()) {
        output_.bytes.swap(bytes);
    } else {
        output_.bytes += bytes;
        bytes.clear();
    }
    output_.close = output_.close || connection_.close();
    return output_;
}

void HttpSession::next_requests() {
    handing_out_ = true;
    while (!answering_) {
        auto request = connection_.next_request();
        if (!request) break;
        answering_ = true;
        handler_(std::move(*request));
    }
    handing_out_ = false;
}

}  // namespace tandem::world
