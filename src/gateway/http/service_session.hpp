// gateway/http/service_session.hpp -- one connection of a back end to a hub's REST API.
//
// Every request becomes two commands: Authorize, and when that is granted the operation itself.
// Nothing is said about what exists to those who may not ask.
//
//     idle --request--> authorizing --Authorized--> operating --reply--> idle
//                           any refusal --> idle (answered)
//
// Source  data-plane contract 4.2, 4.3.
// Invariant  one request at a time: the next is not looked at before this one is answered.
#pragma once

#include "codec/http/connection.hpp"
#include "gateway/http/routes.hpp"
#include "gateway/session.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::gateway {

/// Answers what is asked of the site and not of a hub, before a hub is looked for; nullopt: nothing
/// of the kind. May be empty.
using SiteAnswers = std::function<std::optional<http::Response>(http::Request const&, Now)>;

class ServiceSession final : public Session {
public:
    explicit ServiceSession(ConnectionInfo info, SiteAnswers site = {});

    void on_bytes(ByteView bytes, Now now) override;
    void on_reply(Token token, Result<hub::Reply> reply, Now now) override;
    void on_event(hub::Event const&, Now) override {}
    void on_timer(Now now) override;
    void on_peer_closed(Now now) override;

    std::optional<Time> next_deadline() const override;
    Output& output() override { return output_; }
    bool paused() const override { return waiting_; }

private:
    void pump(Now now);
    void begin(http::Request request, Now now);
    void authorize(hub::Right right);
    void operate(Now now);
    void emit(hub::Command command);

    void answer(hub::Reply const& reply, Now now);
    void answer_document(hub::Document document, Now now);
    void answer_page(hub::Page const& page, Now now);
    void refuse(Error const& error, Now now);
    void respond(http::Response response, Now now);
    std::string tracking_digits() const;

    ConnectionInfo info_;
    SiteAnswers site_;
    http::Connection connection_;
    Output output_;
    bool ended_ = false;

    // of the current request
    http::Request request_;
    Route route_;
    std::string hub_host_;
    std::string sas_;
    hub::IfMatch if_match_;
    bool authorized_ = false;
    bool second_right_tried_ = false;
    bool waiting_ = false;
    Token token_{};
    std::uint64_t request_count_ = 0;
};

/// If-Match as hub::IfMatch takes it: quotes and W/ removed. nullopt: more than one tag, or a
/// quote that does not end.
std::optional<std::string> parse_if_match(std::string_view value);

}  // namespace tandem::gateway
