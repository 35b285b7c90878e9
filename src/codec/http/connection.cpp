#include "codec/http/connection.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "codec/http/chunked.hpp"
#include "codec/http/fields.hpp"
#include "codec/http/lines.hpp"
#include "codec/time_text.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace tandem::http {

namespace {

constexpr std::size_t request_line_bytes_max = limits::http_header_bytes_max / 2;
/// What a client may send ahead of an answer; more than one whole request is nobody's pipelining.
constexpr std::size_t ahead_bytes_max =
    limits::http_header_bytes_max + limits::http_body_bytes_max + 64 * 1024;

enum class Part : std::uint8_t {
    request_line,
    fields,
    sized_body,
    chunked_body,
    ready,
    answering,
    closed
};

/// No header of ours may be cut in two by what a device put into it (bad-inputs 44).
void append_clean(Bytes& out, std::string_view text) {
    for (char const c : text) out += static_cast<unsigned char>(c) < ' ' || c == '\x7F' ? ' ' : c;
}

}  // namespace

struct Connection::State {
    Part part = Part::request_line;
    Lines input;
    Bytes output;
    Request request;
    Version version = Version::http_1_1;
    Framing framing;
    std::optional<ChunkReader> chunks;
    std::size_t header_bytes = 0;
    bool head_only = false;  ///< the response to HEAD has no body
    bool keep_alive = true;
    bool started = false;  ///< bytes of a request have come
    std::optional<Time> deadline = Time{};

    void begin_request(Now now);
    void advance(Now now);
    bool step(Now now);
    bool step_line(Now now);
    bool on_line(ByteView line, Now now);
    bool on_head(Now now);
    void on_body_end();
    void refuse(Refusal const& refusal, Now now);
    void write(Response const& response, Now now);
    void end();
};

void Connection::State::begin_request(Now now) {
    part = Part::request_line;
    request = {};
    framing = {};
    chunks.reset();
    header_bytes = 0;
    head_only = false;
    started = false;
    deadline = now.mono + limits::http_idle_wait_max;
}

void Connection::State::advance(Now now) {
    if (!started && part == Part::request_line && !input.empty()) {
        started = true;
        deadline = now.mono + limits::http_request_wait_max;
    }
    while (step(now)) {
    }
    input.compact();
}

/// One step through what has arrived; false: nothing more to do with it now.
bool Connection::State::step(Now now) {
    switch (part) {
        case Part::request_line:
        case Part::fields:
            return step_line(now);
        case Part::sized_body:
            request.body.append(input.take(*framing.length - request.body.size()));
            if (request.body.size() == *framing.length) on_body_end();
            return false;
        case Part::chunked_body:
            if (auto const refusal = chunks->read(input, request.body))
                refuse(*refusal, now);
            else if (chunks->done())
                on_body_end();
            return false;
        case Part::ready:
        case Part::answering:
        case Part::closed:
            return false;
    }
    return false;
}

bool Connection::State::step_line(Now now) {
    bool const first = part == Part::request_line;
    auto const room = std::min(first ? request_line_bytes_max : limits::http_header_bytes_max,
                               limits::http_header_bytes_max - header_bytes);
    ByteView line;
    switch (input.take_line(room, line)) {
        case Lines::Outcome::more:
            return false;
        case Lines::Outcome::too_long:
            refuse(first ? Refusal{414, "the request line is too long"}
                         : Refusal{431, "the header is too large"},
                   now);
            return false;
        case Lines::Outcome::bad:
            refuse({400, "a line that does not end in CRLF"}, now);
            return false;
        case Lines::Outcome::line:
            header_bytes += line.size() + 2;
            return on_line(line, now);
    }
    return false;
}

bool Connection::State::on_line(ByteView line, Now now) {
    std::optional<Refusal> refusal;
    if (part == Part::request_line) {
        if (line.empty()) return true;  // RFC 9112 2.2: an empty line before a request is skipped
        refusal = parse_request_line(line, request, version);
        part = Part::fields;
    } else if (line.empty()) {
        return on_head(now);
    } else if (request.headers.fields.size() == limits::http_fields_max) {
        refusal = Refusal{431, "too many header fields"};
    } else {
        refusal = parse_field(line, request.headers);
    }
    if (refusal) refuse(*refusal, now);
    return !refusal;
}

