#include "region/tally.hpp"

#include "hub/meter.hpp"

namespace tandem::region {
namespace {

std::uint32_t size_of(std::size_t bytes) { return static_cast<std::uint32_t>(bytes); }

struct TallyOf {
    using Kind = Tally::Kind;
    Tally operator()(hub::SendTelemetry const& c) const {
        return {Kind::telemetry, size_of(hub::message_bytes(c.message))};
    }
    Tally operator()(hub::GetDeviceTwin const&) const { return {Kind::device_read}; }
    Tally operator()(hub::PatchReported const& c) const {
        return {Kind::device_update, size_of(c.patch.size())};
    }
    Tally operator()(hub::GetTwin const&) const { return {Kind::service_read}; }
    Tally operator()(hub::UpdateTwin const& c) const {
        return {Kind::service_update, size_of(c.body.size())};
    }
    Tally operator()(hub::OpenSession const&) const { return {Kind::session}; }
    template <class Other>
    Tally operator()(Other const&) const {
        return {};
    }
};

}  // namespace

Tally tally_of(hub::Command const& command) { return std::visit(TallyOf{}, command); }

peer::TwinCounters* Tallies::twins(Tally::Kind kind) {
    switch (kind) {
        case Tally::Kind::device_read: return counters_.mutable_device_reads();
        case Tally::Kind::device_update: return counters_.mutable_device_updates();
        case Tally::Kind::service_read: return counters_.mutable_service_reads();
        case Tally::Kind::service_update: return counters_.mutable_service_updates();
        case Tally::Kind::none:
        case Tally::Kind::telemetry:
        case Tally::Kind::session: break;
    }
    return nullptr;
}

void Tallies::attempted(Tally const& tally) {
    if (tally.kind != Tally::Kind::telemetry) return;
    counters_.set_telemetry_attempts(counters_.telemetry_attempts() + 1);
}

void Tallies::refused(Tally const& tally, Errc why) {
    if (tally.kind == Tally::Kind::session)
        counters_.set_sessions_refused(counters_.sessions_refused() + 1);
    if (tally.kind == Tally::Kind::telemetry && why == Errc::quota_exceeded)
        counters_.set_telemetry_over_quota(counters_.telemetry_over_quota() + 1);
    if (auto* const counted = twins(tally.kind)) counted->set_failure(counted->failure() + 1);
}

void Tallies::done(Tally const& tally, hub::Reply const& reply) {
    if (tally.kind == Tally::Kind::telemetry) {
        counters_.set_telemetry_success(counters_.telemetry_success() + 1);
        counters_.set_telemetry_bytes(counters_.telemetry_bytes() + tally.bytes);
    }
    if (tally.kind == Tally::Kind::session)
        counters_.set_sessions_opened(counters_.sessions_opened() + 1);
    if (auto* const counted = twins(tally.kind)) {
        auto const* const document = std::get_if<hub::Document>(&reply);
        bool const reads = tally.bytes == 0 && document != nullptr;
        counted->set_success(counted->success() + 1);
        counted->set_bytes(counted->bytes() + (reads ? document->json.size() : tally.bytes));
    }
}

void Tallies::read_by_consumers(std::size_t messages) {
    counters_.set_telemetry_read(counters_.telemetry_read() + messages);
}

}  // namespace tandem::region
