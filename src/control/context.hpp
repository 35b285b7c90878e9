// control/context.hpp -- what every part of the management plane works with, in one place.
#pragma once

#include "control/audit.hpp"
#include "control/control.hpp"
#include "control/fleet.hpp"
#include "control/ledger.hpp"
#include "control/text.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace tandem::control {

struct Context {
    Control::Options const& options;
    ports::Random& random;
    Ledger& ledger;
    Fleet& fleet;
    Audit& audit;

    Model const& model() const { return ledger.model(); }
    void send(std::string const& region, peer::Envelope message) const {
        ledger.emit(SendTo{SiteName{region}, std::move(message)});
    }
    void respond(RequestId request, http::Response response) const {
        audit.answered(request, response.status);   // before the answer, so that it waits for it
        ledger.emit(Respond{request, std::move(response)});
    }
    /// The region of that name or display name, or nullptr.
    Region const* region(std::string_view name) const {
        std::string const key = region_key(name);
        for (Region const& known : options.regions)
            if (known.name.value == key || region_key(known.display_name) == key) return &known;
        return nullptr;
    }
    std::string display_name(std::string const& region_name) const {
        Region const* known = region(region_name);
        return known == nullptr ? region_name : known->display_name;
    }
};

}  // namespace tandem::control
