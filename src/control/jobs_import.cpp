// Imports: the input piece by piece, its lines as bulk requests, what was refused in the error log.
#include "control/jobs.hpp"

#include "base/limits.hpp"
#include "codec/number_text.hpp"
#include "control/json.hpp"

#include <set>
#include <utility>

namespace tandem::control {

namespace {

enum Step : std::uint32_t { lines = 0, skipping = 1, closing = 2 };  ///< HubJob.step of an import

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
/// Of one bulk request; the line that goes beyond it is still in it.
constexpr std::size_t batch_bytes = limits::http_body_bytes_max / 2;
static_assert(batch_bytes + import_line_bytes_max < limits::http_body_bytes_max);
constexpr char const* bulk_target = "/devices?api-version=2021-04-12";

/// The whole length of "bytes 0-99/1000".
std::optional<std::uint64_t> total_of(http::Response const& piece) {
    std::string const* range = piece.headers.find("Content-Range");
    if (range == nullptr) return std::nullopt;
    auto const slash = range->find('/');
    if (slash == std::string::npos) return std::nullopt;
    return whole_number<std::uint64_t>(std::string_view{*range}.substr(slash + 1));
}

/// What a repeated request finds because the first one was carried out.
bool done_before(std::string const& mode, std::string const& code) {
    return (mode == "create" && code == "DeviceAlreadyExists") ||
           (mode.starts_with("delete") && code == "DeviceNotFound") ||
           (mode.ends_with("ifmatchetag") && code == "PreconditionFailed");
}

}  // namespace

void Jobs::step_import(record::HubJob const& job, Work& work, Now now) {
    if (job.step() == closing) return close_import(job);
    if (work.batch)
        return work.batch->sent ? end_batch(Kind<record::HubJob>::key(job), now)
                                : send_batch(job, *work.batch, now);
    if (work.piece.empty() && !work.last_piece) return read_piece(job, now);
    if (job.step() == skipping && !skip_line(job, work, now)) return;
    take_batch(job, work, now);
}

void Jobs::read_piece(record::HubJob const& job, Now) {
    Key const key = Kind<record::HubJob>::key(job);
    http::Headers headers;
    headers.add("x-ms-range", "bytes=" + std::to_string(job.offset()) + "-" +
                                  std::to_string(job.offset() + import_piece_bytes - 1));
    if (!job.input_etag().empty()) headers.add("If-Match", job.input_etag());
    ask_blob(job.input_container(), job.input_blob(), "GET", {}, std::move(headers), {},
             [this, key](Result<http::Response> answer, Now then) {
                 on_piece(key, std::move(answer), then);
             });
}

void Jobs::on_piece(Key const& key, Result<http::Response> answer, Now now) {
    auto const [found, work] = under_way(key);
    if (found == nullptr) return;
    record::HubJob job = *found;
    bool const behind_end = answer.ok() && answer->status == 416;
    if (behind_end) {  // the input ends at a piece's end, or is empty
        work->last_piece = true;
        return advance(job, now);
    }
    if (answer.ok() && answer->status == 412)
        return finish(key, "failed", "The input blob was changed while it was read.", now);
    bool const whole = answer.ok() && answer->status == 200 && job.offset() == 0;
    if (!accept_blob(key, answer, whole || (answer.ok() && answer->status == 206), now)) return;
    auto const total =
        whole ? std::optional<std::uint64_t>{answer->body.size()} : total_of(*answer);
    if (!total || (answer->body.empty() && job.offset() < *total))
        return finish(key, "failed", "The container's server does not give parts of a blob.", now);
    if (std::string const* etag = answer->headers.find("ETag")) job.set_input_etag(*etag);
    work->piece = std::move(answer->body);
    work->last_piece = job.offset() + work->piece.size() >= *total;
    if (job.offset() == 0 && work->piece.starts_with(byte_order_mark)) {
        work->piece.erase(0, byte_order_mark.size());
        job.set_offset(byte_order_mark.size());
    }
    advance(job, now);
}

/// Goes on behind the end of a line that is too long. False: it does not end in this piece.
bool Jobs::skip_line(record::HubJob const& job, Work& work, Now now) {
    record::HubJob moved = job;
    std::size_t const end = work.piece.find('\n');
    std::size_t const skipped = end == std::string::npos ? work.piece.size() : end + 1;
    moved.set_offset(job.offset() + skipped);
    work.piece.erase(0, skipped);
    if (end != std::string::npos || work.last_piece) {
        moved.set_step(lines);
        moved.set_line_number(job.line_number() + 1);
    }
    advance(moved, now);
    return false;
}

void Jobs::take_batch(record::HubJob const& job, Work& work, Now now) {
    Key const key = Kind<record::HubJob>::key(job);
    Batch batch;
    batch.next_number = job.line_number();
    std::set<std::string> ids;
    auto const refuse = [&batch](std::string_view id, std::string_view text) {
        batch.errors += render_import_error(batch.next_number + 1, id, "ArgumentInvalid", text);
        ++batch.error_count;
    };
    std::size_t at = 0, bytes = 0;
    for (; batch.lines.size() < limits::registry_bulk_max && bytes < batch_bytes; batch.end = at) {
        auto const line = next_line(work.piece, at, work.last_piece);
        if (!line) break;
        if (!line->empty()) {
            auto operation = read_import_line(*line);
            if (operation.ok() && !ids.insert(operation->id).second) break;  // in the next batch
            if (operation.ok()) bytes += operation->element.size();
            if (operation.ok())
                batch.lines.push_back({std::move(operation).value(), batch.next_number + 1});
            else
                refuse({}, operation.error().detail);
        }
        ++batch.next_number;
        if (batch.errors.size() >= import_piece_bytes) {
            batch.end = at;
            break;
        }
    }
    if (batch.next_number > import_lines_max)
        return finish(key, "failed", "The input has too many lines.", now);
    bool const nothing = batch.end == 0;
    if (nothing && work.piece.size() > import_line_bytes_max) {
        refuse({}, "The line is too long.");
        work.batch = std::move(batch);
        record::HubJob skip = job;
        skip.set_step(skipping);
        context_.ledger.put(skip);
        return end_batch(key, now);
    }
    if (nothing && work.last_piece) {
        record::HubJob done = job;
        done.set_step(closing);
        return advance(done, now);
    }
    if (nothing) {  // the rest of a line: read from its beginning
        work.piece.clear();
        return read_piece(job, now);
    }
    bool const empty = batch.lines.empty();
    work.batch = std::move(batch);
    empty ? end_batch(key, now) : send_batch(job, *work.batch, now);
}

void Jobs::send_batch(record::HubJob const& job, Batch const& batch, Now now) {
    Key const key = Kind<record::HubJob>::key(job);
    Bytes body = "[";
    for (std::size_t i = 0; i < batch.lines.size(); ++i) {
        if (batch.singly && i != batch.single) continue;
        if (body.size() > 1) body += ',';
        body += batch.lines[i].operation.element;
    }
    http::Headers headers;
    headers.add("Content-Type", "application/json");
    ask_hub(
        job, "POST", bulk_target, std::move(headers), body + "]", hub::Right::registry_write,
        [this, key](Result<http::Response> answer, Now then) {
            on_batch(key, std::move(answer), then);
        },
        now);
}

void Jobs::on_batch(Key const& key, Result<http::Response> answer, Now now) {
    auto const [job, work] = under_way(key);
    if (job == nullptr || !work->batch) return;
    Batch& batch = *work->batch;
    bool const refused = answer.ok() && (answer->status == 400 || answer->status == 413);
    if (!answer.ok() || (answer->status != 200 && !refused))
        return retry(key, "The hub did not take the devices" + answer_text(answer), now);
    bool const forgiving = std::exchange(work->uncertain, false);
    if (refused && !batch.singly && batch.lines.size() > 1) {
        batch.singly = true;  // one of them spoils it for all
        return send_batch(*job, batch, now);
    }
    auto const add = [&batch](Batch::Line const& line, std::string const& code,
                              std::string const& text) {
        batch.errors += render_import_error(line.number, line.operation.id, code, text);
        ++batch.error_count;
    };
    json::object const said = stored_object(answer->body);
    if (refused) {
        add(batch.lines[batch.single], "ArgumentInvalid",
            find_string(said, "Message").value_or(""));
    } else if (json::value const* errors = control::find(said, "errors");
               errors && errors->is_array()) {
        for (auto const& entry : errors->get_array()) {
            if (!entry.is_object()) continue;
            std::string const id = find_string(entry.get_object(), "deviceId").value_or("");
            std::string const code = find_string(entry.get_object(), "errorCode").value_or("");
            for (auto const& line : batch.lines)
                if (line.operation.id == id &&
                    !(forgiving && done_before(line.operation.mode, code)))
                    add(line, code, find_string(entry.get_object(), "errorStatus").value_or(""));
        }
    }
    if (batch.singly && ++batch.single < batch.lines.size()) return send_batch(*job, batch, now);
    end_batch(key, now);
}

/// The errors first: an offset beyond them says that they are in the log.
void Jobs::end_batch(Key const& key, Now now) {
    auto const [job, work] = under_way(key);
    work->batch->sent = true;
    if (work->batch->errors.empty()) return record_batch(key, false, now);
    if (job->blocks() == blob_blocks_max)
        return finish(key, "failed", "Too many lines were refused.", now);
    put_block(*job, work->batch->errors, [this, key](Result<http::Response> answer, Now then) {
        auto const [still, its_work] = under_way(key);
        if (still == nullptr || !its_work->batch) return;
        if (accept_blob(key, answer, answer.ok() && answer->status == 201, then))
            record_batch(key, true, then);
    });
}

void Jobs::record_batch(Key const& key, bool with_errors, Now now) {
    auto const [found, work] = under_way(key);
    Batch const batch = std::move(*work->batch);
    work->batch.reset();
    record::HubJob job = *found;
    job.set_offset(job.offset() + batch.end);
    job.set_line_number(batch.next_number);
    job.set_lines(batch.next_number);
    job.set_errors(job.errors() + batch.error_count);
    if (with_errors) job.set_blocks(job.blocks() + 1);
    work->piece.erase(0, batch.end);
    advance(job, now);
}

void Jobs::close_import(record::HubJob const& job) {
    Key const key = Kind<record::HubJob>::key(job);
    put_block_list(job, [this, key](Result<http::Response> answer, Now then) {
        if (under_way(key).first == nullptr) return;
        if (accept_blob(key, answer, answer.ok() && answer->status == 201, then))
            finish(key, "completed", {}, then);
    });
}

}  // namespace tandem::control
