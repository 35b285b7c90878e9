// control/ledger.hpp -- the model, what of it is not yet safe, the outputs that wait for that.
//
// A change is safe when it is durable here and in the regions' copies (control/replication.hpp).
// While no copy can be reached nothing is promised to anybody, but what is there can be read: the
// answers to requests that only read go out then as soon as what they tell is durable here.
//
// Shape      store's meta entries "m/...": the entities; "p/standing": record::ControlStanding;
//            "v/...": the witness's promises, which are this process's own and never copied.
// Invariant  an output leaves only when every change recorded before it is safe; one that rests on
//            promises alone (emit_local) when they are durable here.
#pragma once

#include "control/control.hpp"
#include "control/model.hpp"
#include "control/replication.hpp"
#include "ports/store.hpp"

#include <deque>
#include <map>
#include <utility>
#include <vector>

namespace tandem::control {

inline constexpr char const* vote_prefix = "v/";
inline constexpr char const* standing_key = "p/standing";
/// A change that no copy confirms for so long is answered 503: recorded here, but not promised.
inline constexpr Duration unconfirmed_wait_max = 10s;

class Ledger {
public:
    explicit Ledger(ports::Store& store, Replication::Options options = {});

    /// Errors: malformed.
    Result<void> recover(Now now);

    Model const& model() const { return model_; }
    bool writable() const { return store_.writable(); }
    Replication const& replication() const { return replication_; }
    bool active() const { return replication_.active(); }

    /// Who does not hold the management plane records nothing.
    template <class Entity>
    void put(Entity const& entity) {
        if (active()) changes_.push_back(model_.put(entity));
    }
    template <class Entity>
    void remove(std::string const& key) {
        if (active()) changes_.push_back(model_.remove<Entity>(key));
    }
    /// A settings revision higher than any before, restarts included.
    std::uint64_t next_revision();
    /// A witness's promise, kept beside the model.
    void promise(record::Promise const& promise);

    /// A request whose answer will be emitted. One that only reads may be answered while no copy
    /// can be reached.
    void expect(RequestId request, bool reads) { requests_[request] = reads; }
    void forget(RequestId request) { requests_.erase(request); }
    /// False: it has its answer, or nobody waits for one.
    bool expects(RequestId request) const { return requests_.contains(request); }

    void emit(Output output);        ///< once everything recorded so far is safe
    /// Until release_held(): what is emitted waits also for what is recorded after it.
    void hold() { held_ = true; }
    void release_held();
    void emit_local(Output output);  ///< once it is durable here: rests on promises alone
    void emit_now(Output output);    ///< rests on nothing that changed
    void flush(Now now);
    void on_durable(ports::Ticket ticket, Now now);
    void on_timer(Now now);
    std::vector<Output> take_outputs();
    /// Promises that have become durable since the last call.
    std::vector<record::Promise> take_promises() { return std::exchange(kept_, {}); }

    // ---- the regions' copies
    void on_peer_up(SiteName const& site, Now now);
    void on_peer_down(SiteName const& site, Now now);
    void on_message(SiteName const& from, peer::Envelope const& message, Now now);
    /// True once after this site has become the holder: the model is the newest there is.
    bool take_activation() { return std::exchange(activated_, false); }
    /// The last records that were put in place of this site's own.
    std::optional<Replaced> const& replaced() const { return replaced_; }

private:
    struct InFlight {
        ports::Ticket ticket{};
        record::ControlStanding standing;
        std::vector<Output> local;
        std::vector<Output> outputs;
        std::vector<record::Promise> promises;
    };
    struct Unsafe {
        std::uint64_t sequence = 0;
        Time since{};
        std::vector<Output> outputs;
    };

    Result<void> load();
    void look(Now now);
    void begin(Replication::Beginning beginning);
    void replace(std::vector<peer::Entry> const& records);
    void release(Now now);
    void ready(Output output);
    bool readable(Output const& output) const;
    void refuse_requests();

    ports::Store& store_;
    Model model_;
    Replication replication_;
    bool was_active_ = false;
    bool activated_ = false;
    bool held_ = false;
    bool follows_ = true;            ///< a copy confirms, or there are none
    std::vector<ports::ViewChange> replaced_records_;   ///< to go before changes_
    std::vector<ports::ViewChange> changes_;            ///< of the model
    std::vector<ports::ViewChange> promised_;           ///< of the witness
    std::vector<Output> waiting_;    ///< for the next batch
    std::vector<Output> local_;      ///< likewise
    std::vector<record::Promise> promises_;   ///< in the next batch
    std::vector<record::Promise> kept_;
    std::deque<InFlight> in_flight_;
    std::deque<Unsafe> unsafe_;      ///< durable here, not yet safe
    std::vector<Output> ready_;
    std::map<RequestId, bool> requests_;   ///< open ones; true: only reads
    std::optional<Replaced> replaced_;
};

}  // namespace tandem::control
