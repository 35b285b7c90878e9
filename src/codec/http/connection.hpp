// codec/http/connection.hpp -- the server's side of one HTTP/1.1 connection, without a socket.
//
// Bytes in, whole requests out; responses in, bytes out, in the order of the requests. Keep-alive
// and pipelining are handled here: the next request is not given out before the current one has
// been answered.
//
// Source  RFC 9112. Refused: Transfer-Encoding together with Content-Length, two Content-Lengths,
//         anything but digits in one, obs-fold, a space before the colon, a bare CR or LF where
//         CRLF is due, NUL in a header, an unknown transfer coding, Content-Encoding on a request
//         body, more than limits::http_header_bytes_max of header or http_body_bytes_max of body
//         (data-plane bad inputs 30, 33, 34, 35). A refusal is answered with 400, 408, 413, 414,
//         415, 417, 431, 501 or 505, a line of JSON, and the connection closes.
// Invariant  how the bytes are cut into on_bytes() calls changes nothing about the requests.
//
//     head --> body (sized or chunked) --> ready --next_request()--> answering --respond()--> head
//                                                                        any --refused--> closed
#pragma once

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "codec/http/message.hpp"

#include <memory>
#include <optional>

namespace tandem::http {

class Connection {
public:
    Connection();
    ~Connection();

    void on_bytes(ByteView bytes, Now now);
    /// The next request, if a whole one is there and the previous one has been answered.
    std::optional<Request> next_request();
    /// Requires: next_request() gave out a request that is not answered yet.
    void respond(Response const& response, Now now);
    /// At next_deadline(): a request that does not come to its end in limits::http_request_wait_max
    /// is answered 408 and the connection closes; one that stays silent for as long before its
    /// first request, or for limits::http_idle_wait_max after one, is closed without a word.
    /// A fresh connection is due at once, so that its silence is counted from there.
    void on_timer(Now now);
    std::optional<Time> next_deadline() const;

    Bytes& output();     ///< bytes to send; the caller empties it
    bool close() const;  ///< close once the output is sent

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tandem::http
