// control/call.hpp -- one request as a handler sees it, and what handlers share.
#pragma once

#include "control/answer.hpp"
#include "control/plane.hpp"

#include <map>
#include <optional>
#include <string>

namespace tandem::control {

struct Call {
    RequestId id{};
    http::Request const& request;
    std::string base_url;                       ///< "https://host:port"
    std::string api_version;                    ///< empty: none was given
    std::map<std::string, std::string> args;    ///< the {names} of the route's pattern
    std::string client;                         ///< id of who is signed in; empty: nobody
    Now now;
    std::string source = {};                    ///< network address it came from

    std::string const& arg(std::string const& name) const { return args.at(name); }
};

/// nullopt: the answer comes later, through the plane.
using Answer = std::optional<http::Response>;
using Handler = Answer (*)(Plane&, Call const&);

/// The body as a JSON object, or the answer that refuses it.
std::optional<http::Response> read_body(Call const& call, json::object& body);

/// Refuses an unknown subscription, and a group that does not exist (or is being deleted, if
/// `for_change`). nullopt: both are there.
std::optional<http::Response> refuse_group(Plane const& plane, Call const& call,
                                           bool for_change = false);

/// Whether the hub is where the path says: in its subscription, and in its group if it names one.
bool lies_in_path(Call const& call, record::HubResource const& hub);
/// The hub that the path names, in the group that the path names; or nullptr.
record::HubResource const* called_hub(Plane const& plane, Call const& call);
http::Response hub_not_found(Call const& call);
/// Refuses what refuse_group refuses, and a hub that is not there. nullopt: called_hub has it.
std::optional<http::Response> refuse_hub(Plane const& plane, Call const& call);
/// The same for a change of the hub: also one that is not active.
std::optional<http::Response> refuse_change(Plane& plane, Call const& call);
http::Response rp_refusal(Plane& plane, Call const& call, int number, std::string message);
http::Response hub_busy(Plane& plane, Call const& call, record::HubResource const& hub);

/// The ETag a client insists on. az up to 2.52 sends the text of a Python dict, which holds it.
std::optional<std::string> wanted_etag(http::Request const& request);
/// As Azure writes them: eight bytes, base64.
std::string etag_text(std::uint64_t etag);

std::string hub_id(record::HubResource const& hub);   ///< "/subscriptions/../IotHubs/name"

/// Azure-AsyncOperation, Location (if `location`) and Retry-After of an operation just begun.
void add_operation_headers(http::Response& response, Plane const& plane, Call const& call,
                           std::string const& operation_id, bool location);

}  // namespace tandem::control
