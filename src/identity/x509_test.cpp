#include "identity/x509.hpp"

#include "identity/x509_fixture.hpp"

#include <gtest/gtest.h>

namespace tandem::identity {
namespace {

using test::Authority;
using test::Wanted;

WallTime const now = wall_from_micros(1'700'000'000'000'000);

TEST(X509, ReadsPemAndBase64OfEither) {
    Authority const ca{{.name = "Contoso Root"}};
    for (std::string const& text :
         {ca.pem(), base64_encode(ca.pem()), base64_encode(ca.der), "  " + ca.pem() + "\n\n"}) {
        auto const read = read_certificate(text);
        ASSERT_TRUE(read.ok()) << read.error().detail;
        EXPECT_EQ(read->subject, "Contoso Root");
        EXPECT_TRUE(read->authority);
        EXPECT_EQ(read->thumbprint.size(), 40U);
        EXPECT_EQ(to_seconds(read->not_after), 1'900'000'000);
        EXPECT_EQ(read->der, ca.der);
    }
}

TEST(X509, BadInput39RefusesWhatIsNoSingleBoundedCertificate) {
    Authority const ca;
    std::string many;
    for (int i = 0; i < 3; ++i) many += ca.pem();
    for (std::string const& text :
         {std::string{}, std::string{"-----BEGIN CERTIFICATE-----"}, many,
          "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" + ca.pem(),
          std::string(certificate_text_bytes_max + 1, 'A'), base64_encode(ca.der + "x"),
          base64_encode(ca.der.substr(0, ca.der.size() / 2)), std::string{"####"},
          base64_encode("not a certificate")})
        EXPECT_FALSE(read_certificate(text).ok()) << text.substr(0, 40);
}

TEST(X509, BadInput39RefusesNulInTheCommonName) {
    Authority const ca{{.name = std::string("good.example\0.evil", 18)}};
    auto const read = read_certificate(ca.pem());
    ASSERT_FALSE(read.ok());
    EXPECT_NE(read.error().detail.find("control"), std::string::npos);
}

TEST(X509, BadInput39RefusesHugeKeys) {
    auto const read = read_certificate(
        test::to_pem(test::make_der({}, test::huge_key(), "ca", test::make_key())));
    ASSERT_FALSE(read.ok());
    EXPECT_NE(read.error().detail.find("bits"), std::string::npos);
}

TEST(X509, TellsWhoMayNotIssueAndWhatIsOutOfTime) {
    Authority const leaf{{.authority = false}};
    EXPECT_FALSE(read_certificate(leaf.pem())->authority);
    Authority const old{{.not_after = wall_from_micros(1'650'000'000'000'000)}};
    EXPECT_FALSE(check_validity(*read_certificate(old.pem()), now).ok());
    Authority const early{{.not_before = wall_from_micros(1'800'000'000'000'000)}};
    EXPECT_FALSE(check_validity(*read_certificate(early.pem()), now).ok());
}

TEST(X509, PossessionIsProvenByTheIssuerAndTheCodeOnly) {
    Authority const ca;
    std::string const code = "75B86466DA34D2B04C0C4C9557A119687ADAE7D4732BDDB3";
    EXPECT_TRUE(check_possession(ca.pem(), ca.issue(code), code, now).ok());
    EXPECT_TRUE(
        check_possession(base64_encode(ca.der), base64_encode(ca.issue(code)), code, now).ok());
    EXPECT_FALSE(check_possession(ca.pem(), ca.issue("other"), code, now).ok());
    EXPECT_FALSE(check_possession(ca.pem(), ca.issue(code + "x"), code, now).ok());
    EXPECT_FALSE(check_possession(ca.pem(), ca.issue(""), "", now).ok());
    // The same issuer's name, another key.
    Authority const impostor;
    EXPECT_FALSE(check_possession(ca.pem(), impostor.issue(code), code, now).ok());
    // The right key under another name.
    Authority const renamed{{.name = "other"}};
    EXPECT_FALSE(check_possession(ca.pem(), renamed.issue(code), code, now).ok());
    EXPECT_FALSE(check_possession(
                     ca.pem(),
                     ca.issue(code, {.not_after = wall_from_micros(1'650'000'000'000'000)}), code,
                     now)
                     .ok());
}

}  // namespace
}  // namespace tandem::identity
