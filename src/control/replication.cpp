#include "control/replication.hpp"

#include <algorithm>

namespace tandem::control {

namespace {

bool newer(peer::ControlPosition const& a, peer::ControlPosition const& b) {
    return a.term() != b.term() ? a.term() > b.term() : a.sequence() > b.sequence();
}

}  // namespace

Replication::Replication(Options options, std::function<std::vector<peer::Entry>()> read_all)
    : options_(std::move(options)),
      feed_({.self = options_.self, .copies = options_.copies, .copy_wait = options_.copy_wait},
            std::move(read_all)) {
    for (auto const& site : options_.copies) answers_[site.value];
    if (alone()) role_ = Role::active;
}

void Replication::recover(record::ControlStanding const& own, Now now) {
    own_ = durable_ = own;
    since_ = alive_at_ = next_ask_ = now.mono;
    look_around();
}

void Replication::on_peer_up(SiteName const& site, Now now) {
    auto const found = answers_.find(site.value);
    if (found == answers_.end()) return;
    found->second = {.up = true, .ack = {}};
    feed_.on_peer_up(site);
    if (!active()) next_ask_ = now.mono, on_timer(now);
}

void Replication::on_peer_down(SiteName const& site, Now now) {
    auto const found = answers_.find(site.value);
    if (found == answers_.end()) return;
    found->second = {};
    feed_.on_peer_down(site);
    if (fetching_ && fetching_->from == site.value) wait_again(now);
}

void Replication::on_ack(SiteName const& from, peer::ControlAck const& ack, Now now) {
    auto const found = answers_.find(from.value);
    if (found == answers_.end() || !found->second.up) return;
    found->second.ack = ack;
    look_around();
    if (!active()) return consider(now);
    if (top_term_ > own_.term() || top_site_ != options_.self.value) return wait_again(now);
    feed_.on_ack(from, ack, now);
}

/// Takes together what is known: the newest records, and the highest promise.
void Replication::look_around() {
    newest_ = record::position_of(own_);
    top_term_ = own_.promised_term();
    top_site_ = own_.promised_to();
    top_connected_ = false;
    for (auto const& [site, answer] : answers_) {
        if (!answer.ack) continue;
        if (newer(answer.ack->position(), newest_)) newest_ = answer.ack->position();
        if (answer.ack->promised_term() < top_term_ || answer.ack->promised_term() == 0) continue;
        // Of two sites that claimed one term, as two copies tell, the other one counts.
        if (answer.ack->promised_term() == top_term_ &&
            answer.ack->promised_to() == options_.self.value)
            continue;
        top_term_ = answer.ack->promised_term();
        top_site_ = answer.ack->promised_to();
    }
    for (auto const& [site, answer] : answers_)
        if (answer.ack && answer.ack->promised_term() == top_term_ &&
            answer.ack->promised_to() == top_site_ && answer.ack->promised_connected())
            top_connected_ = true;
}

/// A copy has promised that term, or a higher one, to another site.
bool Replication::refused() const {
    return std::any_of(answers_.begin(), answers_.end(), [this](auto const& entry) {
        auto const& ack = entry.second.ack;
        return ack && (ack->promised_term() > claimed_ ||
                       (ack->promised_term() == claimed_ &&
                        ack->promised_to() != options_.self.value));
    });
}

/// Of the copies that are not given up, all have answered (and promised that term).
bool Replication::everybody(std::uint64_t promised_term) const {
    return std::all_of(answers_.begin(), answers_.end(), [&](auto const& entry) {
        auto const& [site, answer] = entry;
        if (options_.lost.contains(site)) return true;
        if (!answer.ack) return false;
        return promised_term == 0 || (answer.ack->promised_term() == promised_term &&
                                      answer.ack->promised_to() == options_.self.value);
    });
}

std::size_t Replication::count(std::uint64_t promised_term) const {
    std::size_t heard = 0;
    for (auto const& [site, answer] : answers_) {
        if (!answer.ack) continue;
        bool const promised = answer.ack->promised_term() == promised_term &&
                              answer.ack->promised_to() == options_.self.value;
        if (promised_term == 0 || promised) ++heard;
    }
    return heard;
}

void Replication::consider(Now now) {
    if (role_ == Role::fetching) {
        if (refused()) wait_again(now);
        return;
    }
    if (claimed_ == 0) return consider_claim(now);
    if (durable_.promised_term() < claimed_) return;
    if (refused()) return wait_again(now);
    if (needs_all_ ? everybody(claimed_) : count(claimed_) > 0) gather(now);
}

void Replication::consider_claim(Now now) {
    if (count(0) == 0) return;
    std::string const& self = options_.self.value;
    auto const ours = [&self](std::string const& site) { return site.empty() || site == self; };
    bool const elsewhere = !ours(top_site_) || !ours(newest_.holder());
    if (elsewhere && options_.take_over != TakeOver::always) {
        // Who only claimed a term, and is silent since, holds nothing.
        bool const claim_died = ours(newest_.holder()) && everybody(0);
        bool const may = options_.take_over == TakeOver::if_lost || claim_died;
        if (top_connected_) alive_at_ = now.mono;
        if (!may || now.mono - alive_at_ < options_.quiet_wait) {
            if (may && now.mono - since_ < options_.lost_wait) return;
            options_.take_over = TakeOver::never;
            role_ = Role::passive;
            return;
        }
    }
    // A term of ours that was claimed and never begun may have hidden another site's.
    bool const whole = own_.holder() == self && own_.term() == newest_.term() &&
                       own_.sequence() == newest_.sequence() && own_.term() == top_term_ &&
                       ours(top_site_);
    needs_all_ = !whole;
    if (needs_all_ ? everybody(0) : count(0) > 0) claim();
}

void Replication::claim() {
    role_ = Role::waiting;
    claimed_ = std::max(top_term_, newest_.term()) + 1;
    own_.set_promised_term(claimed_);
    own_.set_promised_to(options_.self.value);
    standing_changed_ = true;      // the copies are asked once it is durable
}

void Replication::gather(Now now) {
    peer::ControlPosition best = record::position_of(own_);
    std::string from;
    for (auto const& [site, answer] : answers_) {
        if (!answer.ack || answer.ack->promised_term() != claimed_) continue;
        if (!newer(answer.ack->position(), best)) continue;
        best = answer.ack->position();
        from = site;
    }
    if (from.empty()) return begin(std::nullopt, best, now);
    role_ = Role::fetching;
    since_ = now.mono;
    fetching_ = Fetching{from, best, ++last_fetch_, {}};
    fetch_next();
}

void Replication::fetch_next() {
    peer::Envelope envelope;
    envelope.mutable_control_fetch()->set_fetch_id(fetching_->id);
    envelope.mutable_control_fetch()->set_number(fetching_->records.chunks());
    messages_.emplace_back(SiteName{fetching_->from}, std::move(envelope));
}

void Replication::on_snapshot(SiteName const& from, peer::ControlSnapshot const& chunk, Now now) {
    if (!fetching_ || from.value != fetching_->from || chunk.snapshot_id() != fetching_->id) return;
    if (!fetching_->records.take(chunk)) return fetch_next();
    auto const position = fetching_->position;
    bool const as_promised = chunk.position().term() == position.term() &&
                             chunk.position().sequence() == position.sequence();
    if (!as_promised) return wait_again(now);
    begin(fetching_->records.entries(), position, now);
}

void Replication::begin(std::optional<std::vector<peer::Entry>> records,
                        peer::ControlPosition const& from, Now now) {
    auto const own = record::position_of(own_);
    own_.set_term(claimed_);
    own_.set_holder(options_.self.value);
    own_.set_sequence(from.sequence());
    role_ = Role::active;
    since_ = now.mono;
    claimed_ = 0;
    fetching_.reset();
    options_.take_over = TakeOver::never;
    options_.lost.clear();
    feed_.begin(own_.term(), from, now);
    beginning_ = Beginning{std::move(records), from, own};
    append({});
}

void Replication::append(std::vector<ports::ViewChange> const& changes) {
    TANDEM_ASSERT(active(), "a change by who does not hold the management plane");
    if (alone()) return;
    own_.set_sequence(feed_.append(changes));
    standing_changed_ = true;
}

void Replication::on_durable(record::ControlStanding const& standing, Now now) {
    durable_ = standing;
    if (claimed_ != 0 && durable_.promised_term() == claimed_) {
        ask_all();
        return;
    }
    if (active() && durable_.term() == own_.term()) feed_.on_durable(durable_.sequence(), now);
}

void Replication::ask_all() {
    for (auto const& [site, answer] : answers_) {
        if (!answer.up) continue;
        peer::Envelope envelope;
        auto& ask = *envelope.mutable_control_ask();
        if (claimed_ != 0 && durable_.promised_term() == claimed_) ask.set_claim_term(claimed_);
        messages_.emplace_back(SiteName{site}, std::move(envelope));
    }
}

/// Another site claimed a higher term, or the claim came to nothing: answers show what is next.
void Replication::wait_again(Now now) {
    role_ = Role::waiting;
    since_ = alive_at_ = now.mono;
    claimed_ = 0;
    fetching_.reset();
    next_ask_ = now.mono + options_.ask_every;
}

void Replication::on_timer(Now now) {
    if (alone()) return;
    if (active()) return feed_.on_timer(now);
    if (now.mono < next_ask_) return;
    next_ask_ = now.mono + options_.ask_every;
    if (role_ == Role::fetching) {
        if (!answers_[fetching_->from].up) return wait_again(now);
        return fetch_next();
    }
    ask_all();
}

std::vector<CopyMessage> Replication::take_messages() {
    auto all = std::exchange(messages_, {});
    for (auto& message : feed_.take_messages()) all.push_back(std::move(message));
    return all;
}

bool Replication::readable(Now now) const {
    return role_ == Role::waiting && options_.take_over == TakeOver::never && count(0) == 0 &&
           own_.holder() == options_.self.value && now.mono - since_ >= options_.quiet_wait;
}

std::string Replication::waits_for() const {
    if (active() || role_ == Role::passive) return {};
    std::string missing;
    for (auto const& [site, answer] : answers_)
        if (!answer.ack && !options_.lost.contains(site))
            missing += (missing.empty() ? "" : ", ") + site;
    return missing.empty() ? "the copies' promises" : missing;
}

}  // namespace tandem::control