/// The header is complete: how does the body come, and do we want it?
bool Connection::State::on_head(Now now) {
    auto const& headers = request.headers;
    auto const count = [&](std::string_view name) {
        return std::count_if(headers.fields.begin(), headers.fields.end(),
                             [&](auto const& field) { return iequals(field.first, name); });
    };
    auto const refuse_with = [&](Refusal const& refusal) { return refuse(refusal, now), false; };
    auto const hosts = count("Host");
    if (hosts > 1 || (hosts == 0 && version == Version::http_1_1))
        return refuse_with({400, "there must be one Host header"});
    if (auto refusal = parse_framing(headers, limits::http_body_bytes_max, framing))
        return refuse_with(*refusal);
    if (framing.chunked && version == Version::http_1_0)
        return refuse_with({400, "a chunked body in HTTP/1.0"});
    keep_alive = version == Version::http_1_1 && !connection_says(headers, "close");
    head_only = request.method == "HEAD";

    bool const has_body = framing.chunked || framing.length.value_or(0) > 0;
    auto const* const coding = headers.find("Content-Encoding");
    if (has_body && coding && (count("Content-Encoding") > 1 || !iequals(*coding, "identity")))
        return refuse_with({415, "bodies are taken without Content-Encoding"});
    auto const* const expect = headers.find("Expect");
    if (expect && !iequals(*expect, "100-continue"))
        return refuse_with({417, "an unknown expectation"});
    if (expect && has_body && version == Version::http_1_1)
        output += "HTTP/1.1 100 Continue\r\n\r\n";

    if (framing.chunked) {
        chunks.emplace(limits::http_body_bytes_max);
        part = Part::chunked_body;
    } else if (has_body) {
        part = Part::sized_body;
    } else {
        on_body_end();
    }
    return true;
}

void Connection::State::on_body_end() {
    part = Part::ready;
    deadline.reset();
}

void Connection::State::refuse(Refusal const& refusal, Now now) {
    Response response;
    response.status = refusal.status;
    response.headers.add("Content-Type", "application/json; charset=utf-8");
    response.body = "{\"Message\":\"" + std::string{reason_phrase(refusal.status)} + ": " +
                    std::string{refusal.reason} + "\"}";
    keep_alive = false;
    write(response, now);
    end();
}

void Connection::State::write(Response const& response, Now now) {
    bool const bodiless = response.status == 204 || response.status == 304;
    TANDEM_ASSERT(!bodiless || response.body.empty(), "a body where HTTP has no place for one");
    output += "HTTP/1.1 " + std::to_string(response.status) + " ";
    output += reason_phrase(response.status);
    output += "\r\n";
    for (auto const& [name, value] : response.headers.fields) {
        append_clean(output, name);
        output += ": ";
        append_clean(output, value);
        output += "\r\n";
    }
    if (!bodiless) output += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
    output += "Date: " + format_rfc1123(now.wall) + "\r\n";
    if (!keep_alive) output += "Connection: close\r\n";
    output += "\r\n";
    if (!head_only) output += response.body;
}

void Connection::State::end() {
    part = Part::closed;
    input.clear();
    request = {};
    deadline.reset();
}

Connection::Connection() : state_(std::make_unique<State>()) {}
Connection::~Connection() = default;

void Connection::on_bytes(ByteView bytes, Now now) {
    if (state_->part == Part::closed || bytes.empty()) return;
    state_->input.append(bytes);
    state_->advance(now);
    bool const ahead = state_->part == Part::ready || state_->part == Part::answering;
    if (ahead && state_->input.size() > ahead_bytes_max) state_->end();
}

std::optional<Request> Connection::next_request() {
    if (state_->part != Part::ready) return std::nullopt;
    state_->part = Part::answering;
    return std::move(state_->request);
}

void Connection::respond(Response const& response, Now now) {
    if (state_->part == Part::closed) return;
    TANDEM_ASSERT(state_->part == Part::answering, "an answer that nobody asked for");
    state_->write(response, now);
    if (!state_->keep_alive) return state_->end();
    state_->begin_request(now);
    state_->advance(now);
}

void Connection::on_timer(Now now) {
    auto& state = *state_;
    if (!state.deadline || now.mono < *state.deadline) return;
    if (state.deadline == Time{}) {
        state.deadline = now.mono + limits::http_request_wait_max;
    } else if (state.started) {
        state.head_only = false;
        state.refuse({408, "the request did not come to its end in time"}, now);
    } else {
        state.end();
    }
}

std::optional<Time> Connection::next_deadline() const {
    return state_->deadline;
}
Bytes& Connection::output() {
    return state_->output;
}
bool Connection::close() const {
    return state_->part == Part::closed;
}

}  // namespace tandem::http
