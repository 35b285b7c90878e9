// Property: where the bytes are cut changes nothing about the requests or about the last word;
// and every response that the connection writes by itself is one that our client can read.

#include "codec/http/client.hpp"
#include "codec/http/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace tandem;

namespace {

constexpr Now t0{Time{1s}, wall_from_micros(0)};

/// Everything that happens when `bytes` come in pieces of `piece` bytes, as one text.
std::string transcript(ByteView bytes, std::size_t piece) {
    http::Connection connection;
    std::string text;
    while (!bytes.empty() && !connection.close()) {
        auto const part = bytes.substr(0, piece);
        bytes.remove_prefix(part.size());
        connection.on_bytes(part, t0);
        while (auto request = connection.next_request()) {
            text += request->method + '\0' + request->target + '\0' + request->body + '\0';
            for (auto const& segment : request->path) text += "/" + segment;
            for (auto const& [name, value] : request->query) text += "?" + name + "=" + value;
            for (auto const& [name, value] : request->headers.fields) text += name + ":" + value;
            http::Response response;
            response.body = "ok";
            connection.respond(response, t0);
        }
    }
    return text + (connection.close() ? "closed" : "open") + connection.output();
}

void check_answers(ByteView bytes) {
    http::Connection connection;
    connection.on_bytes(bytes, t0);
    if (connection.next_request() || connection.output().empty()) return;
    http::ResponseReader reader;
    reader.on_bytes(connection.output());
    reader.on_end();
    auto const response = reader.next();
    bool const only_continue = response.ok() && !response->has_value() && !connection.close();
    bool const head = bytes.find("HEAD ") != ByteView::npos;  // a refusal of HEAD has no body
    if (!only_continue && !head && !(response.ok() && response->has_value())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    ByteView const bytes{reinterpret_cast<char const*>(data), size};
    auto const whole = transcript(bytes, size == 0 ? 1 : size);
    for (std::size_t const piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, size / 2 + 1})
        if (transcript(bytes, piece) != whole) std::abort();
    check_answers(bytes);
    return 0;
}
