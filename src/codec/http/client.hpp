// codec/http/client.hpp -- the client's side of HTTP/1.1: one request out, its response in.
//
// Source  RFC 9112, as strictly as connection.hpp; interim responses (1xx) are skipped.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/http/chunked.hpp"
#include "codec/http/lines.hpp"
#include "codec/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace tandem::http {

struct ClientRequest {
    std::string method = "GET";
    std::string target = "/";  ///< path?query, escaped by the caller
    std::string host = {};
    Headers headers = {};  ///< without Host and Content-Length
    Bytes body = {};
};

/// Control characters in any part become blanks: nothing of a request can end it early.
Bytes encode_request(ClientRequest const& request);

/// The responses of one connection, one after the other.
class ResponseReader {
public:
    /// Requires: expect() before the bytes of each response.
    void expect(std::string method) { method_ = std::move(method); }
    void on_bytes(ByteView bytes) { input_.append(bytes); }
    void on_end() { ended_ = true; }  ///< the server closed its side

    /// The response, if a whole one is there. Its headers are as sent.
    /// Errors: malformed; unavailable when the connection ended in the middle.
    Result<std::optional<Response>> next();
    /// Whether the server keeps the connection open after the last response.
    bool keep_alive() const { return keep_alive_; }

private:
    enum class Part : std::uint8_t {
        status_line,
        fields,
        sized_body,
        chunked_body,
        until_end,
        done
    };

    Result<void> step(bool& progress);
    Result<void> on_line(ByteView line);
    Result<void> on_head();

    std::string method_;
    Part part_ = Part::status_line;
    Lines input_;
    Response response_;
    Framing framing_;
    std::optional<ChunkReader> chunks_;
    std::size_t header_bytes_ = 0;
    bool http_1_0_ = false;
    bool keep_alive_ = true;
    bool ended_ = false;
};

}  // namespace tandem::http
