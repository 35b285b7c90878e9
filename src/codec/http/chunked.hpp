// codec/http/chunked.hpp -- a chunked body, read as it arrives; extensions and trailers are
// checked and thrown away.
//
// Source  RFC 9112 7.1. Refused: a size that is not hex digits alone or has more than 16, a
//         control character in an extension, more than limits::http_chunk_extension_bytes_max of
//         extensions in one body, trailers beyond limits::http_header_bytes_max.
#pragma once

#include "base/bytes.hpp"
#include "codec/http/fields.hpp"
#include "codec/http/lines.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace tandem::http {

class ChunkReader {
public:
    explicit ChunkReader(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

    /// Takes what it can from `input` and appends content to `body`. A refusal is final.
    std::optional<Refusal> read(Lines& input, Bytes& body);
    bool done() const { return part_ == Part::done; }

private:
    enum class Part : std::uint8_t { size, data, data_end, trailer, done };

    std::optional<Refusal> on_size_line(ByteView line, std::size_t body_bytes);

    std::size_t body_bytes_max_;
    Part part_ = Part::size;
    std::size_t left_ = 0;  ///< of the current chunk
    std::size_t extension_bytes_ = 0;
    std::size_t trailer_bytes_ = 0;
};

}  // namespace tandem::http
