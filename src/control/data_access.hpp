// control/data_access.hpp -- what a hub's regions have to know to admit bearer tokens on the data
// plane: the keys that sign them, and what each principal may do.
//
// Kept in the hub's settings, and brought up to date whenever keys, roles or principals have
// changed: a right given or taken back counts within a second or so.
#pragma once

#include "control/hubs.hpp"
#include "control/roles.hpp"
#include "control/tokens.hpp"

#include <vector>

namespace tandem::control {

class DataAccess {
public:
    DataAccess(Context context, Principals& principals, Tokens& tokens, Roles& roles, Hubs& hubs)
        : context_(context), principals_(principals), tokens_(tokens), roles_(roles),
          hubs_(hubs) {}

    /// Puts into a hub's settings what its regions have to know. True: that was something new.
    bool fill(record::HubResource& hub) const;
    void on_timer(Now now);

private:
    /// Those who have a data role anywhere.
    std::vector<record::Principal const*> candidates() const;

    Context context_;
    Principals& principals_;
    Tokens& tokens_;
    Roles& roles_;
    Hubs& hubs_;
    Time next_{};
};

}  // namespace tandem::control
