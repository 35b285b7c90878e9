#include "control/jobs.hpp"

#include "codec/base64.hpp"
#include "codec/percent.hpp"
#include "codec/time_text.hpp"
#include "control/container_address.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace tandem::control {

namespace {

constexpr Duration retry_first = 500ms;
constexpr Duration retry_longest = 10s;
constexpr Duration blob_wait_max = 30s;
constexpr char const* storage_version = "2020-10-02";

bool unfinished(record::HubJob const& job) {
    return job.status() == "enqueued" || job.status() == "running";
}

/// Of a fixed width, as all ids of a blob's blocks must be.
std::string block_id(std::uint32_t number) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%08u", number);
    return base64_encode(digits);
}

}  // namespace

std::string answer_text(Result<http::Response> const& answer) {
    return answer.ok() ? " (" + std::to_string(answer->status) + ")."
                       : ": " + answer.error().detail;
}

json::object render_job(record::HubJob const& job) {
    auto const time = [](std::int64_t micros) { return format_rfc1123(wall_from_micros(micros)); };
    json::object shown{{"jobId", job.id()}, {"startTimeUtc", time(job.started_us())}};
    if (job.ended_us() != 0) shown["endTimeUtc"] = time(job.ended_us());
    shown["type"] = job.type();
    shown["status"] = job.status();
    if (!job.failure_reason().empty()) shown["failureReason"] = job.failure_reason();
    std::string const done = std::to_string(job.lines());
    shown["statusMessage"] =
        job.type() == "export"
            ? done + " devices exported."
            : done + " lines read, " + std::to_string(job.errors()) + " refused.";
    return shown;
}

std::variant<record::HubJob, Refusal> Jobs::start(record::HubResource const& hub,
                                                  record::HubJob job, Now now) {
    for (auto const* other : of(hub))
        if (unfinished(*other))
            return Refusal{409920, "Another import or export job of the hub is under way: " +
                                       other->id() + "."};
    job.set_hub(hub.definition().name());
    job.set_instance_id(hub.definition().instance_id());
    job.set_id(random_guid(context_.random));
    job.set_status("enqueued");
    job.set_started_us(to_micros(now.wall));
    context_.ledger.put(job);
    return job;
}

record::HubJob const* Jobs::find(record::HubResource const& hub, std::string const& id) const {
    auto const* job =
        context_.model().find<record::HubJob>(hub.definition().name() + "/" + lower(id));
    bool const of_this = job != nullptr && job->instance_id() == hub.definition().instance_id();
    return of_this ? job : nullptr;
}

std::vector<record::HubJob const*> Jobs::of(record::HubResource const& hub) const {
    std::vector<record::HubJob const*> found;
    for (auto const& [key, job] : context_.model().all<record::HubJob>())
        if (job.hub() == hub.definition().name() &&
            job.instance_id() == hub.definition().instance_id())
            found.push_back(&job);
    std::sort(found.begin(), found.end(),
              [](auto const* a, auto const* b) { return a->started_us() > b->started_us(); });
    return found;
}

void Jobs::on_timer(Now now) {
    std::vector<Key> due;
    for (auto const& [key, job] : context_.model().all<record::HubJob>()) {
        if (!unfinished(job)) continue;
        auto const known = works_.find(key);
        if (known == works_.end() && works_.size() < jobs_running_max) {
            works_[key].progress = now.mono;
            works_[key].uncertain = job.status() != "enqueued";
            due.push_back(key);
        } else if (known != works_.end() && !known->second.busy &&
                   now.mono >= known->second.again) {
            due.push_back(key);
        }
    }
    for (Key const& key : due) step(key, now);
}

void Jobs::sweep(Now now) {
    std::map<std::string, std::vector<std::pair<std::int64_t, Key>>> ended;
    std::vector<Key> old;
    for (auto const& [key, job] : context_.model().all<record::HubJob>()) {
        auto const* hub = context_.model().hub(job.hub());
        bool const gone = hub == nullptr || hub->definition().instance_id() != job.instance_id();
        if (gone ||
            (job.ended_us() != 0 && wall_from_micros(job.ended_us()) + jobs_kept_for < now.wall))
            old.push_back(key);
        else if (job.ended_us() != 0)
            ended[job.hub()].emplace_back(job.ended_us(), key);
    }
    for (auto& [hub, jobs] : ended) {
        std::sort(jobs.rbegin(), jobs.rend());
        for (std::size_t i = jobs_kept_max; i < jobs.size(); ++i) old.push_back(jobs[i].second);
    }
    for (Key const& key : old) {
        works_.erase(key);
        context_.ledger.remove<record::HubJob>(key);
    }
}

std::pair<record::HubJob const*, Jobs::Work*> Jobs::under_way(Key const& key) {
    auto const* job = context_.model().find<record::HubJob>(key);
    auto const work = works_.find(key);
    if (job == nullptr || work == works_.end()) return {nullptr, nullptr};
    return {job, &work->second};
}

