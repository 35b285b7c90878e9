#include "codec/http/client.hpp"

#include "codec/http/connection.hpp"

#include <gtest/gtest.h>

namespace tandem::http {
namespace {

constexpr Now t0{Time{1s}, wall_from_micros(0)};

TEST(HttpClient, IsUnderstoodByOurServerAndUnderstandsIt) {
    Connection server;
    ResponseReader client;
    ClientRequest request{.method = "PUT", .target = "/devices/a", .host = "h", .body = "{}"};
    request.headers.add("If-Match", "*");
    client.expect("PUT");
    server.on_bytes(encode_request(request), t0);
    auto const got = server.next_request();
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->body, "{}");
    EXPECT_EQ(*got->headers.find("if-match"), "*");
    Response answer;
    answer.status = 412;
    answer.body = "no";
    server.respond(answer, t0);
    client.on_bytes(server.output());
    auto const response = client.next();
    ASSERT_TRUE(response.ok() && response->has_value());
    EXPECT_EQ((*response)->status, 412);
    EXPECT_EQ((*response)->body, "no");
    EXPECT_TRUE(client.keep_alive());
}

TEST(HttpClient, JoinsChunksAndSkipsInterimResponses) {
    ResponseReader client;
    client.on_bytes(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    EXPECT_FALSE(client.next()->has_value());
    client.on_bytes("0\r\n\r\n");
    EXPECT_EQ((*client.next())->body, "abc");
}

TEST(HttpClient, ReadsABodyOfUnknownLengthToTheEnd) {
    ResponseReader client;
    client.on_bytes("HTTP/1.0 200 OK\r\n\r\nabc");
    EXPECT_FALSE(client.next()->has_value());
    client.on_end();
    EXPECT_EQ((*client.next())->body, "abc");
    EXPECT_FALSE(client.keep_alive());
}

TEST(HttpClient, NoticesAResponseThatIsCutShort) {
    ResponseReader client;
    client.on_bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc");
    client.on_end();
    EXPECT_EQ(client.next().code(), Errc::unavailable);
}

TEST(HttpClient, RefusesWhatIsNoResponse) {
    for (std::string const bytes :
         {"SSH-2.0-OpenSSH\r\n", "HTTP/1.1 99 x\r\n", "HTTP/1.1 2000\r\n"}) {
        ResponseReader client;
        client.on_bytes(bytes);
        EXPECT_EQ(client.next().code(), Errc::malformed);
    }
}

TEST(HttpClient, ExpectsNoBodyAfterHead) {
    ResponseReader client;
    client.expect("HEAD");
    client.on_bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    EXPECT_TRUE(client.next()->has_value());
}

}  // namespace
}  // namespace tandem::http
