// control/fetches.hpp -- HTTP requests that the management plane makes, and who waits for them.
#pragma once

#include "control/context.hpp"

#include <functional>
#include <map>
#include <utility>

namespace tandem::control {

class Fetches {
public:
    explicit Fetches(Context context) : context_(context) {}

    using Done = std::function<void(Result<http::Response>, Now)>;
    /// `done` is called once, later. It goes out when everything recorded so far is durable.
    void start(Fetch fetch, Done done) {
        fetch.id = FetchId{++last_id_};
        waiting_.emplace(fetch.id, std::move(done));
        context_.ledger.emit(std::move(fetch));
    }
    void on_fetched(FetchId id, Result<http::Response> result, Now now) {
        auto const found = waiting_.find(id);
        if (found == waiting_.end()) return;
        Done const done = std::move(found->second);
        waiting_.erase(found);
        done(std::move(result), now);
    }

private:
    Context context_;
    std::map<FetchId, Done> waiting_;
    std::uint64_t last_id_ = 0;
};

}  // namespace tandem::control
