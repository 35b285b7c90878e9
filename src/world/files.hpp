// world/files.hpp -- small files written whole, and directories that only we may read.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <sys/types.h>
#include <filesystem>
#include <optional>

namespace tandem::world {

/// Makes `dir` (and what it lies in) when absent; only the owner may look into it.
Result<void> ensure_private_dir(std::filesystem::path const& dir);
/// Replaces `path` in one step; on the disk when it returns.
Result<void> write_file(std::filesystem::path const& path, ByteView bytes, mode_t mode);
/// As write_file, but never replaces. Errors: conflict -- it exists.
Result<void> create_file(std::filesystem::path const& path, ByteView bytes, mode_t mode);
/// nullopt: there is no such file.
Result<std::optional<Bytes>> read_file(std::filesystem::path const& path);

}  // namespace tandem::world
