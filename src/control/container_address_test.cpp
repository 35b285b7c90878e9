#include "control/container_address.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

constexpr char const* good = "https://store.blob.core.windows.net/container?sv=2021&sig=a%2Bb";

TEST(ContainerAddress, BlobsAreBesideEachOtherUnderTheSignature) {
    auto const container = parse_container(good);
    ASSERT_TRUE(container.ok());
    EXPECT_EQ(blob_url(*container, "devices.txt"),
              "https://store.blob.core.windows.net/container/devices.txt?sv=2021&sig=a%2Bb");
    EXPECT_EQ(blob_url(*container, "a b/devices.txt", "comp=block&blockid=MQ%3D%3D"),
              "https://store.blob.core.windows.net/container/a%20b/devices.txt"
              "?comp=block&blockid=MQ%3D%3D&sv=2021&sig=a%2Bb");
    EXPECT_TRUE(parse_container("http://127.0.0.1:10000/devstoreaccount1/c/?sig=x").ok());
}

TEST(ContainerAddress, BadInput45NothingButAContainerWithASignature) {
    for (char const* bad :
         {"", "container", "ftp://host/c?sig=x", "file:///etc/passwd?sig=x", "https://host?sig=x",
          "https:///c?sig=x", "https://host/?sig=x", "https://host/c", "https://host/c?sv=1",
          "https://host/c?sig=", "https://user:pw@host/c?sig=x", "https://host/c?sig=x\r\nX: y",
          "https://host/c d?sig=x", "https://host/c#?sig=x", "https://host\\@evil/c?sig=x",
          "://host/c?sig=x", "https://?sig=x", "https://"})
        EXPECT_FALSE(parse_container(bad).ok()) << bad;
    EXPECT_FALSE(parse_container(std::string{good} + std::string(5000, 'x')).ok());
}

TEST(ContainerAddress, BadInput35NoPathLeadsElsewhere) {
    for (char const* bad :
         {"https://host/a/../b?sig=x", "https://host/%2e%2e/b?sig=x",
          "https://host/%252e%252e/b?sig=x", "https://host/a//b?sig=x", "https://host/a%2Fb?sig=x",
          "https://host/a%5cb?sig=x", "https://host/a%00?sig=x"})
        EXPECT_FALSE(parse_container(bad).ok()) << bad;
    for (char const* bad : {"", ".", "..", "../x", "a/../b", "a//b", "/a", "a/", "a\\b", "a\nb",
                            "%2e%2e/x", "%252e%252e"})
        EXPECT_FALSE(is_blob_name(bad)) << bad;
    EXPECT_TRUE(is_blob_name("folder/devices.txt"));
    EXPECT_FALSE(is_blob_name(std::string(2000, 'a')));
}

TEST(ContainerAddress, ARefusalRepeatsNoSecret) {
    auto const refused = parse_container("https://user@host/c?sig=secret");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().detail.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace tandem::control
