// What other sites say to a region: whom it hears, and which of its parts it is for.

#include "region/node.hpp"

#include "region/hub_node.hpp"

#include <algorithm>
#include <utility>

namespace tandem::region {

namespace {

using Kind = peer::Envelope::KindCase;

/// The hub that a message is for; empty: it is for the node.
std::string const& hub_of(peer::Envelope const& message) {
    static std::string const none;
    switch (message.kind_case()) {
        case Kind::kVoteReply: return message.vote_reply().hub();
        case Kind::kAppend: return message.append().hub();
        case Kind::kAppendReply: return message.append_reply().hub();
        case Kind::kSnapshotBegin: return message.snapshot_begin().hub();
        case Kind::kSnapshotChunk: return message.snapshot_chunk().hub();
        case Kind::kSnapshotEnd: return message.snapshot_end().hub();
        case Kind::kTakeOver: return message.take_over().hub();
        case Kind::kSalvageNotice: return message.salvage_notice().hub();
        case Kind::kConfigureHub: return message.configure_hub().hub();
        case Kind::kFailoverOrder: return message.failover_order().hub();
        case Kind::kHubQuery: return message.hub_query().hub();
        case Kind::kEventQuery: return message.event_query().hub();
        case Kind::kVoteRequest:
        case Kind::kVoteRelease:
        case Kind::kDepose:
        case Kind::kDefineHub:
        case Kind::kOrderReply:
        case Kind::kFailoverProgress:
        case Kind::kHubAnswer:
        case Kind::kNodeStatus:
        case Kind::kControlAsk:
        case Kind::kControlAppend:
        case Kind::kControlAck:
        case Kind::kControlFetch:
        case Kind::kControlSnapshot:
        case Kind::kConciergeKeys:
        case Kind::kEventAnswer:
        case Kind::KIND_NOT_SET: break;
    }
    return none;
}

}  // namespace

bool Node::is_control(SiteName const& site) const {
    auto const& sites = options_.control_sites;
    return site == options_.witness || std::find(sites.begin(), sites.end(), site) != sites.end();
}

SiteName Node::control() const {
    return copy_.site().empty() ? options_.witness : SiteName{copy_.site()};
}

/// Who served last, as far as it knows, votes for nobody else, not even once its lease has run out:
/// with its vote the pair could begin an epoch without anybody having decided on a failover. A
/// forced or an automatic one has the pair's and the witness's votes.
bool Node::owned_here(SiteName const& from, peer::VoteRequest const& request, Now now) {
    HubNode const* hub = from == options_.self ? nullptr : find(request.hub());
    if (hub == nullptr || hub->ownership().owner() != options_.self.value) return false;
    peer::VoteReply reply;
    reply.set_hub(request.hub());
    reply.set_epoch(request.epoch());
    reply.set_ask_id(request.ask_id());
    reply.set_promised_epoch(value(hub->ownership().epoch()));
    reply.set_promised_to(options_.self.value);
    reply.set_wait_us(options_.ownership.campaign_retry.count());
    deliver_vote(from, reply, now);
    return true;
}

void Node::on_vote_request(SiteName const& from, peer::VoteRequest const& request, Now now) {
    if (owned_here(from, request, now)) return;
    auto answer = voter_.on_request(request, from, now);
    if (answer.store_first) {
        store_promise(*answer.store_first);
        votes_waiting_.emplace_back(from, std::move(answer.reply));
        return;
    }
    deliver_vote(from, answer.reply, now);
}

void Node::deliver_vote(SiteName const& to, peer::VoteReply const& reply, Now now) {
    if (to == options_.self) {
        if (HubNode* hub = find(reply.hub())) hub->on_vote(options_.self, reply, now);
        return;
    }
    peer::Envelope envelope;
    *envelope.mutable_vote_reply() = reply;
    send(to, std::move(envelope));
}

void Node::on_message(SiteName const& from, peer::Envelope const& message, Now now) {
    HubNode* const hub = find(hub_of(message));
    switch (message.kind_case()) {
        case Kind::kVoteRequest: return on_vote_request(from, message.vote_request(), now);
        case Kind::kVoteReply:
            if (hub != nullptr) hub->on_vote(from, message.vote_reply(), now);
            return;
        case Kind::kVoteRelease:
            if (auto promise = voter_.on_release(message.vote_release(), from, now))
                store_promise(*promise);
            return;
        case Kind::kDepose:
            if (from == control()) voter_.on_depose(message.depose(), now);
            return;
        case Kind::kDefineHub:
            if (from == control()) define(message.define_hub().definition(), now);
            return;
        case Kind::kAppend:
        case Kind::kAppendReply:
        case Kind::kSnapshotBegin:
        case Kind::kSnapshotChunk:
        case Kind::kSnapshotEnd:
        case Kind::kTakeOver:
        case Kind::kSalvageNotice:
        case Kind::kConfigureHub:
        case Kind::kFailoverOrder:
        case Kind::kHubQuery:
            if (hub != nullptr) hub->on_message(from, message, now);
            return;
        case Kind::kEventQuery:
            if (hub != nullptr && from == control()) hub->on_message(from, message, now);
            return;
        case Kind::kNodeStatus:
            if (!is_control(from) && message.node_status().site() == from.value)
                concierge_.on_status(from, message.node_status(), now);
            return;
        case Kind::kConciergeKeys:
            if (from == control()) on_keys(message.concierge_keys());
            return;
        case Kind::kControlAsk:
            if (is_control(from)) copy_.on_ask(from, message.control_ask());
            return;
        case Kind::kControlAppend:
            if (is_control(from)) copy_.on_append(from, message.control_append());
            return;
        case Kind::kControlFetch:
            if (is_control(from)) copy_.on_fetch(from, message.control_fetch());
            return;
        case Kind::kControlSnapshot:
            if (is_control(from)) copy_.on_snapshot(from, message.control_snapshot());
            return;
        case Kind::kOrderReply:
        case Kind::kFailoverProgress:
        case Kind::kHubAnswer:
        case Kind::kEventAnswer:
        case Kind::kControlAck:
        case Kind::KIND_NOT_SET: return;  // not for a region
    }
}

}  // namespace tandem::region
