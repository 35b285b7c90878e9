#include "control/queries.hpp"

#include <utility>

namespace tandem::control {

void Queries::ask(RequestId request, record::HubResource const& hub, Render render, Now now) {
    std::uint64_t const id = ++last_id_;
    Asked asked{request, std::move(render), now.mono + context_.options.answer_wait, 0, {}};
    for (auto const& region : hub.definition().regions()) {
        if (!context_.fleet.up(region)) continue;
        peer::Envelope message;
        message.mutable_hub_query()->set_hub(hub.definition().name());
        message.mutable_hub_query()->set_query_id(id);
        context_.send(region, std::move(message));
        ++asked.open;
    }
    auto const added = asked_.emplace(id, std::move(asked)).first;
    if (added->second.open == 0) respond(added);
}

void Queries::respond(std::map<std::uint64_t, Asked>::iterator which) {
    Asked asked = std::move(which->second);
    asked_.erase(which);
    context_.respond(asked.request, asked.render(asked.best));
}

void Queries::on_answer(peer::HubAnswer const& answer) {
    auto const found = asked_.find(answer.query_id());
    if (found == asked_.end()) return;
    Asked& asked = found->second;
    --asked.open;
    if (!asked.best || answer.owner()) asked.best = answer;
    if (answer.owner() || asked.open <= 0) respond(found);
}

void Queries::on_timer(Now now) {
    for (auto it = asked_.begin(); it != asked_.end();) {
        auto const next = std::next(it);
        if (now.mono >= it->second.until) respond(it);
        it = next;
    }
}

void Queries::abandon(RequestId request) {
    std::erase_if(asked_, [request](auto const& entry) { return entry.second.request == request; });
}

}  // namespace tandem::control
