#include "app/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <cerrno>
#include <string>
#include <system_error>

namespace tandem::app {

DirectoryLock::DirectoryLock(std::filesystem::path const& dir) : held_(take(dir)) {}

DirectoryLock::~DirectoryLock() {
    if (fd_ >= 0) ::close(fd_);
}

Result<void> DirectoryLock::take(std::filesystem::path const& dir) {
    auto const unusable = [&](std::string const& what, std::error_code const& why) {
        return Error{Errc::unavailable,
                     "the data directory " + dir.string() + " cannot be " + what + ": " +
                         why.message() + ". Choose another with --data-dir, or run as its owner"};
    };
    std::error_code failed;
    std::filesystem::create_directories(dir, failed);
    if (failed) return unusable("made", failed);
    fd_ = ::open((dir / "up.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ < 0) return unusable("written", {errno, std::generic_category()});
    if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return {};
    if (errno != EWOULDBLOCK) return unusable("locked", {errno, std::generic_category()});
    return Error{Errc::conflict, "another `tandem up` runs in " + dir.string() +
                                     ". Use it, or end it with Ctrl-C where it runs"};
}

}  // namespace tandem::app
