#include "codec/client_hello.hpp"

#include <gtest/gtest.h>

namespace tandem::tls {
namespace {

Bytes number(std::size_t value, int bytes) {
    Bytes out;
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
        out.push_back(static_cast<char>((value >> shift) & 0xFF));
    }
    return out;
}
Bytes vector(Bytes const& content, int length_bytes) {
    return number(content.size(), length_bytes) + content;
}
Bytes extension(std::size_t type, Bytes const& data) {
    return number(type, 2) + vector(data, 2);
}
Bytes host_name(Bytes const& name) {
    return Bytes(1, '\0') + vector(name, 2);
}
Bytes server_name(Bytes const& names) {
    return extension(0, vector(names, 2));
}

Bytes message(Bytes const& extensions) {
    Bytes const body = "\x03\x03" + Bytes(32, 'r') + vector(Bytes(32, 's'), 1) +
                       vector("\x13\x01\x13\x02", 2) + vector(Bytes(1, '\0'), 1) +
                       vector(extensions, 2);
    return "\x01" + vector(body, 3);
}
Bytes record(Bytes const& payload) {
    return "\x16\x03\x01" + vector(payload, 2);
}
Bytes hello(Bytes const& extensions) {
    return record(message(extensions));
}

std::string name_in(Bytes const& bytes) {
    auto const decoded = decode_client_hello(bytes);
    if (!decoded.ok()) return "error: " + decoded.error().detail;
    if (!*decoded) return "more";
    return (*decoded)->server_name;
}
bool refused(Bytes const& bytes) {
    return !decode_client_hello(bytes).ok();
}

TEST(ClientHello, GivesTheHostNameInLowerCaseWithoutItsLastDot) {
    EXPECT_EQ(name_in(hello(server_name(host_name("Hub.Example.")))), "hub.example");
}

TEST(ClientHello, FindsTheNameAmongOtherExtensions) {
    EXPECT_EQ(name_in(hello(extension(43, "\x02\x03\x04") + server_name(host_name("localhost")) +
                            extension(21, Bytes(100, '\0')))),
              "localhost");
}

TEST(ClientHello, ANameIsNotNeeded) {
    EXPECT_EQ(name_in(hello("")), "");
    EXPECT_EQ(name_in(hello(extension(43, "\x02\x03\x04"))), "");
}

TEST(ClientHello, EveryProperPrefixAsksForMore) {
    Bytes const whole = hello(server_name(host_name("hub.example")));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_EQ(name_in(whole.substr(0, size)), "more") << size;
    }
}

TEST(ClientHello, MayBeCutIntoRecordsAndBeFollowedByOtherBytes) {
    Bytes const whole = message(server_name(host_name("hub.example")));
    Bytes const cut =
        record(whole.substr(0, 2)) + record(whole.substr(2, 50)) + record(whole.substr(52));
    EXPECT_EQ(name_in(cut), "hub.example");
    EXPECT_EQ(name_in(cut + "early data"), "hub.example");
}

TEST(ClientHello, CutIntoVeryManyRecordsIsRefused) {
    Bytes const whole = message(server_name(host_name("hub.example")));
    Bytes cut;
    for (char const c : whole) cut += record(Bytes(1, c));
    EXPECT_TRUE(refused(cut));
}

TEST(ClientHello, OtherProtocolsAreRefusedFromTheirFirstBytes) {
    EXPECT_TRUE(refused("GET / HTTP/1.1\r\n"));
    EXPECT_TRUE(refused(Bytes("\x10\x1A\x00\x04MQTT", 8)));
    EXPECT_TRUE(refused("AMQP"));
    EXPECT_TRUE(refused(Bytes("\x16\x02\x00", 3)));
    EXPECT_TRUE(refused("\x16\x03\x01" + vector(Bytes("\x02\x00\x00\x00", 4), 2)));
}

TEST(ClientHello, LengthsThatDoNotFitAreRefused) {
    Bytes whole = hello(server_name(host_name("hub.example")));
    for (std::size_t at : {std::size_t{8}, whole.size() - 13}) {
        Bytes broken = whole;
        broken[at] = static_cast<char>(broken[at] - 1);
        EXPECT_TRUE(refused(broken)) << at;
    }
    EXPECT_TRUE(refused("\x16\x03\x01" + number(0, 2)));
    EXPECT_TRUE(refused("\x16\x03\x01" + number(0x4001, 2)));
}

TEST(ClientHello, ALengthBeyondTheLimitIsRefusedBeforeItIsWaitedFor) {
    EXPECT_TRUE(
        refused("\x16\x03\x01" + number(100, 2) + "\x01" + number(client_hello_bytes_max, 3)));
}

TEST(ClientHello, TwoNamesAreRefused) {
    EXPECT_TRUE(refused(hello(server_name(host_name("a")) + server_name(host_name("b")))));
    EXPECT_TRUE(refused(hello(server_name(host_name("a") + host_name("b")))));
}

TEST(ClientHello, WhatIsNoHostNameIsRefused) {
    EXPECT_TRUE(refused(hello(server_name(host_name("")))));
    EXPECT_TRUE(refused(hello(server_name(host_name(Bytes("a\0b", 3))))));
    EXPECT_TRUE(refused(hello(server_name(host_name("a/../b")))));
    EXPECT_TRUE(refused(hello(server_name(host_name("a..b")))));
    EXPECT_TRUE(refused(hello(server_name(host_name(Bytes(254, 'a'))))));
}

}  // namespace
}  // namespace tandem::tls
