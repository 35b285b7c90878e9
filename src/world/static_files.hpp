// world/static_files.hpp -- the portal's files, served from memory.
//
// Source  RFC 9110 (content negotiation, 304 left out), CSP Level 3.
// Shape   load() reads a directory once; respond() answers from what it read, so what is not in
//         that list cannot be asked for: no request ever becomes a path on the disk (bad-inputs
//         35). Addresses below the prefix that name no file get the page itself, which has
//         addresses of its own.
// Bounds  files_max, bytes_max.
#pragma once

#include "base/result.hpp"
#include "codec/http/message.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace tandem::world {

class StaticFiles {
public:
    static constexpr std::size_t files_max = 2000;
    static constexpr std::size_t bytes_max = 64U << 20U;

    /// Serves `dir` below /`prefix`/. Errors: not_found -- there is no index.html in it; too_large.
    static Result<StaticFiles> load(std::filesystem::path const& dir, std::string prefix);

    /// nullopt: the request is not for these files.
    std::optional<http::Response> respond(http::Request const& request) const;
    std::size_t count() const { return files_.size(); }

private:
    struct File {
        Bytes plain;
        Bytes compressed;  ///< gzip; empty: only plain
    };

    http::Response serve(std::string const& name, File const& file, bool compressed) const;

    std::string prefix_;
    std::map<std::string, File> files_;  ///< by path below the directory, with '/'
};

}  // namespace tandem::world
