// control/plane.hpp -- the parts of the management plane, put together for the handlers.
#pragma once

#include "concierge/concierge.hpp"
#include "control/context.hpp"
#include "control/evacuations.hpp"
#include "control/data_plane.hpp"
#include "control/failovers.hpp"
#include "control/hubs.hpp"
#include "control/live_events.hpp"
#include "control/queries.hpp"
#include "control/sign_in.hpp"
#include "control/witness.hpp"

namespace tandem::control {

struct Plane {
    Plane(Control::Options options_in, ports::Store& store_in, ports::Random& random_in)
        : options(std::move(options_in)), store(store_in), random(random_in) {}

    Control::Options const options;
    ports::Store& store;
    ports::Random& random;
    Ledger ledger{store};
    Fleet fleet;
    Context context{options, random, ledger, fleet};
    Witness witness{options.voter, ledger};
    Principals principals{context};
    Tokens tokens{context, principals};
    SignIn sign_in{context, principals, tokens};
    Hubs hubs{context};
    Failovers failovers{context, witness};
    Evacuations evacuations{context, failovers};
    Queries queries{context};
    LiveEvents live_events{context};
    Fetches fetches{context};
    DataPlane data_plane{context, fetches};
    concierge::Concierge concierge;
    Time next_tick{};
    Time next_sweep{};
};

}  // namespace tandem::control
