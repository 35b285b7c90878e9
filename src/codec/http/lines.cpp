#include "codec/http/lines.hpp"

#include <algorithm>

namespace tandem::http {

Lines::Outcome Lines::take_line(std::size_t bytes_max, ByteView& line) {
    auto const end = data_.find('\n', std::max(begin_, searched_));
    if (end == Bytes::npos) {
        searched_ = data_.size();
        return size() >= bytes_max ? Outcome::too_long : Outcome::more;
    }
    auto const whole = ByteView{data_}.substr(begin_, end - begin_);
    if (whole.size() + 1 > bytes_max) return Outcome::too_long;
    if (whole.empty() || whole.find('\r') != whole.size() - 1) return Outcome::bad;
    line = whole.substr(0, whole.size() - 1);
    begin_ = end + 1;
    return Outcome::line;
}

ByteView Lines::take(std::size_t count_max) {
    auto const run = ByteView{data_}.substr(begin_, count_max);
    begin_ += run.size();
    return run;
}

void Lines::compact() {
    if (begin_ < data_.size() / 2) return;  // or many small lines would each move all the rest
    searched_ -= std::min(searched_, begin_);
    data_.erase(0, begin_);
    begin_ = 0;
}

void Lines::clear() {
    data_ = {};
    begin_ = 0;
    searched_ = 0;
}

}  // namespace tandem::http
