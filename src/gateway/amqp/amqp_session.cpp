#include "gateway/amqp/amqp_session.hpp"

#include "hub/error_table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace tandem::gateway {

using amqp::Condition;

AmqpSession::AmqpSession(ConnectionInfo info, ReceiverTable& table, std::uint16_t public_port)
    : info_(std::move(info)),
      table_(table),
      public_port_(public_port),
      engine_(*this, output_.bytes) {}

AmqpSession::~AmqpSession() {
    for (auto const& [id, service] : services_) {
        if (service.place) table_.leave(*service.place);
    }
}

void AmqpSession::begin(Now now) {
    now_ = now;
    engine_.set_now(now);
    drop_stolen();
    expire();
    if (authorised()) {
        unproven_since_.reset();
    } else if (!unproven_since_) {
        unproven_since_ = now.mono;
    }
}

/// After every input: once the connection is closed, nothing of it stays behind.
void AmqpSession::finish() {
    if (!engine_.closed()) drop_stolen();  // receivers that this very connection displaced
    if (!engine_.closed() || output_.close) return;
    output_.close = true;
    output_.requests.clear();
    waiting_.clear();
    questions_ = 0;
    while (!services_.empty()) forget(services_.begin()->first);
    stolen_.clear();
}

void AmqpSession::on_bytes(ByteView bytes, Now now) {
    if (output_.close) return;
    begin(now);
    engine_.on_bytes(bytes, now);
    finish();
}

void AmqpSession::on_timer(Now now) {
    if (output_.close) return;
    begin(now);
    engine_.on_timer(now);
    if (unproven_since_ && now.mono >= *unproven_since_ + token_wait_max) {
        engine_.close(Condition{"amqp:connection:forced", tracked("No valid token was put."), {}});
    }
    for (LinkId const id : engine_.links()) {
        Link* link = engine_.find(id);
        Service* reader = service(id);
        if (link && reader) settle_drain(*link, *reader);
    }
    finish();
}

void AmqpSession::on_reply(Token token, Result<hub::Reply> reply, Now now) {
    if (output_.close) return;
    auto const found = waiting_.find(token);
    if (found == waiting_.end()) return;
    begin(now);
    Waiting waiting = std::move(found->second);
    waiting_.erase(found);
    if (waiting.question) --questions_;
    bool const moved = !reply.ok() && (reply.code() == Errc::not_owner ||
                                       reply.code() == Errc::unavailable);
    if (moved) {
        moved_away();
    } else {
        waiting.go_on(std::move(reply));
    }
    finish();
}

void AmqpSession::on_event(hub::Event const& event, Now now) {
    auto const* closed = std::get_if<hub::Closed>(&event);
    if (output_.close || !closed) return;
    begin(now);
    moved_away();
    finish();
}

void AmqpSession::on_peer_closed(Now now) {
    if (output_.close) return;
    now_ = now;
    engine_.set_now(now);
    engine_.close(std::nullopt);
    output_.bytes.clear();
    finish();
}

std::optional<Time> AmqpSession::next_deadline() const {
    if (output_.close) return std::nullopt;
    if (!stolen_.empty()) return Time::min();
    auto deadline = engine_.next_deadline();
    auto const sooner = [&deadline](Time at) {
        if (!deadline || at < *deadline) deadline = at;
    };
    if (authorised_ && expires_at_) {
        // Wall clocks jump and tokens last for years: look again at least every hour.
        sooner(now_.mono + std::clamp<Duration>(*expires_at_ - now_.wall, 0s, 1h));
    }
    if (unproven_since_) sooner(*unproven_since_ + token_wait_max);
    for (auto const& [id, reader] : services_) {
        if (reader.drain_at) sooner(*reader.drain_at);
    }
    return deadline;
}

bool AmqpSession::paused() const {
    return questions_ > questions_max;
}

void AmqpSession::ask(hub::Command command, bool question, Continuation go_on) {
    if (engine_.closed()) return;
    if (waiting_.size() >= waiting_max) {
        engine_.close(Condition{"amqp:resource-limit-exceeded", "too many requests at once", {}});
        return;
    }
    Token const token{++last_token_};
    waiting_[token] = Waiting{std::move(go_on), question};
    if (question) ++questions_;
    output_.requests.push_back({token, hub_host(), std::move(command)});
}

std::string AmqpSession::hub_host() const {
    std::string host = engine_.hostname();
    if (host.empty()) host = sasl_hostname_;
    if (host.empty()) host = info_.server_name;
    if (auto const port = host.find_last_of(':'); port != std::string::npos) host.resize(port);
    return lower(host);
}

// ---- who may

namespace {

/// SASL PLAIN: [authorisation id] NUL user NUL password.
std::optional<std::pair<std::string, std::string>> plain_of(std::string const& response) {
    auto const first = response.find('\0');
    if (first == std::string::npos) return std::nullopt;
    auto const second = response.find('\0', first + 1);
    if (second == std::string::npos) return std::nullopt;
    return std::pair{response.substr(first + 1, second - first - 1), response.substr(second + 1)};
}

}  // namespace

