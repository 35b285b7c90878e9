#include "control/data_plane.hpp"

#include "control/own_token.hpp"

#include <utility>

namespace tandem::control {

namespace {

constexpr Duration ask_again_after = 200ms;
/// A request that has not left us by then, because nothing can be recorded, is given up.
constexpr Duration give_up_after = 30s;

peer::Endpoint const* https_endpoint(Fleet const& fleet, std::string const& region) {
    Fleet::Site const* site = fleet.site(region);
    if (site == nullptr || !site->status) return nullptr;
    for (auto const& endpoint : site->status->endpoints())
        if (endpoint.protocol() == "https") return &endpoint;
    return nullptr;
}

}  // namespace

void DataPlane::ask(DataRequest request, Fetches::Done done, Now now) {
    std::uint64_t const id = ++last_id_;
    asked_.emplace(id, Asked{std::move(request), std::move(done),
                             now.mono + context_.options.answer_wait,
                             now.mono + give_up_after, {}});
    attempt(id, now);
}

void DataPlane::attempt(std::uint64_t id, Now now) {
    Asked& asked = asked_.at(id);
    asked.again.reset();
    DataRequest const& request = asked.request;
    record::HubResource const* hub = context_.model().hub(request.hub);
    if (hub == nullptr)
        return finish(id, Error{Errc::hub_not_found, "There is no such hub."}, now);
    auto const serving = context_.fleet.serving(hub->definition().name());
    peer::Endpoint const* at =
        serving ? https_endpoint(context_.fleet, serving->region) : nullptr;
    if (at == nullptr || hub->definition().host_names().empty())
        return on_answer(id, Error{Errc::unavailable, "No region serves the hub now."}, now);

    auto const token = own_token(context_, hub->settings(), request.right, now);
    if (!token.ok()) return on_answer(id, token.error(), now);
    std::string const& host = hub->definition().host_names(0);
    Fetch fetch;
    fetch.method = request.method;
    fetch.url = "https://" + host + request.target;
    fetch.headers = request.headers;
    fetch.headers.add("Authorization", "Bearer " + *token);
    fetch.body = request.body;
    fetch.repeatable = request.repeatable;
    fetch.address = at->address();
    fetch.port = static_cast<std::uint16_t>(at->port());
    fetches_.start(std::move(fetch), [this, id](Result<http::Response> result, Now then) {
        on_answer(id, std::move(result), then);
    });
}

void DataPlane::on_answer(std::uint64_t id, Result<http::Response> result, Now now) {
    auto const found = asked_.find(id);
    if (found == asked_.end()) return;   // given up
    Asked& asked = found->second;
    bool const moving = result.ok() && result->status == 503 && !asked.request.once;
    bool const unsent = !result.ok() && result.code() == Errc::unavailable;
    bool const lost = !result.ok() && asked.request.repeatable;
    if ((moving || unsent || lost) && now.mono < asked.until) {
        asked.again = now.mono + ask_again_after;
        return;
    }
    finish(id, std::move(result), now);
}

void DataPlane::finish(std::uint64_t id, Result<http::Response> result, Now now) {
    auto const found = asked_.find(id);
    Fetches::Done const done = std::move(found->second.done);
    asked_.erase(found);
    done(std::move(result), now);
}

void DataPlane::on_timer(Now now) {
    std::vector<std::uint64_t> due;
    for (auto const& [id, asked] : asked_)
        if (asked.again && now.mono >= *asked.again) due.push_back(id);
    for (std::uint64_t const id : due) attempt(id, now);
    std::vector<std::uint64_t> late;
    for (auto const& [id, asked] : asked_)
        if (now.mono >= asked.given_up) late.push_back(id);
    for (std::uint64_t const id : late)
        finish(id, Error{Errc::timeout, "The request could not be carried out in time."}, now);
}

}  // namespace tandem::control
