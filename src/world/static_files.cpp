#include "world/static_files.hpp"

#include "world/files.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>

namespace tandem::world {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view page = "index.html";
constexpr std::string_view compressed_suffix = ".gz";
constexpr std::string_view hashed_dir = "assets/";  ///< names in it change with their content

constexpr std::array<std::pair<std::string_view, char const*>, 9> content_types = {
    {{".html", "text/html; charset=utf-8"},
     {".js", "text/javascript; charset=utf-8"},
     {".css", "text/css; charset=utf-8"},
     {".svg", "image/svg+xml"},
     {".png", "image/png"},
     {".ico", "image/x-icon"},
     {".json", "application/json"},
     {".woff2", "font/woff2"},
     {".txt", "text/plain; charset=utf-8"}}};

// Fluent UI writes its styles into the page while it runs; nothing else comes from anywhere else.
constexpr char const* content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

char const* content_type(std::string_view name) {
    for (auto const& [suffix, type] : content_types)
        if (name.ends_with(suffix)) return type;
    return "application/octet-stream";
}

bool takes_gzip(http::Request const& request) {
    auto const* accepted = request.headers.find("Accept-Encoding");
    if (accepted == nullptr) return false;
    std::size_t const at = accepted->find("gzip");
    return at != std::string::npos && accepted->compare(at, 8, "gzip;q=0") != 0;
}

http::Response plain_answer(int status, std::string text) {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.headers.add("X-Content-Type-Options", "nosniff");
    response.body = std::move(text);
    return response;
}

http::Response redirect(std::string const& to) {
    http::Response response;
    response.status = 302;
    response.headers.add("Location", to);
    response.headers.add("Cache-Control", "no-cache");
    return response;
}

std::string joined(std::vector<std::string> const& path, std::size_t from) {
    std::string name;
    for (std::size_t i = from; i < path.size(); ++i) name += (i == from ? "" : "/") + path[i];
    return name;
}

}  // namespace

Result<StaticFiles> StaticFiles::load(fs::path const& dir, std::string prefix) {
    StaticFiles loaded;
    loaded.prefix_ = std::move(prefix);
    std::error_code error;
    std::size_t bytes = 0;
    std::map<std::string, Bytes> read;
    for (fs::recursive_directory_iterator entry{dir, error}, end; !error && entry != end;
         entry.increment(error)) {
        if (!entry->is_regular_file()) continue;
        TANDEM_TRY(auto content, read_file(entry->path()));
        if (!content) continue;
        bytes += content->size();
        if (bytes > bytes_max || read.size() >= files_max)
            return Error{Errc::message_too_large, "too much in " + dir.string()};
        read.emplace(fs::relative(entry->path(), dir).generic_string(), std::move(*content));
    }
    for (auto& [name, content] : read) {
        if (name.ends_with(compressed_suffix)) continue;
        File file{std::move(content), {}};
        auto const gzip = read.find(name + std::string{compressed_suffix});
        if (gzip != read.end()) file.compressed = std::move(gzip->second);
        loaded.files_.emplace(name, std::move(file));
    }
    if (!loaded.files_.contains(std::string{page}))
        return Error{Errc::not_found, "no index.html in " + dir.string()};
    return loaded;
}

http::Response StaticFiles::serve(std::string const& name, File const& file,
                                  bool compressed) const {
    http::Response response;
    auto& headers = response.headers;
    headers.add("Content-Type", content_type(name));
    headers.add("Cache-Control", name.starts_with(hashed_dir)
                                     ? "public, max-age=31536000, immutable"
                                     : "no-cache");
    headers.add("Content-Security-Policy", content_security_policy);
    headers.add("X-Content-Type-Options", "nosniff");
    headers.add("X-Frame-Options", "DENY");
    headers.add("Referrer-Policy", "no-referrer");
    headers.add("Vary", "Accept-Encoding");
    bool const zipped = compressed && !file.compressed.empty();
    if (zipped) headers.add("Content-Encoding", "gzip");
    response.body = zipped ? file.compressed : file.plain;
    return response;
}

std::optional<http::Response> StaticFiles::respond(http::Request const& request) const {
    auto const& path = request.path;
    bool const root = path.empty();
    if (!root && path.front() != prefix_) return std::nullopt;
    if (request.method != "GET" && request.method != "HEAD") {
        if (root) return std::nullopt;
        http::Response refused = plain_answer(405, "Only GET and HEAD are allowed here.\n");
        refused.headers.add("Allow", "GET, HEAD");
        return refused;
    }
    if (root || (path.size() == 1 && !request.trailing_slash)) return redirect("/" + prefix_ + "/");
    bool const gzip = takes_gzip(request);
    std::string const name = joined(path, 1);
    if (auto const found = files_.find(name); found != files_.end())
        return serve(name, found->second, gzip);
    if (name.starts_with(hashed_dir)) return plain_answer(404, "There is no such file.\n");
    std::string const whole{page};
    return serve(whole, files_.at(whole), gzip);
}

}  // namespace tandem::world
