// gateway/amqp/receiver_table.hpp -- who reads which partition in which consumer group: the one
// thing that the AMQP connections of a process share.
//
// Source  data-plane contract 3.4, "Epoch rules".
// Invariant  an endpoint has either one receiver with an epoch, or at most
//         limits::amqp_receivers_per_group_max receivers without one.
// Purity  a plain object of one thread: all sessions that share it belong to one shard.
#pragma once

#include "base/ids.hpp"
#include "codec/amqp/performative.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tandem::gateway {

class Session;

enum class ReceiverId : std::uint64_t {};

class ReceiverTable {
public:
    /// Owns receivers; told when one of them has lost its place (and is in the table no more).
    class Listener {
    public:
        virtual ~Listener() = default;
        virtual void on_stolen(ReceiverId receiver, std::string description) = 0;
    };
    struct Endpoint {
        std::string hub;
        std::string group;              ///< lower case
        PartitionIndex partition{};
        auto operator<=>(Endpoint const&) const = default;
    };
    struct Claim {
        Endpoint endpoint;
        std::optional<std::int64_t> epoch;
        std::string name;               ///< com.microsoft:receiver-name, for the others to read
        Listener* listener = nullptr;   ///< must leave() before it dies
    };
    struct Admission {
        ReceiverId id{};
        std::optional<amqp::Condition> refusal;
    };
    /// Called with a session that must be given a turn (on_timer) though nothing came for it.
    /// It must post: the call comes from within another session, or from that very one.
    using Wake = std::function<void(Session&)>;

    explicit ReceiverTable(Wake wake = {}) : wake_(std::move(wake)) {}

    Admission admit(Claim claim);
    void leave(ReceiverId receiver);
    void wake(Session& session) const {
        if (wake_) wake_(session);
    }
    std::size_t size() const { return places_.size(); }

private:
    struct Receiver {
        ReceiverId id{};
        std::optional<std::int64_t> epoch;
        std::string name;
        Listener* listener = nullptr;
    };
    using Receivers = std::vector<Receiver>;

    std::optional<amqp::Condition> refusal(Receivers const& present, Claim const& claim) const;

    Wake wake_;
    std::uint64_t last_id_ = 0;
    std::map<Endpoint, Receivers> endpoints_;
    std::map<ReceiverId, Endpoint> places_;
};

}  // namespace tandem::gateway
