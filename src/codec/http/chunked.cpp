#include "codec/http/chunked.hpp"

#include "base/limits.hpp"

#include <algorithm>
#include <charconv>

namespace tandem::http {

namespace {
constexpr std::size_t size_digits_max = 16;
constexpr std::size_t size_line_bytes_max =
    size_digits_max + limits::http_chunk_extension_bytes_max + 2;
}  // namespace

std::optional<Refusal> ChunkReader::read(Lines& input, Bytes& body) {
    while (part_ != Part::done) {
        if (part_ == Part::data) {
            auto const run = input.take(left_);
            body.append(run);
            left_ -= run.size();
            if (left_ > 0) return std::nullopt;
            part_ = Part::data_end;
        }
        ByteView line;
        auto const room = part_ == Part::size ? size_line_bytes_max
                          : part_ == Part::data_end
                              ? std::size_t{2}
                              : limits::http_header_bytes_max - trailer_bytes_;
        auto const outcome = input.take_line(room, line);
        if (outcome == Lines::Outcome::more) return std::nullopt;
        if (outcome == Lines::Outcome::bad) return Refusal{400, "a line that does not end in CRLF"};
        if (outcome == Lines::Outcome::too_long) {
            if (part_ == Part::trailer) return Refusal{431, "the trailers are too large"};
            return Refusal{400, "a chunk that does not end where it said"};
        }
        if (part_ == Part::size) {
            if (auto refusal = on_size_line(line, body.size())) return refusal;
        } else if (part_ == Part::data_end) {
            part_ = Part::size;
        } else if (line.empty()) {
            part_ = Part::done;
        } else {
            trailer_bytes_ += line.size() + 2;
            Headers discarded;
            if (auto refusal = parse_field(line, discarded)) return refusal;
        }
    }
    return std::nullopt;
}

std::optional<Refusal> ChunkReader::on_size_line(ByteView line, std::size_t body_bytes) {
    auto const digits = std::min(line.find(';'), line.size());
    std::uint64_t size = 0;
    auto const* const begin = line.data();
    auto const parsed = std::from_chars(begin, begin + digits, size, 16);
    if (digits > size_digits_max || parsed.ec != std::errc{} || parsed.ptr != begin + digits)
        return Refusal{400, "not a chunk size"};
    auto const extension = line.substr(digits);
    auto const control = [](char c) { return (c >= '\0' && c < ' ' && c != '\t') || c == '\x7F'; };
    if (std::any_of(extension.begin(), extension.end(), control))
        return Refusal{400, "a control character in a chunk extension"};
    extension_bytes_ += extension.size();
    if (extension_bytes_ > limits::http_chunk_extension_bytes_max)
        return Refusal{400, "too many chunk extensions"};
    if (size > body_bytes_max_ - body_bytes) return Refusal{413, "the body is too large"};
    left_ = static_cast<std::size_t>(size);
    part_ = left_ == 0 ? Part::trailer : Part::data;
    return std::nullopt;
}

}  // namespace tandem::http
