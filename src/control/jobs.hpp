// control/jobs.hpp -- exports and imports of a hub's identities: from its REST API to a blob, and
// back. Control drives them; what is certain to be done is recorded (HubJob), so that a job goes on
// after a restart of control, a failover of the hub, or a container that does not answer for a
// while.
//
//     export: page of the registry -> block of the blob ... -> list of blocks
//     import: piece of the blob -> bulk requests -> errors as blocks of the log ... -> its list
//
// Source  management-plane contract 1.2; Azure's "import and export IoT Hub device identities in
//         bulk". A job ends as "completed" also when lines were refused: those are in the log.
// Invariant  one job of a hub at a time; a few of all hubs (the others are "enqueued").
// Invariant  a step is repeated when it is not known whether it was done: blocks by their number,
//            bulk requests forgiving what the first try may have done.
#pragma once

#include "control/answer.hpp"
#include "control/data_plane.hpp"
#include "control/import_lines.hpp"

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace tandem::control {

inline constexpr std::size_t jobs_running_max = 4;
inline constexpr std::size_t jobs_kept_max = 100;    ///< of a hub
inline constexpr Duration jobs_kept_for = 30 * 24h;  // AZ
inline constexpr Duration job_stall_max = 5min;      ///< without any progress: failed
inline constexpr std::size_t import_piece_bytes = 1024 * 1024;
inline constexpr std::uint64_t import_lines_max = 2'000'000;
inline constexpr std::uint32_t blob_blocks_max = 50'000;  // AZ

class Jobs {
public:
    Jobs(Context context, Fetches& fetches, DataPlane& data_plane)
        : context_(context), fetches_(fetches), data_plane_(data_plane) {}

    /// Records the job, with id and times of ours. Refuses a second one of the hub.
    std::variant<record::HubJob, Refusal> start(record::HubResource const& hub, record::HubJob job,
                                                Now now);
    record::HubJob const* find(record::HubResource const& hub, std::string const& id) const;
    std::vector<record::HubJob const*> of(record::HubResource const& hub) const;  ///< newest first
    void on_timer(Now now);
    void sweep(Now now);

private:
    struct Batch {
        struct Line {
            ImportOperation operation;
            std::uint64_t number = 0;
        };
        std::vector<Line> lines;
        std::size_t single = 0;  ///< one by one from here on, if `singly`
        bool singly = false;
        bool sent = false;  ///< only the errors are still to be put away
        Bytes errors;       ///< lines for the log
        std::uint64_t error_count = 0;
        std::size_t end = 0;            ///< in `piece`, behind the batch
        std::uint64_t next_number = 0;  ///< of the line there
    };
    /// What is in memory of a job under way; lost with the process, and made anew.
    struct Work {
        bool busy = false;
        Time again{};
        Time progress{};   ///< when a step was last done
        int failures = 0;  ///< since then
        std::string last_failure;
        std::string piece;  ///< import: of the blob, from the recorded offset on
        bool last_piece = false;
        bool uncertain = false;  ///< the next bulk request may have been done already
        std::optional<Batch> batch;
    };
    using Key = std::string;

    void step(Key const& key, Now now);
    void advance(record::HubJob const& job, Now now);  ///< records it; the next step follows
    void retry(Key const& key, std::string const& why, Now now);
    void finish(Key const& key, char const* status, std::string const& reason, Now now);
    /// The answer of a blob service if it has one of `wanted`; otherwise retries or gives up.
    bool accept_blob(Key const& key, Result<http::Response> const& answer, bool wanted, Now now);
    /// The job and its work, if they are still under way.
    std::pair<record::HubJob const*, Work*> under_way(Key const& key);

    using Next = std::function<void(Result<http::Response>, Now)>;
    void ask_hub(record::HubJob const& job, std::string method, std::string target,
                 http::Headers headers, Bytes body, hub::Right right, Next next, Now now);
    void ask_blob(std::string const& container, std::string const& blob, std::string method,
                  std::string query, http::Headers headers, Bytes body, Next next);
    void put_block(record::HubJob const& job, Bytes body, Next next);
    void put_block_list(record::HubJob const& job, Next next);

    // jobs_export.cpp
    void step_export(record::HubJob const& job, Now now);
    void on_page(Key const& key, Result<http::Response> answer, Now now);

    // jobs_import.cpp
    void step_import(record::HubJob const& job, Work& work, Now now);
    void read_piece(record::HubJob const& job, Now now);
    void on_piece(Key const& key, Result<http::Response> answer, Now now);
    bool skip_line(record::HubJob const& job, Work& work, Now now);
    void take_batch(record::HubJob const& job, Work& work, Now now);
    void send_batch(record::HubJob const& job, Batch const& batch, Now now);
    void on_batch(Key const& key, Result<http::Response> answer, Now now);
    void end_batch(Key const& key, Now now);
    void record_batch(Key const& key, bool with_errors, Now now);
    void close_import(record::HubJob const& job);

    Context context_;
    Fetches& fetches_;
    DataPlane& data_plane_;
    std::map<Key, Work> works_;
};

/// " (503).", or what went wrong, for the end of a sentence.
std::string answer_text(Result<http::Response> const& answer);

json::object render_job(record::HubJob const& job);

}  // namespace tandem::control
