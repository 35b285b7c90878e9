#include "gateway/amqp/receiver_table.hpp"

#include "base/limits.hpp"

#include <algorithm>

namespace tandem::gateway {

namespace {

constexpr char const* stolen = "amqp:link:stolen";

/// Another client will read it: printable, and not without end.
std::string shown(std::string const& name) {
    std::string result;
    for (char const c : name.substr(0, 64)) {
        if (c >= ' ' && c <= '~') result.push_back(c);
    }
    return result.empty() ? "nil" : result;
}

std::string displaced_text(std::string const& winner, std::int64_t epoch, std::string const& loser,
                           std::optional<std::int64_t> loser_epoch) {
    return "New receiver '" + shown(winner) + "' with higher epoch of '" + std::to_string(epoch) +
           "' is created hence current receiver '" + shown(loser) + "' with epoch '" +
           std::to_string(loser_epoch.value_or(-1)) +
           "' is getting disconnected. If you are recreating the receiver, make sure a higher "
           "epoch is used.";
}

}  // namespace

std::optional<amqp::Condition> ReceiverTable::refusal(Receivers const& present,
                                                      Claim const& claim) const {
    bool const epoch_present = !present.empty() && present.front().epoch.has_value();
    if (epoch_present && !claim.epoch) {
        return amqp::Condition{
            stolen,
            "At least one receiver for the endpoint is created with epoch of '" +
                std::to_string(*present.front().epoch) +
                "', and so non-epoch receiver is not allowed. Either reconnect with a higher "
                "epoch, or make sure all epoch receivers are closed or disconnected.",
            {}};
    }
    if (epoch_present && *claim.epoch < *present.front().epoch) {
        return amqp::Condition{
            stolen,
            "Receiver '" + shown(claim.name) + "' with a lower epoch '" +
                std::to_string(*claim.epoch) + "' is not allowed: a receiver with epoch '" +
                std::to_string(*present.front().epoch) + "' already exists.",
            {}};
    }
    if (claim.epoch || present.size() < limits::amqp_receivers_per_group_max) return std::nullopt;
    std::string names;
    for (Receiver const& receiver : present) {
        names += (names.empty() ? "" : ", ") + shown(receiver.name);
    }
    return amqp::Condition{
        "amqp:resource-limit-exceeded",
        "Exceeded the maximum number of allowed receivers per partition in a consumer group "
        "which is " + std::to_string(limits::amqp_receivers_per_group_max) +
            ". List of connected receivers - " + names + ".",
        {}};
}

ReceiverTable::Admission ReceiverTable::admit(Claim claim) {
    Receivers& present = endpoints_[claim.endpoint];
    if (auto why = refusal(present, claim)) return {.id = {}, .refusal = std::move(why)};
    Receivers displaced;
    if (claim.epoch) displaced.swap(present);
    ReceiverId const id{++last_id_};
    present.push_back({id, claim.epoch, claim.name, claim.listener});
    for (Receiver const& old : displaced) places_.erase(old.id);
    places_[id] = std::move(claim.endpoint);
    for (Receiver const& old : displaced) {
        old.listener->on_stolen(old.id,
                                displaced_text(claim.name, *claim.epoch, old.name, old.epoch));
    }
    return {.id = id, .refusal = std::nullopt};
}

void ReceiverTable::leave(ReceiverId receiver) {
    auto const place = places_.find(receiver);
    if (place == places_.end()) return;
    auto const endpoint = endpoints_.find(place->second);
    std::erase_if(endpoint->second, [receiver](Receiver const& r) { return r.id == receiver; });
    if (endpoint->second.empty()) endpoints_.erase(endpoint);
    places_.erase(place);
}

}  // namespace tandem::gateway
