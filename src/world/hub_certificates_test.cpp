#include "world/hub_certificates.hpp"

#include "world/files.hpp"
#include "world/test_support.hpp"

#include <gtest/gtest.h>

#include <openssl/x509v3.h>
#include <sys/stat.h>

namespace tandem::world {
namespace {

record::HubDefinition hub(std::string const& name, std::vector<std::string> const& hosts) {
    record::HubDefinition definition;
    definition.set_name(name);
    definition.set_instance_id("first");
    for (auto const& host : hosts) definition.add_host_names(host);
    return definition;
}

Bytes leaf_of(TlsContext const& context) {
    unsigned char* der = nullptr;
    int const size = i2d_X509(SSL_CTX_get0_certificate(context.get()), &der);
    Bytes bytes{reinterpret_cast<char const*>(der), static_cast<std::size_t>(size)};
    OPENSSL_free(der);
    return bytes;
}

class HubCertificatesTest : public testing::Test {
protected:
    void SetUp() override {
        CertificateRequest request{.file_stem = "server",
                                   .common_name = "demo.hubs.test",
                                   .dns_names = {"demo.hubs.test", "*.test"},
                                   .addresses = {}};
        server = test::certificate(dir.path(), request);
        options = {.authority = {dir.path() / "ca.crt", dir.path() / "ca.key"},
                   .issued = dir.path() / "node" / "certificates",
                   .supplied = dir.path() / "supplied"};
    }
    std::unique_ptr<HubCertificates> open() {
        auto opened = HubCertificates::open(options, server);
        EXPECT_TRUE(opened.ok()) << opened.error().detail;
        return std::move(*opened);
    }
    std::filesystem::path issued(std::string const& file) const { return options.issued / file; }