void Jobs::step(Key const& key, Now now) {
    auto const [found, work] = under_way(key);
    if (found == nullptr) return;
    record::HubJob job = *found;
    auto const* hub = context_.model().hub(job.hub());
    if (hub == nullptr || hub->definition().instance_id() != job.instance_id())
        return finish(key, "cancelled", "The hub was deleted.", now);
    if (now.mono - work->progress > job_stall_max)
        return finish(key, "failed",
                      work->last_failure.empty() ? "There was no progress." : work->last_failure,
                      now);
    if (job.status() == "enqueued") {
        job.set_status("running");
        context_.ledger.put(job);
    }
    work->busy = true;
    job.type() == "export" ? step_export(job, now) : step_import(job, *work, now);
}

void Jobs::advance(record::HubJob const& job, Now now) {
    Key const key = Kind<record::HubJob>::key(job);
    Work& work = works_.at(key);
    work.progress = now.mono;
    work.failures = 0;
    context_.ledger.put(job);
    step(key, now);
}

void Jobs::retry(Key const& key, std::string const& why, Now now) {
    Work& work = works_.at(key);
    work.busy = false;
    work.uncertain = true;
    work.last_failure = why;
    Duration const wait = retry_first * (1 << std::min(work.failures, 5));
    work.again = now.mono + std::min(retry_longest, wait);
    ++work.failures;
}

void Jobs::finish(Key const& key, char const* status, std::string const& reason, Now now) {
    works_.erase(key);
    auto const* found = context_.model().find<record::HubJob>(key);
    if (found == nullptr) return;
    record::HubJob job = *found;
    job.set_status(status);
    job.set_failure_reason(reason);
    job.set_ended_us(to_micros(now.wall));
    job.clear_input_container();  // they hold secrets, and nobody needs them any more
    job.clear_output_container();
    context_.ledger.put(job);
}

bool Jobs::accept_blob(Key const& key, Result<http::Response> const& answer, bool wanted, Now now) {
    if (answer.ok() && wanted) return true;
    if (!answer.ok()) {
        if (answer.code() == Errc::forbidden)
            finish(key, "failed",
                   "The container's server must not be asked: " + answer.error().detail +
                       ". The operator can allow it (--blob-allow).",
                   now);
        else if (answer.code() == Errc::unavailable || answer.code() == Errc::timeout)
            retry(key, "The container's server did not answer: " + answer.error().detail + ".",
                  now);
        else
            finish(key, "failed", "The container's server gave an answer that cannot be used.",
                   now);
        return false;
    }
    std::string const said = "The container's server answered " + std::to_string(answer->status) +
                             (answer->headers.find("x-ms-error-code") != nullptr
                                  ? " (" + *answer->headers.find("x-ms-error-code") + ")."
                                  : ".");
    bool const passing = answer->status >= 500 || answer->status == 429 || answer->status == 408;
    if (passing)
        retry(key, said, now);
    else
        finish(key, "failed", said, now);
    return false;
}

void Jobs::ask_hub(record::HubJob const& job, std::string method, std::string target,
                   http::Headers headers, Bytes body, hub::Right right, Next next, Now now) {
    // What a bulk request may have done already is for the next try to know: Work::uncertain.
    bool const reads = method == "GET";
    data_plane_.ask({job.hub(), std::move(method), std::move(target), std::move(headers),
                     std::move(body), right, reads, !reads},
                    std::move(next), now);
}

void Jobs::ask_blob(std::string const& container, std::string const& blob, std::string method,
                    std::string query, http::Headers headers, Bytes body, Next next) {
    auto const address = parse_container(container);
    TANDEM_ASSERT(address.ok(), "a container's address was recorded and cannot be read");
    Fetch fetch;
    fetch.method = std::move(method);
    fetch.url = blob_url(*address, blob, query);
    fetch.headers = std::move(headers);
    fetch.headers.add("x-ms-version", storage_version);
    fetch.body = std::move(body);
    fetch.response_bytes_max = import_piece_bytes + 64 * 1024;
    fetch.wait_max = blob_wait_max;
    fetches_.start(std::move(fetch), std::move(next));
}

void Jobs::put_block(record::HubJob const& job, Bytes body, Next next) {
    ask_blob(job.output_container(), job.output_blob(), "PUT",
             "comp=block&blockid=" + percent_encode(block_id(job.blocks())), {}, std::move(body),
             std::move(next));
}

void Jobs::put_block_list(record::HubJob const& job, Next next) {
    std::string list = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>";
    for (std::uint32_t i = 0; i < job.blocks(); ++i) list += "<Latest>" + block_id(i) + "</Latest>";
    http::Headers headers;
    headers.add("Content-Type", "text/plain; charset=UTF-8");
    headers.add("x-ms-blob-content-type", "text/plain; charset=utf-8");
    ask_blob(job.output_container(), job.output_blob(), "PUT", "comp=blocklist", std::move(headers),
             list + "</BlockList>", std::move(next));
}

}  // namespace tandem::control
