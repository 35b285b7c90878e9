// control/data_plane.hpp -- the management plane as a client of a hub's REST API: asks the region
// that serves the hub, with a signature made for this one request.
//
// A hub that moves is asked again where it serves then, for options.answer_wait. What may have been
// done already is not sent twice: only what reads, what never left us, and what a region refused
// with 503.
#pragma once

#include "control/fetches.hpp"
#include "hub/command.hpp"

#include <map>
#include <string>
#include <vector>

namespace tandem::control {

struct DataRequest {
    std::string hub;
    std::string method;
    std::string target;             ///< "/devices/d?api-version=..."
    http::Headers headers;
    Bytes body;
    hub::Right right{};             ///< that the hub will ask for
    bool repeatable = false;        ///< changes nothing
    bool once = false;              ///< a 503 is the asker's business, too
};

class DataPlane {
public:
    DataPlane(Context context, Fetches& fetches) : context_(context), fetches_(fetches) {}

    /// Errors of the answer: hub_not_found; unavailable (no region serves it, or it could not
    /// be reached); timeout; others of a fetch.
    void ask(DataRequest request, Fetches::Done done, Now now);
    void on_timer(Now now);

private:
    struct Asked {
        DataRequest request;
        Fetches::Done done;
        Time until{};
        Time given_up{};                ///< whatever is under way then
        std::optional<Time> again{};    ///< not under way: try then
    };
    void attempt(std::uint64_t id, Now now);
    void on_answer(std::uint64_t id, Result<http::Response> result, Now now);
    void finish(std::uint64_t id, Result<http::Response> result, Now now);

    Context context_;
    Fetches& fetches_;
    std::map<std::uint64_t, Asked> asked_;
    std::uint64_t last_id_ = 0;
};

}  // namespace tandem::control
