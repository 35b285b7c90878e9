#include "world/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace tandem::world {
namespace {

Error failed(char const* what, std::filesystem::path const& path) {
    return {Errc::unavailable, std::string{what} + " " + path.string() + ": " + strerror(errno)};
}

bool write_all(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        ssize_t const written = write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

Result<void> sync_dir(std::filesystem::path const& dir) {
    int const fd = open(dir.empty() ? "." : dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return failed("cannot open", dir);
    bool const synced = fsync(fd) == 0;
    close(fd);
    if (!synced) return failed("cannot sync", dir);
    return {};
}

Result<void> write_new(std::filesystem::path const& path, ByteView bytes, mode_t mode) {
    int const fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        if (errno == EEXIST) return Error{Errc::conflict, path.string() + " exists"};
        return failed("cannot create", path);
    }
    bool const good = fchmod(fd, mode) == 0 && write_all(fd, bytes) && fsync(fd) == 0;
    Result<void> result;
    if (!good) result = failed("cannot write", path);
    close(fd);
    return result;
}

}  // namespace

Result<void> ensure_private_dir(std::filesystem::path const& dir) {
    std::error_code error;
    bool const made = std::filesystem::create_directories(dir, error);
    if (error)
        return Error{Errc::unavailable, "cannot make " + dir.string() + ": " + error.message()};
    if (chmod(dir.c_str(), 0700) != 0) return failed("cannot protect", dir);
    if (made) TANDEM_CHECK(sync_dir(dir.parent_path()));
    return {};
}

Result<void> write_file(std::filesystem::path const& path, ByteView bytes, mode_t mode) {
    std::filesystem::path const fresh = path.string() + ".new";
    unlink(fresh.c_str());
    TANDEM_CHECK(write_new(fresh, bytes, mode));
    if (rename(fresh.c_str(), path.c_str()) != 0) return failed("cannot replace", path);
    return sync_dir(path.parent_path());
}

Result<void> create_file(std::filesystem::path const& path, ByteView bytes, mode_t mode) {
    TANDEM_CHECK(write_new(path, bytes, mode));
    return sync_dir(path.parent_path());
}

Result<std::optional<Bytes>> read_file(std::filesystem::path const& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error) return std::optional<Bytes>{};
    std::ifstream file{path, std::ios::binary};
    if (!file) return failed("cannot read", path);
    Bytes bytes{std::istreambuf_iterator<char>{file}, {}};
    if (file.bad()) return failed("cannot read", path);
    return std::optional<Bytes>{std::move(bytes)};
}

}  // namespace tandem::world
