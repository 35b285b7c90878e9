// codec/http/lines.hpp -- bytes that arrive in pieces, taken out as lines and as runs.
//
// Shape  a line ends in CRLF; a bare LF, or a CR anywhere else, is refused (RFC 9112 2.2 allows
//        leniency here, and two readers that use it differently are how requests get smuggled).
#pragma once

#include "base/bytes.hpp"

#include <cstddef>

namespace tandem::http {

class Lines {
public:
    enum class Outcome { more, line, too_long, bad };

    void append(ByteView bytes) { data_.append(bytes); }
    /// On Outcome::line, `line` is the next line without its CRLF, valid until the next append();
    /// a line and its CRLF may have at most `bytes_max` bytes.
    Outcome take_line(std::size_t bytes_max, ByteView& line);
    /// Up to `count_max` bytes that are there; valid until the next append().
    ByteView take(std::size_t count_max);

    std::size_t size() const { return data_.size() - begin_; }
    bool empty() const { return size() == 0; }
    /// Forgets what was taken. Views given out before end here.
    void compact();
    void clear();

private:
    Bytes data_;
    std::size_t begin_ = 0;     ///< first byte not taken
    std::size_t searched_ = 0;  ///< no LF in [begin_, searched_)
};

}  // namespace tandem::http
