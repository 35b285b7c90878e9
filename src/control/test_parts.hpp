// control/test_parts.hpp -- what a rig is made of: a store in memory that becomes durable on call,
// repeatable randomness, a region as control sees it, an installation. Tests only.
#pragma once

#include "control/control.hpp"
#include "identity/secret.hpp"
#include "ports/random.hpp"
#include "ports/store.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::control::test {

class MemoryStore : public ports::Store {
public:
    ports::Ticket submit(ports::Batch batch) override {
        pending.push_back(std::move(batch.meta));
        return ports::Ticket{++submitted};
    }
    /// Everything submitted becomes durable; returns the last ticket.
    ports::Ticket sync() {
        for (auto& changes : pending)
            for (auto& change : changes) {
                if (change.value) meta[change.key] = *change.value;
                else meta.erase(change.key);
            }
        pending.clear();
        return ports::Ticket{submitted};
    }
    bool writable() const override { return room; }
    std::vector<ports::ViewChange> read_meta(ByteView prefix) override {
        std::vector<ports::ViewChange> found;
        for (auto const& [key, value] : meta)
            if (key.starts_with(prefix)) found.push_back({key, value});
        return found;
    }
    std::vector<ports::LogEntry> read_log(PartitionKey const&, Position, std::size_t) override {
        return {};
    }
    std::optional<ports::LogEntry> first_log(PartitionKey const&) override { return {}; }
    std::optional<ports::LogEntry> last_log(PartitionKey const&) override { return {}; }
    std::optional<ports::LogEntry> log_at_or_before(PartitionKey const&, Position) override {
        return {};
    }
    std::unique_ptr<ports::ViewSnapshot> view_snapshot(PartitionKey const&) override { return {}; }
    std::string salvage(PartitionKey const&, Epoch, std::vector<ports::LogEntry> const&) override {
        return {};
    }

    std::map<std::string, std::string> meta;
    std::vector<std::vector<ports::ViewChange>> pending;
    std::uint64_t submitted = 0;
    bool room = true;
};

class SeededRandom : public ports::Random {
public:
    void fill(std::span<std::uint8_t> out) override {
        for (auto& byte : out) {
            state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
            byte = static_cast<std::uint8_t>(state_ >> 56);
        }
    }

private:
    std::uint64_t state_ = 42;
};

/// One region as far as control can see it.
struct FakeRegion {
    struct Hub {
        record::HubDefinition definition;
        std::uint64_t revision = 0;
        std::uint32_t epoch = 0;
        std::string owner;
    };
    std::string name;
    bool up = false;
    bool obeys = true;               ///< carries out orders
    std::map<std::string, Hub> hubs;
    std::vector<Bytes> concierge_seeds;

    void keep(peer::ConciergeKeys const& keys) {
        concierge_seeds.clear();
        for (auto const& key : keys.keys()) concierge_seeds.push_back(key.seed());
    }
};

/// Compares passwords at once, or keeps them until they are given back.
struct Checks {
    std::unique_ptr<Control> const& control;
    std::vector<SecretCheck> kept;
    bool stall = false;

    void take(SecretCheck const& check, Now now) {
        if (stall) return kept.push_back(check);
        control->on_checked(check.request, check_secret(check), now);
    }
    void give(Now now) {
        stall = false;
        for (auto const& check : std::exchange(kept, {})) take(check, now);
    }
};

inline Control::Options options() {
    Control::Options made;
    made.tenant = "11111111-1111-1111-1111-111111111111";
    made.clients = {{"client", identity::hash_secret("secret", "0123456789abcdef", 1'000)}};
    made.users = {{"admin", identity::hash_secret("a good password", "0123456789abcdef", 1'000)}};
    made.subscriptions = {{"sub", "Tests"}, {"subscription-id", "Seed"}};
    made.regions = {{{"westus2"}, "West US 2", RegionName{"westcentralus"}},
                    {{"westcentralus"}, "West Central US", RegionName{"westus2"}},
                    {{"lonely"}, "Lonely Region", std::nullopt}};
    made.password_rounds = 2'000;   // in tests time is dear, and secrets are cheap
    made.domain = "tandem.test";
    made.hub_aliases = {{"demo", {"localhost"}}};
    return made;
}

/// Path and query of request.target, as the server's parser splits them.
inline void split(http::Request& request) {
    std::string_view path = request.target;
    std::string_view query;
    if (std::size_t const mark = path.find('?'); mark != std::string_view::npos) {
        query = path.substr(mark + 1);
        path = path.substr(0, mark);
    }
    while (!path.empty()) {
        std::size_t const end = std::min(path.find('/'), path.size());
        if (end > 0) request.path.emplace_back(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    while (!query.empty()) {
        std::size_t const end = std::min(query.find('&'), query.size());
        std::string_view const pair = query.substr(0, end);
        std::size_t const equals = std::min(pair.find('='), pair.size());
        request.query.emplace_back(
            pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
        query.remove_prefix(std::min(end + 1, query.size()));
    }
}

}  // namespace tandem::control::test
