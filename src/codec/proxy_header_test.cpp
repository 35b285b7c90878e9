#include "codec/proxy_header.hpp"

#include <gtest/gtest.h>

namespace tandem::proxy {
namespace {

End end(char const* address, std::uint16_t port) { return {*parse_ip(address), port}; }

/// As HAProxy's document has it: 203.0.113.9:51000 to 198.51.100.1:8883.
Bytes const documented =
    Bytes{"\x0D\x0A\x0D\x0A\x00\x0D\x0A\x51\x55\x49\x54\x0A\x21\x11\x00\x0C", 16} +
    Bytes{"\xCB\x00\x71\x09\xC6\x33\x64\x01\xC7\x38\x22\xB3", 12};

TEST(ProxyHeader, IsReadAsItIsDocumented) {
    auto const header = decode_header(documented);
    ASSERT_TRUE(header.ok());
    EXPECT_EQ(header->client, end("203.0.113.9", 51000));
    EXPECT_EQ(header->server, end("198.51.100.1", 8883));
    EXPECT_EQ(encode_header(*header->client, header->server), documented);
}

TEST(ProxyHeader, SaysHowMuchOfItThereIsStillToRead) {
    for (std::size_t size = 0; size < first_bytes; ++size)
        EXPECT_EQ(*header_size(ByteView{documented}.substr(0, size)), first_bytes);
    EXPECT_EQ(*header_size(ByteView{documented}.substr(0, first_bytes)), documented.size());
}

TEST(ProxyHeader, Ipv6AndExtensionsAreRead) {
    Bytes bytes = encode_header(end("2001:db8::1", 1), end("2001:db8::2", 2));
    bytes += "\x04\x00\x01x";   // an extension whose length is not even right
    bytes[15] = static_cast<char>(bytes.size() - first_bytes);
    auto const header = decode_header(bytes);
    ASSERT_TRUE(header.ok());
    EXPECT_EQ(header->client, end("2001:db8::1", 1));
}

TEST(ProxyHeader, AnIpv4ClientInIpv6IsThatClient) {
    IpAddress mapped{.v6 = true, .bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 0, 0, 1}};
    auto const header = decode_header(encode_header({mapped, 1}, end("2001:db8::2", 2)));
    ASSERT_TRUE(header.ok());
    EXPECT_EQ(header->client->address, *parse_ip("10.0.0.1"));
}

TEST(ProxyHeader, ABalancersOwnProbeSpeaksForItself) {
    Bytes bytes = documented.substr(0, first_bytes);
    bytes[12] = '\x20';
    bytes[13] = '\0';
    bytes[15] = '\0';
    auto const header = decode_header(bytes);
    ASSERT_TRUE(header.ok());
    EXPECT_FALSE(header->client);
}

TEST(ProxyHeader, WhatNamesNoTcpClientIsRefused) {
    auto const changed = [](std::size_t at, char to) {
        Bytes bytes = documented;
        bytes[at] = to;
        return bytes;
    };
    EXPECT_FALSE(header_size("\x16\x03\x01").ok()) << "a TLS hello";
    EXPECT_FALSE(header_size("PROXY TCP4 1.1.1.1").ok()) << "version 1";
    EXPECT_FALSE(header_size(changed(12, '\x31')).ok()) << "version 3";
    EXPECT_FALSE(header_size(changed(12, '\x22')).ok()) << "an unknown command";
    EXPECT_FALSE(header_size(changed(14, '\x7F')).ok()) << "32 kB of it";
    EXPECT_FALSE(decode_header(changed(13, '\x12')).ok()) << "UDP";
    EXPECT_FALSE(decode_header(changed(13, '\0')).ok()) << "nobody";
    EXPECT_FALSE(decode_header(changed(13, '\x21')).ok()) << "IPv6 in twelve bytes";
    EXPECT_FALSE(decode_header(ByteView{documented}.substr(0, 20)).ok());
}

}  // namespace
}  // namespace tandem::proxy