/// ANONYMOUS, MSSBCBS and EXTERNAL prove nothing: a token over $cbs must follow.
void AmqpSession::on_sasl(amqp::SaslInit const& init) {
    constexpr std::array<std::string_view, 3> empty_handed{"ANONYMOUS", "MSSBCBS", "EXTERNAL"};
    if (std::find(empty_handed.begin(), empty_handed.end(), init.mechanism) != empty_handed.end()) {
        engine_.sasl_done(true);
        return;
    }
    auto const plain = init.mechanism == "PLAIN" ? plain_of(init.initial_response) : std::nullopt;
    constexpr std::string_view scope = "@sas.root.";
    auto const at = plain ? plain->first.find(scope) : std::string::npos;
    if (at == std::string::npos) {
        engine_.sasl_done(false);
        return;
    }
    std::string const policy = plain->first.substr(0, at);
    sasl_hostname_ = init.hostname.value_or("");
    if (sasl_hostname_.empty() && info_.server_name.empty()) {
        sasl_hostname_ = plain->first.substr(at + scope.size());
    }
    std::string const host = hub_host();
    ask(hub::Authorize{plain->second, hub::Right::service_connect, hub::Door::events, {}}, true,
        [this, policy, host](Result<hub::Reply> reply) {
            auto const* granted = reply.ok() ? std::get_if<hub::Authorized>(&*reply) : nullptr;
            bool const same = granted && same_name(granted->policy, policy);
            if (same) learn(*granted, host);
            engine_.sasl_done(same);
        });
}

bool AmqpSession::authorised() const {
    return authorised_ && (!expires_at_ || now_.wall < *expires_at_);
}

/// Clients put one token a link, each with its own expiry: the latest counts, of one hub.
void AmqpSession::learn(hub::Authorized const& granted, std::string const& host) {
    bool const first = !authorised() || granted.hub != authorised_hub_;
    authorised_ = true;
    authorised_hub_ = granted.hub;
    authorised_host_ = host;
    if (first) {
        expires_at_ = granted.expires_at;
    } else if (expires_at_ && granted.expires_at) {
        expires_at_ = std::max(*expires_at_, *granted.expires_at);
    } else {
        expires_at_.reset();
    }
}

void AmqpSession::expire() {
    if (!authorised_ || authorised()) return;
    authorised_ = false;
    for (LinkId const id : engine_.links()) {
        Service const* held = service(id);
        if (!held || held->purpose == Purpose::cbs) continue;
        drop(id, {"amqp:unauthorized-access", tracked("The token has expired."), {}});
    }
}

// ---- links

AmqpSession::Service* AmqpSession::service(LinkId id) {
    auto const found = services_.find(id);
    return found == services_.end() ? nullptr : &found->second;
}

void AmqpSession::forget(LinkId id) {
    auto const found = services_.find(id);
    if (found == services_.end()) return;
    if (found->second.place) table_.leave(*found->second.place);
    services_.erase(found);
}

/// Refuses or detaches, whatever the link has come to.
void AmqpSession::drop(LinkId id, Condition condition) {
    forget(id);
    Link* link = engine_.find(id);
    if (!link) return;
    if (link->state == Link::State::attaching) {
        engine_.refuse(*link, std::move(condition));
    } else {
        engine_.detach(*link, std::move(condition));
    }
}

void AmqpSession::on_gone(Link& link) {
    forget(link.id);
}

void AmqpSession::on_stolen(ReceiverId receiver, std::string description) {
    stolen_.emplace_back(receiver, std::move(description));
    table_.wake(*this);
}

void AmqpSession::drop_stolen() {
    auto const stolen = std::exchange(stolen_, {});
    for (auto const& [receiver, description] : stolen) {
        auto const is_it = [place = receiver](auto const& entry) {
            return entry.second.place == place;
        };
        auto const held = std::find_if(services_.begin(), services_.end(), is_it);
        if (held == services_.end()) continue;
        std::string const entity = hub_host() + ":eventhub:" + held->second.address.entity + "~" +
                                   held->second.address.partition + "|" +
                                   held->second.address.group;
        drop(held->first, {"amqp:link:stolen", tracked(description, entity), {}});
    }
}

void AmqpSession::moved_away() {
    constexpr char const* text = "The hub is served by another region now. Connect again.";
    for (LinkId const id : engine_.links()) {
        Service const* held = service(id);
        if (!held || held->purpose == Purpose::cbs) continue;
        drop(id, {"amqp:link:detach-forced", tracked(text), {}});
    }
    engine_.close(Condition{"amqp:connection:forced", tracked(text), {}});
}

Condition AmqpSession::condition_of(Error const& error) const {
    auto const& row = hub::error_row(error.code);
    return {std::string{row.amqp_condition}, std::string{row.name}, {}};
}

/// A text for people, with what they need to find the matching lines in a log.
std::string AmqpSession::tracked(std::string text, std::string_view entity) {
    auto const day = std::chrono::floor<std::chrono::days>(now_.wall.time_since_epoch());
    std::chrono::year_month_day const date{std::chrono::sys_days{day}};
    auto const since_midnight = now_.wall.time_since_epoch() - day;
    auto const second = std::chrono::floor<std::chrono::seconds>(since_midnight);
    std::chrono::hh_mm_ss const time{second};
    std::array<char, 40> stamp{};
    std::snprintf(stamp.data(), stamp.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                  static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    text += " TrackingId:" + info_.tracking_seed + "_" + std::to_string(++last_tracking_);
    if (!entity.empty()) text.append(", SystemTracker:").append(entity);
    return text + ", Timestamp:" + stamp.data();
}

}  // namespace tandem::gateway
