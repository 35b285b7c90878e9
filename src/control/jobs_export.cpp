// Exports: the registry page by page, a block of the blob each.
#include "control/jobs.hpp"

#include <algorithm>

namespace tandem::control {

namespace {

enum Step : std::uint32_t { pages = 0, closing = 1 };  ///< HubJob.step of an export

}  // namespace

void Jobs::step_export(record::HubJob const& job, Now now) {
    Key const key = Kind<record::HubJob>::key(job);
    if (job.step() == closing)
        return put_block_list(job, [this, key](Result<http::Response> answer, Now then) {
            if (under_way(key).first == nullptr) return;
            if (accept_blob(key, answer, answer.ok() && answer->status == 201, then))
                finish(key, "completed", {}, then);
        });
    http::Headers headers;
    if (!job.cursor().empty()) headers.add("x-ms-continuation", job.cursor());
    ask_hub(
        job, "GET",
        std::string{"/tandem/registry?api-version=2021-04-12&excludeKeys="} +
            (job.exclude_keys() ? "true" : "false"),
        std::move(headers), {}, hub::Right::registry_read,
        [this, key](Result<http::Response> answer, Now then) {
            on_page(key, std::move(answer), then);
        },
        now);
}

void Jobs::on_page(Key const& key, Result<http::Response> answer, Now now) {
    auto const [found, work] = under_way(key);
    if (found == nullptr) return;
    if (!answer.ok() || answer->status != 200)
        return retry(key, "The hub did not give out its devices" + answer_text(answer), now);
    record::HubJob job = *found;
    if (job.blocks() == blob_blocks_max)
        return finish(key, "failed", "The hub has more devices than a blob has room for.", now);
    std::string const* more = answer->headers.find("x-ms-continuation");
    job.set_cursor(more == nullptr ? "" : *more);
    job.set_lines(job.lines() + static_cast<std::uint64_t>(
                                    std::count(answer->body.begin(), answer->body.end(), '\n')));
    if (more == nullptr) job.set_step(closing);
    if (answer->body.empty()) return advance(job, now);
    put_block(*found, std::move(answer->body),
              [this, key, job](Result<http::Response> put, Now then) {
                  if (under_way(key).first == nullptr) return;
                  if (!accept_blob(key, put, put.ok() && put->status == 201, then)) return;
                  record::HubJob done = job;
                  done.set_blocks(done.blocks() + 1);
                  advance(done, then);
              });
}

}  // namespace tandem::control
