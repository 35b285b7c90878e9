// app/directory_lock.hpp -- one `tandem up` a data directory; given back when the process ends,
// however it ends.
#pragma once

#include "base/result.hpp"

#include <filesystem>

namespace tandem::app {

class DirectoryLock {
public:
    /// Makes the directory where there is none.
    explicit DirectoryLock(std::filesystem::path const& dir);
    ~DirectoryLock();
    DirectoryLock(DirectoryLock const&) = delete;
    DirectoryLock& operator=(DirectoryLock const&) = delete;

    /// Errors: conflict (another holds it), unavailable (the directory cannot be made or written).
    Result<void> const& held() const { return held_; }

private:
    Result<void> take(std::filesystem::path const& dir);

    int fd_ = -1;
    Result<void> held_;
};

}  // namespace tandem::app
