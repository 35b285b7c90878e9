// control/ledger.hpp -- the model, what of it is not yet durable, the outputs that wait for that.
//
// Invariant  an output leaves only when every change recorded before it is durable.
#pragma once

#include "control/control.hpp"
#include "control/model.hpp"
#include "ports/store.hpp"

#include <deque>
#include <utility>
#include <vector>

namespace tandem::control {

inline constexpr char const* vote_prefix = "v/";

class Ledger {
public:
    explicit Ledger(ports::Store& store) : store_(store) {}

    /// Errors: malformed.
    Result<void> recover();

    Model const& model() const { return model_; }
    bool writable() const { return store_.writable(); }

    template <class Entity>
    void put(Entity const& entity) {
        batch_.meta.push_back(model_.put(entity));
    }
    template <class Entity>
    void remove(std::string const& key) {
        batch_.meta.push_back(model_.remove<Entity>(key));
    }
    /// A settings revision higher than any before, restarts included.
    std::uint64_t next_revision();
    /// A witness's promise, kept beside the model.
    void promise(record::Promise const& promise);

    void emit(Output output);        ///< once everything recorded so far is durable
    void emit_now(Output output);    ///< rests on nothing that changed
    void flush();
    void on_durable(ports::Ticket ticket);
    std::vector<Output> take_outputs() { return std::exchange(ready_, {}); }
    /// Promises that have become durable since the last call.
    std::vector<record::Promise> take_promises() { return std::exchange(kept_, {}); }

private:
    struct InFlight {
        ports::Ticket ticket{};
        std::vector<Output> outputs;
        std::vector<record::Promise> promises;
    };
    ports::Store& store_;
    Model model_;
    ports::Batch batch_;
    std::vector<Output> waiting_;    ///< for batch_
    std::vector<record::Promise> promises_;   ///< in batch_
    std::vector<record::Promise> kept_;
    std::deque<InFlight> in_flight_;
    std::vector<Output> ready_;
};

}  // namespace tandem::control
