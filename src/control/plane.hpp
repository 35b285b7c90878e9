// control/plane.hpp -- the parts of the management plane, put together for the handlers.
#pragma once

#include "concierge/concierge.hpp"
#include "control/context.hpp"
#include "control/data_access.hpp"
#include "control/data_plane.hpp"
#include "control/device_codes.hpp"
#include "control/evacuations.hpp"
#include "control/failovers.hpp"
#include "control/hubs.hpp"
#include "control/jobs.hpp"
#include "control/live_events.hpp"
#include "control/metrics.hpp"
#include "control/queries.hpp"
#include "control/roles.hpp"
#include "control/sign_in.hpp"
#include "control/witness.hpp"

namespace tandem::control {

struct Plane {
    Plane(Control::Options options_in, ports::Store& store_in, ports::Random& random_in)
        : options(std::move(options_in)), store(store_in), random(random_in) {}

    Control::Options const options;
    ports::Store& store;
    ports::Random& random;
    Ledger ledger{store,
                  {.self = options.self,
                   .copies = options.copies,
                   .lost = options.lost_copies,
                   .take_over = options.take_over}};
    Fleet fleet;
    Audit audit{ledger, options.audit_entries_max};
    Context context{options, random, ledger, fleet, audit};
    Witness witness{options.voter, ledger, options.witness_elsewhere};
    Principals principals{context};
    Tokens tokens{context, principals};
    SignIn sign_in{context, principals, tokens};
    Roles roles{context};
    DeviceCodes device_codes{random};
    Hubs hubs{context};
    DataAccess data_access{context, principals, tokens, roles, hubs};
    Failovers failovers{context, witness};
    Evacuations evacuations{context, failovers};
    Queries queries{context};
    LiveEvents live_events{context};
    Fetches fetches{context};
    DataPlane data_plane{context, fetches};
    Metrics metrics;
    Jobs jobs{context, fetches, data_plane};
    concierge::Concierge concierge;
    /// Requests that wait for the comparison of a password.
    struct Waiting {
        http::Request request;
        std::string base_url;
        std::string source;
    };
    std::map<RequestId, Waiting> waiting;
    std::optional<Control::Bootstrap> wanted;   ///< to be made once active
    Time next_tick{};
    Time next_sweep{};
};

}  // namespace tandem::control
