#include "app/installation.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace tandem::app {

Result<void> write_private(fs::path const& path, std::string const& text) {
    fs::path const fresh = path.string() + ".new";
    int const fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return Error{Errc::unavailable, fresh.string() + ": " + std::strerror(errno)};
    std::size_t written = 0;
    while (written < text.size()) {
        auto const n = ::write(fd, text.data() + written, text.size() - written);
        if (n <= 0) break;
        written += static_cast<std::size_t>(n);
    }
    bool const safe = written == text.size() && ::fsync(fd) == 0;
    ::close(fd);
    if (!safe || ::rename(fresh.c_str(), path.c_str()) != 0)
        return Error{Errc::unavailable, path.string() + ": " + std::strerror(errno)};
    return {};
}

Result<std::string> read_file(fs::path const& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return Error{errno == ENOENT ? Errc::not_found : Errc::unavailable,
                     path.string() + ": " + std::strerror(errno)};
    return std::string{std::istreambuf_iterator<char>(file), {}};
}

}  // namespace tandem::app
