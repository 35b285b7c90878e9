#include "control/concierge_keys.hpp"

#include "identity/ed25519.hpp"

namespace tandem::control {

namespace {

void make_first_key(Plane& plane, Now now) {
    Bytes seed(identity::ed25519_seed_bytes, '\0');
    plane.random.fill({reinterpret_cast<std::uint8_t*>(seed.data()), seed.size()});
    record::ConciergeSigningKey key;
    key.set_seed(seed);
    key.set_created_us(to_micros(now.wall));
    plane.ledger.put(key);
    load_concierge_keys(plane);
}

}  // namespace

void load_concierge_keys(Plane& plane) {
    std::vector<Bytes> seeds;
    for (auto const& [age, key] : plane.ledger.model().all<record::ConciergeSigningKey>())
        seeds.push_back(key.seed());
    plane.concierge.set_keys(std::move(seeds));
}

void send_concierge_keys(Plane& plane, SiteName const& region, Now now) {
    if (!plane.concierge.has_keys()) make_first_key(plane, now);
    peer::Envelope envelope;
    for (auto const& [age, key] : plane.ledger.model().all<record::ConciergeSigningKey>())
        envelope.mutable_concierge_keys()->add_keys()->set_seed(key.seed());
    plane.context.send(region.value, std::move(envelope));
}

}  // namespace tandem::control
