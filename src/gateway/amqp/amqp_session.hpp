// gateway/amqp/amqp_session.hpp -- one AMQP connection to the Event Hubs-compatible endpoint of a
// hub: tokens over $cbs or SASL PLAIN, questions to $management, and receivers of telemetry.
//
// Source  data-plane contract 2.1 to 2.3, 2.8, 3.4.
// Invariant  nothing but $cbs is attached before a token was accepted, and nothing stays attached
//         after the last one expired.
// Invariant  a token opens links to the hub that accepted it. SASL is over before OPEN says which
//         hub the links are of: they are compared.
// Invariant  a receiver has at most one read outstanding, and only with credit to use it.
// Invariant  when the hub moves away, links are detached with amqp:link:detach-forced and the
//         connection closed with amqp:connection:forced: clients take both as "try again", and a
//         receiver goes on after the last event it saw.
#pragma once

#include "gateway/amqp/engine.hpp"
#include "gateway/amqp/event_address.hpp"
#include "gateway/amqp/receiver_table.hpp"
#include "gateway/session.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tandem::gateway {

class AmqpSession final : public Session, private Engine::Handler, private ReceiverTable::Listener {
public:
    /// `public_port`: where clients come in, for those that are sent on to the events' address.
    AmqpSession(ConnectionInfo info, ReceiverTable& table,
                std::uint16_t public_port = default_port);
    ~AmqpSession() override;
    AmqpSession(AmqpSession const&) = delete;
    AmqpSession& operator=(AmqpSession const&) = delete;

    void on_bytes(ByteView bytes, Now now) override;
    void on_reply(Token token, Result<hub::Reply> reply, Now now) override;
    void on_event(hub::Event const& event, Now now) override;
    void on_timer(Now now) override;
    void on_peer_closed(Now now) override;

    std::optional<Time> next_deadline() const override;
    Output& output() override { return output_; }
    bool paused() const override;

    static constexpr std::uint16_t default_port = 5671;
    static constexpr std::size_t questions_max = 64;        ///< more: the client waits
    static constexpr std::size_t waiting_max = 1024;        ///< more: the client is cut off
    static constexpr std::size_t responses_max = 256;       ///< a link without credit
    static constexpr std::size_t read_bytes_max = 256 * 1024;
    static constexpr std::size_t read_count_max = 500;
    static constexpr Duration token_wait_max = 60s;         ///< a connection without a valid one
    static constexpr Duration drain_wait = 100ms;           ///< for a read that may yet bring some

private:
    using Continuation = std::function<void(Result<hub::Reply>)>;

    enum class Purpose : std::uint8_t { cbs, management, receiver };

    struct Service {
        Purpose purpose{};
        std::string reply_address;          ///< of a link that carries answers to the client
        EventAddress address;
        // receivers
        hub::ReadStart start;
        std::optional<std::int64_t> epoch;
        bool metrics = false;
        bool found = false;                 ///< `after` is known
        bool reading = false;
        PartitionIndex partition{};
        Position after;
        std::optional<ReceiverId> place;
        std::optional<Time> drain_at;
    };

    /// A question that came over $management and is on its way.
    struct Question {
        LinkId link{};
        amqp::Value id;
        std::string reply_to;
        std::string type;
        std::string name;
        std::string partition;
    };

    struct Waiting {
        Continuation go_on;
        bool question = false;              ///< the client is owed an answer to this
    };

    void on_sasl(amqp::SaslInit const& init) override;
    void on_attach(Link& link) override;
    void on_message(Link& link, Bytes message) override;
    void on_ready(Link& link) override;
    void on_gone(Link& link) override;
    void on_stolen(ReceiverId receiver, std::string description) override;

    void begin(Now now);
    void finish();
    void ask(hub::Command command, bool question, Continuation go_on);
    std::string hub_host() const;
    Service* service(LinkId id);
    void forget(LinkId id);
    void drop(LinkId id, amqp::Condition condition);
    void drop_stolen();
    void moved_away();
    bool authorised() const;
    void learn(hub::Authorized const& granted, std::string const& host);
    void expire();
    amqp::Condition condition_of(Error const& error) const;
    std::string tracked(std::string text, std::string_view entity = {});

    void on_cbs(LinkId link, Bytes const& bytes);
    void on_question(LinkId link, Bytes const& bytes);
    void answer_event_hub(Question const& question, Result<hub::Reply> const& reply);
    void answer_partition(Question const& question, Result<hub::Reply> const& reply);
    void answer(Purpose purpose, LinkId request, std::string const& reply_to, amqp::Value const& id,
                int status, std::string_view description, amqp::Value body);

    void open_service(LinkId id, Result<hub::Reply> reply);
    void redirect(Link& link, EventAddress const& address, std::string const& hub);
    void open_receiver(Link& link, Service& reader, hub::EventHubInfo const& info);
    void on_found(LinkId id, Result<hub::Reply> const& reply);
    void on_read(LinkId id, Result<hub::Reply> const& reply);
    void serve(Link& link, Service& reader);
    void settle_drain(Link& link, Service& reader);

    ConnectionInfo info_;
    ReceiverTable& table_;
    std::uint16_t public_port_;
    Output output_;
    Engine engine_;
    Now now_{};
    std::uint64_t last_token_ = 0;
    std::uint64_t last_tracking_ = 0;
    std::map<Token, Waiting> waiting_;
    std::size_t questions_ = 0;
    std::map<LinkId, Service> services_;
    std::vector<std::pair<ReceiverId, std::string>> stolen_;
    std::string sasl_hostname_;
    bool authorised_ = false;
    std::string authorised_hub_;            ///< what the token was good for ...
    std::string authorised_host_;           ///< ... and the name by which it was asked for
    std::optional<WallTime> expires_at_;    ///< nullopt: never
    std::optional<Time> unproven_since_;    ///< no valid token since then
};

}  // namespace tandem::gateway