    test::ScratchDir dir;
    TlsFiles server;
    HubCertificates::Options options;
    WallTime now = read_clocks().wall;
};

TEST_F(HubCertificatesTest, ANameThatTheServersDoesNotHaveGetsOneOfItsOwn) {
    auto const certificates = open();
    ASSERT_TRUE(certificates->define(hub("second", {"second.test", "127.0.0.1"}), now).ok());
    auto const* const shown = certificates->find("second.test");
    ASSERT_NE(shown, nullptr) << "a wildcard below one label was believed";
    X509* const leaf = SSL_CTX_get0_certificate(shown->get());
    EXPECT_EQ(X509_check_host(leaf, "second.test", 0, 0, nullptr), 1);
    EXPECT_EQ(certificates->find("127.0.0.1"), nullptr);
    EXPECT_EQ(certificates->find("third.test"), nullptr);
}

TEST_F(HubCertificatesTest, ANameThatTheServersHasIsShownTheServers) {
    auto const certificates = open();
    ASSERT_TRUE(certificates->define(hub("demo", {"demo.hubs.test"}), now).ok());
    EXPECT_EQ(certificates->find("demo.hubs.test"), nullptr);
    EXPECT_FALSE(std::filesystem::exists(issued("hub-demo.crt")));
}

TEST_F(HubCertificatesTest, IsKeptForItsOwnerAloneAndUsedAgain) {
    ASSERT_TRUE(open()->define(hub("second", {"second.test"}), now).ok());
    auto const first = **read_file(issued("hub-second.crt"));
    struct stat found {};
    ASSERT_EQ(stat(issued("hub-second.key").c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600U);
    ASSERT_TRUE(open()->define(hub("second", {"second.test"}), now).ok());
    EXPECT_EQ(**read_file(issued("hub-second.crt")), first);
}

TEST_F(HubCertificatesTest, IsRenewedBeforeItRunsOut) {
    ASSERT_TRUE(open()->define(hub("second", {"second.test"}), now).ok());
    auto const first = **read_file(issued("hub-second.crt"));
    WallTime const later = now + std::chrono::hours{24 * 810};
    ASSERT_TRUE(open()->define(hub("second", {"second.test"}), later).ok());
    EXPECT_NE(**read_file(issued("hub-second.crt")), first);
}

TEST_F(HubCertificatesTest, WhatTheOperatorSuppliedGoesFirst) {
    CertificateRequest const own{.file_stem = "own",
                                 .common_name = "own",
                                 .dns_names = {"second.test", "demo.hubs.test"},
                                 .addresses = {}};
    auto const authority = ensure_authority(dir.path() / "public", "Public CA", now);
    ASSERT_TRUE(authority.ok());
    auto const made = ensure_certificate(options.supplied, *authority, own, now);
    ASSERT_TRUE(made.ok());
    auto const expected = TlsContext::make(TlsContext::Role::service, *made);
    auto const certificates = open();
    ASSERT_TRUE(certificates->define(hub("second", {"second.test"}), now).ok());
    ASSERT_TRUE(certificates->define(hub("demo", {"demo.hubs.test"}), now).ok());
    for (char const* const host : {"second.test", "demo.hubs.test"}) {
        ASSERT_NE(certificates->find(host), nullptr) << host;
        EXPECT_EQ(leaf_of(*certificates->find(host)), leaf_of(**expected)) << host;
    }
    EXPECT_FALSE(std::filesystem::exists(options.issued));
}

TEST_F(HubCertificatesTest, ASuppliedCertificateWithoutItsKeyIsTold) {
    std::filesystem::create_directories(options.supplied);
    std::filesystem::copy(server.certificate, options.supplied / "own.crt");
    auto const opened = HubCertificates::open(options, server);
    ASSERT_FALSE(opened.ok());
    EXPECT_NE(opened.error().detail.find((options.supplied / "own.key").string()),
              std::string::npos)
        << opened.error().detail;
}

TEST_F(HubCertificatesTest, WithoutTheAuthoritysKeyTheServersIsShown) {
    std::filesystem::remove(options.authority.key);
    auto const certificates = open();
    EXPECT_FALSE(certificates->define(hub("second", {"second.test"}), now).ok());
    EXPECT_EQ(certificates->find("second.test"), nullptr);
}

TEST_F(HubCertificatesTest, NothingIsLeftOfAForgottenHub) {
    auto const certificates = open();
    ASSERT_TRUE(certificates->define(hub("second", {"second.test"}), now).ok());
    certificates->forget("second");
    EXPECT_EQ(certificates->find("second.test"), nullptr);
    EXPECT_TRUE(std::filesystem::is_empty(options.issued));
    certificates->forget("../../server");
    EXPECT_TRUE(std::filesystem::exists(server.key));
}

// A name in capitals, too: names of hosts are the same in both.
TEST_F(HubCertificatesTest, AreShownToAClientThatVerifies) {
    auto const certificates = open();
    ASSERT_TRUE(certificates->define(hub("second", {"second.test"}), now).ok());
    auto const context = TlsContext::make(TlsContext::Role::device, server);
    ASSERT_TRUE(context.ok());
    certificates->present_on(**context);
    for (char const* const host : {"second.test", "Second.TEST", "demo.hubs.test"}) {
        int ends[2];
        ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        std::unique_ptr<SSL, decltype(&SSL_free)> const answering{SSL_new((*context)->get()),
                                                                  SSL_free};
        SSL_set_fd(answering.get(), ends[0]);
        std::thread server_side{[&] { SSL_accept(answering.get()); }};
        auto const client = TlsContext::make_client(options.authority.certificate);
        std::unique_ptr<SSL, decltype(&SSL_free)> const asking{SSL_new((*client)->get()),
                                                               SSL_free};
        SSL_set_fd(asking.get(), ends[1]);
        SSL_set_tlsext_host_name(asking.get(), host);
        SSL_set1_host(asking.get(), host);
        EXPECT_EQ(SSL_connect(asking.get()), 1) << host << ": " << tls_error_text();
        shutdown(ends[1], SHUT_RDWR);
        server_side.join();
        close(ends[0]);
        close(ends[1]);
    }
}

}  // namespace
}  // namespace tandem::world
