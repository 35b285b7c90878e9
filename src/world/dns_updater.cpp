#include "world/dns_updater.hpp"

#include "world/log.hpp"

#include <algorithm>
#include <utility>

namespace tandem::world {

DnsUpdater::DnsUpdater(EventLoop& loop, ports::Random& random, DnsServer server, Claims claims)
    : loop_(loop),
      random_(random),
      server_(std::move(server)),
      claims_(std::move(claims)),
      alarm_(loop, [this] { look(); }),
      alive_(std::make_shared<bool>(true)),
      worker_([this] { work(); }) {
    alarm_.set_after(Duration{0});
}

DnsUpdater::~DnsUpdater() {
    *alive_ = false;
    {
        std::lock_guard const lock{mutex_};
        stopping_ = true;
        jobs_.clear();
    }
    woken_.notify_one();
    worker_.join();
}

void DnsUpdater::look() {
    alarm_.set_after(dns_look_every);
    Time const now = loop_.now().mono;
    auto const claims = claims_();
    std::erase_if(names_, [&](auto const& entry) {
        return std::none_of(claims.begin(), claims.end(),
                            [&](DnsClaim const& claim) { return claim.host == entry.first; });
    });
    for (auto const& claim : claims) {
        if (!in_zone(claim.host, server_.zone)) continue;
        Name& name = names_[claim.host];
        if (!(name.claim == claim)) name = {.claim = claim, .due = now, .fault = {}};
        if (name.under_way || now < name.due) continue;
        name.under_way = true;
        std::lock_guard const lock{mutex_};
        jobs_.push_back(claim);
        woken_.notify_one();
    }
}

void DnsUpdater::work() {
    std::unique_lock lock{mutex_};
    while (true) {
        woken_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (stopping_) return;
        DnsClaim const claim = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        loop_.post([this, alive = alive_, claim, outcome = claim_name(server_, claim)] {
            if (*alive) on_outcome(claim, outcome);
        });
        lock.lock();
    }
}

void DnsUpdater::on_outcome(DnsClaim const& claim, Result<DnsOutcome> const& outcome) {
    if (outcome.ok() && *outcome == DnsOutcome::written) ++written_;
    auto const found = names_.find(claim.host);
    if (found == names_.end() || !(found->second.claim == claim)) return;
    Name& name = found->second;
    name.under_way = false;
    if (!outcome.ok()) return fail(name, outcome.error().detail);
    if (*outcome == DnsOutcome::superseded) {
        ++superseded_;
        return fail(name, "a higher epoch stands there");
    }
    bool const mended = !std::exchange(name.fault, {}).empty();
    name.failures = 0;
    name.stands = true;
    name.due = loop_.now().mono + dns_reassert_every;
    if (*outcome == DnsOutcome::unchanged && !mended) return;
    log_event(Level::info, "dns.updated",
              {{"host", claim.host}, {"address", claim.address}, {"epoch", claim.epoch}});
}

void DnsUpdater::fail(Name& name, std::string const& why) {
    ++failed_;
    name.stands = false;
    Duration const most =
        std::min(dns_retry_max, dns_retry_first * (1 << std::min(name.failures++, 10U)));
    std::uint8_t dice = 0;
    random_.fill({&dice, 1});
    name.due = loop_.now().mono + most / 2 + most / 2 * dice / 256;
    if (name.fault == why) return;
    name.fault = why;
    log_event(Level::warn, "dns.update_failed",
              {{"host", name.claim.host}, {"epoch", name.claim.epoch}, {"why", why}});
}

void DnsUpdater::add_metrics(MetricsText& text) const {
    auto const number = [](auto value) { return static_cast<double>(value); };
    text.counter("tandem_dns_updates_total", "Names that were made to lead here", number(written_));
    text.counter("tandem_dns_failures_total", "Updates of names that failed", number(failed_));
    text.counter("tandem_dns_superseded_total", "Not sent: a higher epoch stood there",
                 number(superseded_));
    text.describe("tandem_dns_name_ok", "gauge", "1: this name leads here, as far as known");
    for (auto const& [host, name] : names_)
        text.sample("tandem_dns_name_ok", {{"host", host}}, name.stands ? 1 : 0);
}

}  // namespace tandem::world
