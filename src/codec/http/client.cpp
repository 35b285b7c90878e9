#include "codec/http/client.hpp"

#include "base/limits.hpp"
#include "codec/http/fields.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tandem::http {

namespace {

std::string clean(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = ' ';
    return text;
}

Error malformed(std::string_view reason) {
    return {Errc::malformed, "HTTP response: " + std::string{reason}};
}

}  // namespace

Bytes encode_request(ClientRequest const& request) {
    Bytes out = clean(request.method + " " + request.target) + " HTTP/1.1\r\n";
    out += "Host: " + clean(request.host) + "\r\n";
    for (auto const& [name, value] : request.headers.fields)
        out += clean(name) + ": " + clean(value) + "\r\n";
    bool const has_body = !request.body.empty() || request.method == "POST" ||
                          request.method == "PUT" || request.method == "PATCH";
    if (has_body) out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    return out + "\r\n" + request.body;
}

Result<std::optional<Response>> ResponseReader::next() {
    bool progress = true;
    while (progress && part_ != Part::done) TANDEM_CHECK(step(progress));
    input_.compact();
    if (part_ == Part::done) {
        part_ = Part::status_line;
        header_bytes_ = 0;
        framing_ = {};
        chunks_.reset();
        return std::optional{std::exchange(response_, {})};
    }
    bool const begun = part_ != Part::status_line || !input_.empty();
    if (ended_ && begun) return Error{Errc::unavailable, "the connection ended in a response"};
    return std::optional<Response>{};
}

Result<void> ResponseReader::step(bool& progress) {
    progress = false;
    if (part_ == Part::sized_body) {
        response_.body.append(input_.take(*framing_.length - response_.body.size()));
        if (response_.body.size() == *framing_.length) part_ = Part::done;
        return {};
    }
    if (part_ == Part::until_end) {
        response_.body.append(input_.take(input_.size()));
        if (response_.body.size() > limits::http_response_bytes_max)
            return malformed("the body is too large");
        if (ended_) part_ = Part::done;
        return {};
    }
    if (part_ == Part::chunked_body) {
        if (auto const refusal = chunks_->read(input_, response_.body))
            return malformed(refusal->reason);
        if (chunks_->done()) part_ = Part::done;
        return {};
    }
    ByteView line;
    switch (input_.take_line(limits::http_header_bytes_max - header_bytes_, line)) {
        case Lines::Outcome::more:
            return {};
        case Lines::Outcome::too_long:
            return malformed("the header is too large");
        case Lines::Outcome::bad:
            return malformed("a line that does not end in CRLF");
        case Lines::Outcome::line:
            break;
    }
    progress = true;
    header_bytes_ += line.size() + 2;
    return on_line(line);
}

Result<void> ResponseReader::on_line(ByteView line) {
    if (part_ == Part::fields) {
        if (line.empty()) return on_head();
        if (response_.headers.fields.size() == limits::http_fields_max)
            return malformed("too many header fields");
        if (auto const refusal = parse_field(line, response_.headers))
            return malformed(refusal->reason);
        return {};
    }
    // "HTTP/1.1 200 OK"
    bool const shaped = (line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ")) &&
                        line.size() >= 12 && (line.size() == 12 || line[12] == ' ');
    int status = 0;
    if (shaped) {
        auto const parsed = std::from_chars(line.data() + 9, line.data() + 12, status);
        if (parsed.ptr != line.data() + 12) status = 0;
    }
    if (status < 100) return malformed("not a status line");
    http_1_0_ = line[7] == '0';
    response_.status = status;
    part_ = Part::fields;
    return {};
}

Result<void> ResponseReader::on_head() {
    int const status = response_.status;
    if (status < 200) {
        response_ = {};
        part_ = Part::status_line;
        return {};
    }
    keep_alive_ = !http_1_0_ && !connection_says(response_.headers, "close");
    if (auto const refusal =
            parse_framing(response_.headers, limits::http_response_bytes_max, framing_))
        return malformed(refusal->reason);
    if (method_ == "HEAD" || status == 204 || status == 304) {
        part_ = Part::done;
    } else if (framing_.chunked) {
        chunks_.emplace(limits::http_response_bytes_max);
        part_ = Part::chunked_body;
    } else if (framing_.length) {
        part_ = Part::sized_body;
    } else {
        keep_alive_ = false;
        part_ = Part::until_end;
    }
    return {};
}

}  // namespace tandem::http
