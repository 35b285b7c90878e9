// control/queries.hpp -- requests that a region has to answer: how many devices a hub has.
#pragma once

#include "control/context.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace tandem::control {

class Queries {
public:
    explicit Queries(Context context) : context_(context) {}

    /// Makes the response from the answer; nullopt: no region answered in time.
    using Render = std::function<http::Response(std::optional<peer::HubAnswer> const&)>;
    void ask(RequestId request, record::HubResource const& hub, Render render, Now now);
    void on_answer(peer::HubAnswer const& answer);
    void on_timer(Now now);
    void abandon(RequestId request);

private:
    struct Asked {
        RequestId request{};
        Render render;
        Time until{};
        int open = 0;                              ///< answers still to come
        std::optional<peer::HubAnswer> best;
    };
    void respond(std::map<std::uint64_t, Asked>::iterator which);

    Context context_;
    std::map<std::uint64_t, Asked> asked_;
    std::uint64_t last_id_ = 0;
};

}  // namespace tandem::control
