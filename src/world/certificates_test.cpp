#include "world/certificates.hpp"

#include "world/files.hpp"
#include "world/test_support.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace tandem::world {
namespace {

class Certificates : public testing::Test {
protected:
    TlsFiles make(std::vector<std::string> names) {
        CertificateRequest request;
        request.file_stem = "server";
        request.common_name = names.front();
        request.dns_names = std::move(names);
        request.addresses = {"127.0.0.1", "::1"};
        return test::certificate(dir.path(), request);
    }
    test::ScratchDir dir;
};

TEST_F(Certificates, AreUsedAgainWhenTheyStillFit) {
    auto const first = **read_file(make({"hub.example", "*.hubs.example"}).certificate);
    auto const second = **read_file(make({"hub.example", "*.hubs.example"}).certificate);
    EXPECT_EQ(first, second);
}

// Made anew at every start, it was exchanged under processes that were reading it.
TEST_F(Certificates, AreUsedAgainWithAWildcardBelowOneLabel) {
    auto const first = **read_file(make({"localhost", "*.localhost"}).certificate);
    EXPECT_EQ(**read_file(make({"localhost", "*.localhost"}).certificate), first);
}

TEST_F(Certificates, AreMadeAnewForOtherNames) {
    auto const first = **read_file(make({"hub.example"}).certificate);
    auto const second = **read_file(make({"hub.example", "more.example"}).certificate);
    EXPECT_NE(first, second);
}

TEST_F(Certificates, AreMadeAnewBeforeTheyRunOut) {
    auto const files = make({"hub.example"});
    auto const first = **read_file(files.certificate);
    WallTime const later = read_clocks().wall + std::chrono::hours{24 * 810};
    auto const authority = ensure_authority(dir.path(), "Test CA", later);
    ASSERT_TRUE(authority.ok());
    CertificateRequest request;
    request.file_stem = "server";
    request.common_name = "hub.example";
    request.dns_names = {"hub.example"};
    ASSERT_TRUE(ensure_certificate(dir.path(), *authority, request, later).ok());
    EXPECT_NE(**read_file(files.certificate), first);
}

TEST_F(Certificates, AreMadeAnewWhenTheAuthorityIsAnother) {
    auto const files = make({"hub.example"});
    auto const first = **read_file(files.certificate);
    auto const other = ensure_authority(dir.path() / "other", "Test CA", read_clocks().wall);
    ASSERT_TRUE(other.ok());
    for (char const* const file : {"ca.crt", "ca.key"})
        std::filesystem::rename(dir.path() / "other" / file, dir.path() / file);
    make({"hub.example"});
    EXPECT_NE(**read_file(files.certificate), first);
}

TEST_F(Certificates, AnAuthorityThatIsNotWholeIsToldAndNotReplaced) {  // bad-inputs 50
    using Files = std::vector<std::string>;
    for (Files const& lost : {Files{"ca.crt"}, Files{"ca.key"}, Files{"ca.crt", "ca.key"}}) {
        test::ScratchDir scratch;
        test::server_certificate(scratch.path());
        for (auto const& file : lost) std::filesystem::remove(scratch.path() / file);
        auto const again = ensure_authority(scratch.path(), "Test CA", read_clocks().wall);
        ASSERT_FALSE(again.ok());
        EXPECT_EQ(again.code(), Errc::malformed);
        for (auto const& file : lost) {
            EXPECT_NE(again.error().detail.find(file), std::string::npos) << again.error().detail;
            EXPECT_FALSE(std::filesystem::exists(scratch.path() / file));
        }
    }
}

TEST_F(Certificates, AFirstStartThatWasInterruptedIsMadeUpFor) {
    make({"hub.example"});
    for (char const* const file : {"ca.crt", "server.crt"})
        std::filesystem::remove(dir.path() / file);
    EXPECT_TRUE(ensure_authority(dir.path(), "Test CA", read_clocks().wall).ok());
}

TEST_F(Certificates, KeysAreForTheirOwnerOnly) {  // bad-inputs 41
    auto const files = make({"hub.example"});
    for (auto const& key : {files.key, dir.path() / "ca.key"}) {
        struct stat found {};
        ASSERT_EQ(stat(key.c_str(), &found), 0);
        EXPECT_EQ(found.st_mode & 0777, 0600U);
    }
}

TEST_F(Certificates, ADamagedKeyIsToldAndNotReplaced) {  // bad-inputs 50
    auto const files = make({"hub.example"});
    ASSERT_TRUE(write_file(dir.path() / "ca.key", "nonsense", 0600).ok());
    auto const again = ensure_authority(dir.path(), "Test CA", read_clocks().wall);
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.code(), Errc::malformed);
    EXPECT_EQ(**read_file(dir.path() / "ca.key"), "nonsense");
}

TEST_F(Certificates, AKeyOfAnotherCertificateMakesNoContext) {
    auto files = make({"hub.example"});
    files.key = dir.path() / "ca.key";
    EXPECT_FALSE(TlsContext::make(TlsContext::Role::device, files).ok());
}

}  // namespace
}  // namespace tandem::world
