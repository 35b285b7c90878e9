#include "codec/http/connection.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tandem::http {
namespace {

// 1994-11-06 08:49:37 UTC, the date that RFC 9110 uses for its examples.
constexpr Now at(Duration since_start) {
    return {Time{since_start}, wall_from_micros(784'111'777'000'000)};
}
constexpr Now t0 = at(1s);

constexpr char const* host = "Host: hub.example\r\n";

/// What a connection answers to these bytes when nobody answers for it.
std::string refusal_of(std::string const& bytes) {
    Connection connection;
    connection.on_bytes(bytes, t0);
    EXPECT_FALSE(connection.next_request().has_value()) << bytes.substr(0, 200);
    EXPECT_TRUE(connection.close()) << bytes.substr(0, 200);
    return connection.output().substr(0, 12);
}

std::string get_with(std::string const& fields) {
    return std::string{"GET / HTTP/1.1\r\n"} + host + fields + "\r\n";
}

std::string post_with(std::string const& fields, std::string const& rest) {
    return std::string{"POST / HTTP/1.1\r\n"} + host + fields + "\r\n" + rest;
}

constexpr char const* bad_request = "HTTP/1.1 400";

Response text(int status, std::string body) {
    Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

TEST(HttpConnection, GivesOutARequestWithItsPartsDecodedOnce) {
    Connection connection;
    connection.on_bytes(
        "PUT /devices/a%20b%252e/?api-version=2021-04-12&reject&x=%26 HTTP/1.1\r\n"
        "Host: hub.example:443\r\nif-match:  \"*\"\t\r\nContent-Length: 5\r\n\r\nhello",
        t0);
    auto const request = connection.next_request();
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->method, "PUT");
    EXPECT_EQ(request->target, "/devices/a%20b%252e/?api-version=2021-04-12&reject&x=%26");
    EXPECT_EQ(request->path, (std::vector<std::string>{"devices", "a b%2e"}));
    EXPECT_TRUE(request->trailing_slash);
    EXPECT_EQ(*request->query_value("API-Version"), "2021-04-12");
    EXPECT_EQ(*request->query_value("reject"), "");
    EXPECT_EQ(*request->query_value("x"), "&");
    EXPECT_EQ(*request->headers.find("If-Match"), "\"*\"");
    EXPECT_EQ(request->body, "hello");
}

TEST(HttpConnection, AnswersWithLengthAndDate) {
    Connection connection;
    connection.on_bytes(get_with(""), t0);
    ASSERT_TRUE(connection.next_request().has_value());
    connection.respond(text(200, "{}"), t0);
    EXPECT_EQ(
        connection.output(),
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n{}");
    EXPECT_FALSE(connection.close());
}

TEST(HttpConnection, GivesOutThePipelinedRequestOnlyAfterTheAnswer) {
    Connection connection;
    connection.on_bytes("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n", t0);
    EXPECT_EQ(connection.next_request()->target, "/1");
    EXPECT_FALSE(connection.next_request().has_value());
    connection.respond(text(204, ""), t0);
    EXPECT_EQ(connection.next_request()->target, "/2");
}

TEST(HttpConnection, JoinsChunksAndDropsExtensionsAndTrailers) {
    Connection connection;
    connection.on_bytes(post_with("Transfer-Encoding: Chunked\r\n",
                                  "5;a=\"b\"\r\nhello\r\n0006\r\n world\r\n0\r\nX: y\r\n\r\n"),
                        t0);
    EXPECT_EQ(connection.next_request()->body, "hello world");
}

TEST(HttpConnection, SaysContinueToThoseWhoWait) {
    Connection connection;
    connection.on_bytes(post_with("Expect: 100-continue\r\nContent-Length: 2\r\n", ""), t0);
    EXPECT_EQ(connection.output(), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_FALSE(connection.next_request().has_value());
    connection.on_bytes("ok", t0);
    EXPECT_EQ(connection.next_request()->body, "ok");
}

TEST(HttpConnection, SendsNoBodyToHeadAndNoneWith204) {
    Connection connection;
    connection.on_bytes("HEAD / HTTP/1.1\r\nHost: h\r\n\r\nDELETE / HTTP/1.1\r\nHost: h\r\n\r\n",
                        t0);
    ASSERT_TRUE(connection.next_request().has_value());
    connection.respond(text(200, "1234"), t0);
    EXPECT_TRUE(connection.output().ends_with("GMT\r\n\r\n"));
    EXPECT_NE(connection.output().find("Content-Length: 4\r\n"), Bytes::npos);
    connection.output().clear();
    ASSERT_TRUE(connection.next_request().has_value());
    connection.respond(text(204, ""), t0);
    EXPECT_EQ(connection.output().find("Content-Length"), Bytes::npos);
}

TEST(HttpConnection, ClosesWhenAskedAndAlwaysWithHttp10) {
    for (std::string const bytes : {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                                    "GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n"}) {
        Connection connection;
        connection.on_bytes(bytes, t0);
        ASSERT_TRUE(connection.next_request().has_value());
        connection.respond(text(200, ""), t0);
        EXPECT_NE(connection.output().find("Connection: close\r\n"), Bytes::npos);
        EXPECT_TRUE(connection.close());
    }
}

TEST(HttpConnection, LetsNoHeaderValueBreakTheLine) {
    Connection connection;
    connection.on_bytes(get_with(""), t0);
    ASSERT_TRUE(connection.next_request().has_value());
    Response response;
    response.headers.add("X", "a\r\nSet-Cookie: b");
    connection.respond(response, t0);
    EXPECT_NE(connection.output().find("X: a  Set-Cookie: b\r\n"), Bytes::npos);
}

// bad-inputs 30: a proxy before us and we must never see two different requests.
TEST(HttpConnection, RefusesAmbiguousFraming) {
    for (std::string const fields : {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
                                     "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
                                     "Content-Length: 3\r\nContent-Length: 4\r\n",
                                     "Content-Length: 3\r\ncontent-length: 3\r\n",
                                     "Content-Length: 3, 4\r\n",
                                     "Content-Length: +3\r\n",
                                     "Content-Length: 0x3\r\n",
                                     "Content-Length: -3\r\n",
                                     "Content-Length: 3 3\r\n",
                                     "Content-Length:\r\n",
                                     "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                     "Content-Length : 3\r\n",
                                     "Transfer-Encoding : chunked\r\n",
                                     "A: b\r\n c\r\nContent-Length: 3\r\n",
                                     "A: b\r\n\tc\r\n",
                                     " A: b\r\n",
                                     ": b\r\n",
                                     "A\r\n",
                                     "A: b\n",
                                     "A: b\rc: d\r\n",
                                     "A: \x01\r\n"})
        EXPECT_EQ(refusal_of(post_with(fields, "abc")), bad_request) << fields;
    EXPECT_EQ(refusal_of(post_with(std::string("A: b\0c\r\n", 8), "")), bad_request);
    EXPECT_EQ(refusal_of(post_with("Transfer-Encoding: gzip, chunked\r\n", "")), "HTTP/1.1 501");
    EXPECT_EQ(refusal_of(post_with("Transfer-Encoding: xchunked\r\n", "")), "HTTP/1.1 501");
    EXPECT_EQ(refusal_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), bad_request);
    EXPECT_EQ(refusal_of("GET / HTTP/1.1\nHost: h\n\n"), bad_request);
    EXPECT_EQ(refusal_of("\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"), bad_request);
}

// bad-inputs 30
TEST(HttpConnection, RefusesBrokenChunks) {
    for (std::string const body :
         {"+5\r\nhello\r\n0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n", "-1\r\n", "\r\n", " 5\r\n",
          "5 \r\nhello\r\n", "5\nhello\r\n0\r\n\r\n", "5;a\nb\r\nhello\r\n", "5;a\rb\r\nhello\r\n",
          "5\r\nhelloX\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello0\r\n\r\n",
          "10000000000000000\r\n", ";\r\n", "0\r\nX : y\r\n\r\n", "0\r\n\n"})
        EXPECT_EQ(refusal_of(post_with("Transfer-Encoding: chunked\r\n", body)), bad_request)
            << body;
    EXPECT_EQ(refusal_of(post_with("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFF\r\n")),
              "HTTP/1.1 413");
    EXPECT_EQ(refusal_of(post_with("Transfer-Encoding: chunked\r\n",
                                   "1;" + std::string(5000, 'a') + "\r\n")),
              bad_request);
}

// bad-inputs 30: an upgrade nobody grants leaves the body a body.
TEST(HttpConnection, ReadsTheBodyOfAnUpgradeAsABody) {
    Connection connection;
    connection.on_bytes(
        post_with("Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 18\r\n",
                  "GET / HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"),
        t0);
    EXPECT_EQ(connection.next_request()->body, "GET / HTTP/1.1\r\n\r\n");
    connection.respond(text(200, ""), t0);
    EXPECT_EQ(connection.next_request()->target, "/2");
}

TEST(HttpConnection, RefusesRequestLinesThatAreNone) {
    for (std::string const line :
         {"GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET /", "G(T / HTTP/1.1",
          "GET devices HTTP/1.1", "GET /a b HTTP/1.1", "GET / http/1.1", "GET / HTTP/1.10",
          "GET /\x80 HTTP/1.1", "GET /#f HTTP/1.1", "GET * HTTP/1.1", "GET\t/ HTTP/1.1"})
        EXPECT_EQ(refusal_of(line + "\r\nHost: h\r\n\r\n"), bad_request) << line;
    EXPECT_EQ(refusal_of("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), "HTTP/1.1 505");
    EXPECT_EQ(refusal_of("CONNECT a:1 HTTP/1.1\r\nHost: h\r\n\r\n"), "HTTP/1.1 501");
    EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\n\r\n"), bad_request);
    EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), bad_request);
    EXPECT_EQ(refusal_of(get_with("Expect: miracles\r\n")), "HTTP/1.1 417");
}

// bad-inputs 33: what is not unpacked cannot explode.
TEST(HttpConnection, RefusesPackedBodies) {
    for (std::string const coding : {"gzip", "deflate", "gzip, gzip", "br", "identity, gzip"})
        EXPECT_EQ(refusal_of(post_with("Content-Encoding: " + coding + "\r\nContent-Length: 3\r\n",
                                       "abc")),
                  "HTTP/1.1 415");
    EXPECT_EQ(refusal_of(post_with("Content-Encoding: identity\r\nContent-Encoding: gzip\r\n"
                                   "Transfer-Encoding: chunked\r\n",
                                   "")),
              "HTTP/1.1 415");
}

// bad-inputs 34
TEST(HttpConnection, RefusesWhatIsTooLarge) {
    EXPECT_EQ(refusal_of("GET /" + std::string(1 << 20, 'a')), "HTTP/1.1 414");
    std::string many;
    for (int i = 0; i < 100'000; ++i) many += "a:\r\n";
    EXPECT_EQ(refusal_of(get_with(many)), "HTTP/1.1 431");
    EXPECT_EQ(refusal_of(get_with("A: " + std::string(40'000, 'a') + "\r\n")), "HTTP/1.1 431");
    EXPECT_EQ(refusal_of(post_with("Content-Length: 1048577\r\n", "")), "HTTP/1.1 413");
    EXPECT_EQ(refusal_of(post_with("Content-Length: 99999999999999999999999\r\n", "")),
              "HTTP/1.1 413");
    EXPECT_EQ(refusal_of(post_with("Transfer-Encoding: chunked\r\n", "100001\r\n")),
              "HTTP/1.1 413");
}

// bad-inputs 34: one byte a second keeps nothing open; the deadline does not move.
TEST(HttpConnection, EndsASlowRequestAtItsDeadline) {
    Connection connection;
    connection.on_bytes("GET / HTTP/1.1\r\n", at(10s));
    connection.on_bytes("Host: h\r\n", at(30s));
    EXPECT_EQ(connection.next_deadline(), at(10s + limits::http_request_wait_max).mono);
    connection.on_timer(at(39s));
    EXPECT_FALSE(connection.close());
    connection.on_timer(at(40s));
    EXPECT_TRUE(connection.close());
    EXPECT_TRUE(connection.output().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
}

// bad-inputs 34
TEST(HttpConnection, EndsASlowBodyAtItsDeadline) {
    Connection connection;
    connection.on_bytes(post_with("Content-Length: 10\r\n", "abc"), at(10s));
    connection.on_bytes("d", at(39s));
    connection.on_timer(at(40s));
    EXPECT_TRUE(connection.output().starts_with("HTTP/1.1 408"));
}

// bad-inputs 34, 47: silence has an end too, and needs no words.
TEST(HttpConnection, ClosesASilentConnection) {
    Connection connection;
    connection.on_timer(at(5s));
    EXPECT_EQ(connection.next_deadline(), at(35s).mono);
    connection.on_timer(at(35s));
    EXPECT_TRUE(connection.close());
    EXPECT_EQ(connection.output(), "");
}

TEST(HttpConnection, WaitsWithoutDeadlineForAnAnswerAndThenForTheNextRequest) {
    Connection connection;
    connection.on_bytes(get_with(""), t0);
    EXPECT_FALSE(connection.next_deadline().has_value());
    ASSERT_TRUE(connection.next_request().has_value());
    connection.respond(text(200, ""), at(100s));
    EXPECT_EQ(connection.next_deadline(), at(100s + limits::http_idle_wait_max).mono);
    connection.on_timer(at(220s));
    EXPECT_TRUE(connection.close());
}

// bad-inputs 35: a path is text; what it names is the domain's decision, on one decoding.
TEST(HttpConnection, KeepsDotsAsTextAndDecodesOnce) {
    Connection connection;
    connection.on_bytes("GET /devices/../%2e%2e/%252e/a%2Fb/. HTTP/1.1\r\nHost: h\r\n\r\n", t0);
    EXPECT_EQ(connection.next_request()->path,
              (std::vector<std::string>{"devices", "..", "..", "%2e", "a/b", "."}));
}

// bad-inputs 35
TEST(HttpConnection, RefusesNulBackslashAndBadEscapes) {
    for (std::string const target : {"/a%00b", "/a%", "/a%2", "/a%zz", "/a\\b", "/?a=%00", "/?%=1"})
        EXPECT_EQ(refusal_of("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"), bad_request)
            << target;
}

}  // namespace
}  // namespace tandem::http
