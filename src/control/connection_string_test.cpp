#include "control/connection_string.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

TEST(ConnectionString, ShowsWhatIsKnownToBeHarmlessAndMasksTheRest) {
    EXPECT_EQ(mask_connection_string("Endpoint=sb://n.example/;SharedAccessKeyName=p;"
                                     "SharedAccessKey=c2VjcmV0;EntityPath=e"),
              "Endpoint=sb://n.example/;SharedAccessKeyName=p;SharedAccessKey=****;EntityPath=e");
    EXPECT_EQ(
        mask_connection_string("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=k=="),
              "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=****");
    EXPECT_EQ(mask_connection_string("XAccountKey=a;AccountKey=b"),
              "****;AccountKey=****");
    EXPECT_EQ(mask_connection_string(""), "");
    EXPECT_EQ(mask_connection_string("EntityPath=e;"), "EntityPath=e;");
}

// every spelling that a client library reads, and those that none does
TEST(ConnectionString, NoSpellingOfASecretIsShown) {
    for (char const* text :
         {"Endpoint=sb://n/;SharedAccessSignature=SharedAccessSignature sr=x&sig=top-secret&se=1",
          "Endpoint=sb://n/;sharedaccesskey=top-secret", "accountkey=top-secret",
          "Endpoint=sb://n/;SharedAccessKey = top-secret",
          "Endpoint=sb://n/;\nAccountKey=top-secret",
          "Endpoint=sb://n/\nSharedAccessKey=top-secret", "EntityPath=e SharedAccessKey=top-secret",
          "AccountKey=a;AccountKey=top-secret", "AccountKey=****;SharedAccessSignature=top-secret",
          "BlobEndpoint=https://a.example/c?sig=top-secret", "Endpoint=sb://u:top-secret@n/",
          "top-secret", "top-secret=", "=top-secret", "Unheard=top-secret",
          "Endpoint=sb://n/;SharedAccessKey\t=\ttop-secret"})
        EXPECT_EQ(mask_connection_string(text).find("top-secret"), std::string::npos) << text;
}

TEST(ConnectionString, MaskThatComesBackIsWhatWasKept) {
    for (char const* kept :
         {"Endpoint=sb://n/;SharedAccessKeyName=p;SharedAccessKey=k;EntityPath=e",
          "accountkey = a ; AccountKey=b", "just a secret", "AccountKey=a;;x",
          "Endpoint=sb://n/;SharedAccessSignature=SharedAccessSignature sr=x&sig=y"})
        EXPECT_EQ(unmask_connection_string(mask_connection_string(kept), kept), kept);
    EXPECT_EQ(unmask_connection_string("A=1;AccountKey=****;B=2", "AccountKey=k;X=1"),
              "A=1;AccountKey=k;B=2");
    EXPECT_EQ(unmask_connection_string("AccountKey=new", "AccountKey=old"), "AccountKey=new");
    EXPECT_EQ(unmask_connection_string("accountkey=****;AccountKey=****",
                                       "AccountKey=1;AccountKey=2"),
              "AccountKey=1;AccountKey=2");
    EXPECT_EQ(unmask_connection_string("", "AccountKey=old"), "AccountKey=old");
    EXPECT_EQ(unmask_connection_string("****", "AccountKey=old"), "AccountKey=old");
    EXPECT_EQ(unmask_connection_string("AccountKey=****", ""), "AccountKey=****");
}

TEST(ConnectionString, DocumentsLoseTheirKeysWhateverTheirCase) {
    json::value document = json::parse(R"({"PrimaryKey":"s1","a":[{"CONNECTIONSTRING":
        "AccountKey=s2","note":"sharedaccesskey=s3","uri":"https://a/?sv=1&sig=s4",
        "sasToken":"s5"}],
        "key":"kept","condition":"sig = 'kept too'"})");
    hide_secrets(document, true);
    std::string const shown = json::serialize(document);
    for (char const* secret : {"s1", "s2", "s3", "s4", "s5"})
        EXPECT_EQ(shown.find(secret), std::string::npos) << shown;
    EXPECT_NE(shown.find("\"key\":\"kept\""), std::string::npos);
}

}  // namespace
}  // namespace tandem::control
