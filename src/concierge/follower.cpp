#include "concierge/follower.hpp"

#include <algorithm>
#include <utility>

namespace tandem::concierge {

namespace {

constexpr std::uint64_t doublings_max = 16;

/// Anything from nothing to `most`, evenly.
Duration draw(Duration most, std::uint64_t random) {
    double const part = static_cast<double>(random >> 11) * 0x1.0p-53;
    return Duration{static_cast<std::int64_t>(static_cast<double>(most.count()) * part)};
}

}  // namespace

std::size_t Follower::begin(Now now) {
    asking_ = true;
    next_ = now.mono + answer_wait_max;
    return asked_;
}

Result<Directions> Follower::believe(http::Response const& response, Now now) const {
    if (response.status != 200)
        return Error{Errc::unavailable, "answered " + std::to_string(response.status)};
    auto const* const signature = response.headers.find("Concierge-Signature");
    if (signature == nullptr || !signed_by(options_.keys, response.body, *signature))
        return Error{Errc::unauthorized, "not signed by a concierge that we know"};
    TANDEM_TRY(Directions directions, read_directions(response.body));
    if (directions.host != options_.host)
        return Error{Errc::argument_invalid, "directions to another hub"};
    if (directions.issued_at > now.wall + clock_tolerance ||
        directions.issued_at + directions.valid_for + clock_tolerance < now.wall)
        return Error{Errc::argument_invalid, "directions of another time"};
    if (directions_ && directions.epoch < directions_->epoch)
        return Error{Errc::argument_invalid, "directions older than those we have"};
    return directions;
}

Result<void> Follower::on_answer(http::Response const& response, Now now, std::uint64_t random) {
    auto believed = believe(response, now);
    if (!believed.ok()) {
        on_no_answer(now, random);
        return believed.error();
    }
    asking_ = false;
    failures_ = 0;
    believed_at_ = now.mono;
    // Somewhere in the second half, so that devices asked at once do not ask at once again.
    Duration const half = std::max<Duration>(believed->valid_for, trouble_gap) / 2;
    next_ = now.mono + half + draw(half, random);
    directions_ = std::move(*believed);
    return {};
}

void Follower::on_no_answer(Now now, std::uint64_t random) {
    asking_ = false;
    asked_ = (asked_ + 1) % options_.concierges;
    std::uint64_t const rounds = std::min(failures_++ / options_.concierges, doublings_max);
    next_ = now.mono + draw(std::min(rest_max, first_rest * (std::int64_t{1} << rounds)), random);
}

void Follower::on_trouble(Now now) {
    if (asking_ || failures_ > 0) return;
    next_ = std::min(next_, std::max(now.mono, believed_at_ + trouble_gap));
}

}  // namespace tandem::concierge
