// replica/sender.hpp -- the owner's half of shipping one partition's log to the paired region.
//
//     down --connected--> probing --the follower's mark is in our log--> streaming
//                            |  \--it is not--> aligning --common mark found: it cuts--> probing
//                            \--it has no fitting view--> snapshotting --durable there--> streaming
//     any but down --gap, or no answer for limits::replication_reply_wait_max--> probing
//
// A probe is an empty Append: the reply says where the follower stands. Streaming keeps up to
// limits::replication_window_bytes unconfirmed. Only records that are durable here are sent, and
// nothing before the first record of the owner's own epoch is: what we cut off the follower must
// not be decided by something that we may forget.
//
// Invariant  acked() never exceeds what the follower has said to be durable there in our log.
// Purity     no sockets, no clock: messages out, replies in.
#pragma once

#include "base/ids.hpp"
#include "base/position.hpp"
#include "base/time.hpp"
#include "partition/partition.hpp"
#include "record/peer.pb.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace tandem::replica {

class Sender {
public:
    explicit Sender(partition::Partition& partition);

    void on_connected(Epoch epoch, Now now);     ///< also: we have just become the owner
    void on_disconnected();
    void on_reply(peer::AppendReply const& reply, Now now);

    /// Messages to send now. Call after appends became durable, after replies, and on the timer.
    std::vector<peer::Envelope> next(Epoch epoch, Position acknowledged, Now now);
    /// When to call next() again though nothing happened (resend, heartbeat); nullopt: never.
    std::optional<Time> next_deadline() const;

    /// The last position that is durable in the pair; Position{} while unknown.
    Position acked() const { return acked_; }
    bool streaming() const { return state_ == State::streaming; }
    /// A higher epoch than ours, when the follower told us of one.
    std::optional<Epoch> deposed_by() const { return deposed_by_; }

private:
    enum class State : std::uint8_t { down, probing, aligning, snapshotting, streaming };
    struct Unconfirmed {
        Position end;
        std::size_t bytes = 0;
    };
    struct Snapshot {
        std::uint64_t id = 0;
        partition::FrozenView view;
        Position records_after;            ///< the log records still to send follow on this
        bool entries_done = false;
        bool end_sent = false;
        std::uint32_t chunks_sent = 0;
        std::uint32_t chunks_taken = 0;
    };

    void probe(Now now);
    void align(partition::Mark at, bool asked, Now now);
    void need_snapshot(Now now);
    void stream_from(partition::Mark mark, Now now);
    void confirm(partition::Mark mark);
    bool may_send() const;
    std::uint64_t fresh_id(Now now);

    peer::Envelope append_after(partition::Mark mark) const;
    std::vector<peer::Envelope> next_probe(Now now);
    std::vector<peer::Envelope> next_stream();
    std::vector<peer::Envelope> next_snapshot(Now now);
    std::optional<peer::Envelope> begin_snapshot(Now now);
    bool next_chunk(peer::SnapshotChunk& chunk);

    partition::Partition& partition_;
    State state_ = State::down;
    Epoch epoch_{};
    Position acknowledged_;
    Position acked_;
    std::optional<Epoch> deposed_by_;

    std::uint64_t last_id_ = 0;            ///< ids of streams and snapshots rise, restarts included
    std::uint64_t stream_id_ = 0;
    std::optional<Time> asked_at_;         ///< probing, aligning: when we asked
    Time sent_at_{};                       ///< anything at all
    Time heard_at_{};
    partition::Mark sent_;                 ///< streaming: everything up to here; aligning: cut here
    partition::Mark follower_;             ///< where the follower's log ends, as it said
    std::deque<Unconfirmed> unconfirmed_;
    std::size_t unconfirmed_bytes_ = 0;
    std::optional<Snapshot> snapshot_;     ///< snapshotting, once it has begun
};

}  // namespace tandem::replica
