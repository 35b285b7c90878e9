#include "control/jobs.hpp"

#include "control/test_rig.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using test::Rig;

constexpr char const* container = "https://blobs.test/c?sv=1&sig=secret";

http::Response said(int status, std::string body = {}, std::string continuation = {}) {
    http::Response response;
    response.status = status;
    if (!continuation.empty()) response.headers.add("x-ms-continuation", continuation);
    response.body = std::move(body);
    return response;
}

struct Ready : Rig {
    Ready() {
        ready();
        create_hub();
    }
    http::Response post(char const* verb, std::string const& body) {
        return ask("POST", hub_path("hub", verb), body);
    }
    std::string begin_export() {
        auto const answer = post("/exportDevices", std::string{"{\"exportBlobContainerUri\":\""} +
                                                       container + "\",\"excludeKeys\":true}");
        EXPECT_EQ(answer.status, 200) << answer.body;
        pass(200ms);
        return find_string(object(answer), "jobId").value_or("");
    }
    std::string begin_import() {
        auto const answer =
            post("/importDevices", std::string{"{\"inputBlobContainerUri\":\""} + container +
                                       "\",\"outputBlobContainerUri\":\"" + container + "\"}");
        EXPECT_EQ(answer.status, 200) << answer.body;
        pass(200ms);
        return find_string(object(answer), "jobId").value_or("");
    }
    json::object job(std::string const& id) {
        return object(ask("GET", hub_path("hub", ("/jobs/" + id).c_str())));
    }
    std::string status(std::string const& id) {
        return find_string(job(id), "status").value_or("");
    }
    Fetch const& last() const { return fetched.back(); }
    /// The input's only piece.
    void give_input(std::string const& text) {
        http::Response piece = said(206, text);
        piece.headers.add("Content-Range", "bytes 0-" + std::to_string(text.size() - 1) + "/" +
                                               std::to_string(text.size()));
        piece.headers.add("ETag", "\"tag\"");
        give(piece);
    }
};

TEST(Jobs, AnExportPutsPagesAsBlocksAndThenTheirList) {
    Ready rig;
    auto const id = rig.begin_export();
    EXPECT_EQ(rig.last().url,
              "https://hub.tandem.test/tandem/registry?api-version=2021-04-12&excludeKeys=true");
    rig.give(said(200, "{\"id\":\"a\"}\n{\"id\":\"b\"}\n", "more"));
    EXPECT_EQ(rig.last().method, "PUT");
    EXPECT_EQ(rig.last().url,
              "https://blobs.test/c/devices.txt?comp=block&blockid="
              "MDAwMDAwMDA%3D&sv=1&sig=secret");
    EXPECT_TRUE(rig.last().address.empty());
    rig.give(said(201));
    EXPECT_EQ(*rig.last().headers.find("x-ms-continuation"), "more");
    rig.give(said(200, "{\"id\":\"c\"}\n"));
    rig.give(said(201));
    EXPECT_NE(rig.last().url.find("comp=blocklist"), std::string::npos);
    EXPECT_NE(rig.last().body.find("<Latest>MDAwMDAwMDA=</Latest><Latest>MDAwMDAwMDE=</Latest>"),
              std::string::npos);
    EXPECT_EQ(rig.status(id), "running");
    rig.give(said(201));
    auto const done = rig.job(id);
    EXPECT_EQ(find_string(done, "status"), "completed");
    EXPECT_EQ(find_string(done, "type"), "export");
    EXPECT_EQ(find_string(done, "statusMessage"), "3 devices exported.");
}

TEST(Jobs, AnExportGoesOnAfterARestartWhereItWasCertain) {
    Ready rig;
    auto const id = rig.begin_export();
    rig.give(said(200, "{\"id\":\"a\"}\n", "more"));
    rig.give(said(201));
    rig.restart();
    rig.pass(400ms);
    EXPECT_EQ(*rig.last().headers.find("x-ms-continuation"), "more");
    rig.give(said(200, "{\"id\":\"b\"}\n"));
    EXPECT_NE(rig.last().url.find("blockid=MDAwMDAwMDE%3D"), std::string::npos);
    rig.give(said(201));
    rig.give(said(201));
    EXPECT_EQ(rig.status(id), "completed");
}

TEST(Jobs, AnImportPutsWhatIsRefusedIntoTheLog) {
    Ready rig;
    auto const id = rig.begin_import();
    EXPECT_EQ(rig.last().url, "https://blobs.test/c/devices.txt?sv=1&sig=secret");
    rig.give_input("{\"id\":\"a\",\"importMode\":\"create\"}\nnot json\n{\"id\":\"b\"}");
    EXPECT_EQ(rig.last().url, "https://hub.tandem.test/devices?api-version=2021-04-12");
    auto const sent = parse_json(rig.last().body);
    ASSERT_TRUE(sent.ok());
    EXPECT_EQ(sent->as_array().size(), 2U);
    rig.give(said(200, R"({"isSuccessful":false,"errors":[{"deviceId":"b",)"
                       R"("errorCode":"QuotaExceeded","errorStatus":"full"}]})"));
    EXPECT_NE(rig.last().url.find("/c/importErrors.log?comp=block&"), std::string::npos);
    EXPECT_NE(rig.last().body.find("\"line\":2"), std::string::npos);
    EXPECT_NE(rig.last().body.find("\"line\":3,\"deviceId\":\"b\""), std::string::npos);
    rig.give(said(201));
    rig.give(said(201));
    auto const done = rig.job(id);
    EXPECT_EQ(find_string(done, "status"), "completed");
    EXPECT_EQ(find_string(done, "statusMessage"), "3 lines read, 2 refused.");
}

TEST(Jobs, ARequestThatMayHaveBeenDoneIsForgivenItsTraces) {
    Ready rig;
    auto const id = rig.begin_import();
    rig.give_input("{\"id\":\"a\",\"importMode\":\"create\"}\n");
    rig.give(Error{Errc::timeout, "gone"});
    rig.pass(4s);
    for (int i = 0; i < 20 && rig.last().method != "POST"; ++i) rig.pass(200ms);
    rig.give(said(200, R"({"isSuccessful":false,"errors":[{"deviceId":"a",)"
                       R"("errorCode":"DeviceAlreadyExists","errorStatus":"there"}]})"));
    EXPECT_NE(rig.last().url.find("comp=blocklist"), std::string::npos);
    rig.give(said(201));
    EXPECT_EQ(find_string(rig.job(id), "statusMessage"), "1 lines read, 0 refused.");
}

TEST(Jobs, OneOperationThatSpoilsARequestIsTriedAlone) {
    Ready rig;
    auto const id = rig.begin_import();
    rig.give_input("{\"id\":\"a\"}\n{\"id\":\"b\"}\n");
    rig.give(said(400, R"({"Message":"ErrorCode:ArgumentInvalid;no"})"));
    rig.give(said(200, R"({"isSuccessful":true,"errors":[]})"));
    rig.give(said(400, R"({"Message":"ErrorCode:ArgumentInvalid;no"})"));
    EXPECT_NE(rig.last().body.find("\"line\":2,\"deviceId\":\"b\""), std::string::npos);
    rig.give(said(201));
    rig.give(said(201));
    EXPECT_EQ(rig.status(id), "completed");
}

TEST(Jobs, BadInput45AnEndlessLineIsOneError) {
    Ready rig;
    auto const id = rig.begin_import();
    http::Response piece = said(206, std::string(import_piece_bytes, 'x'));
    piece.headers.add("Content-Range", "bytes 0-1048575/1048590");
    rig.give(piece);
    EXPECT_NE(rig.last().body.find("too long"), std::string::npos);
    rig.give(said(201));
    EXPECT_EQ(*rig.last().headers.find("x-ms-range"), "bytes=1048576-2097151");
    http::Response rest = said(206, "xxx\n{\"id\":\"a\"}");
    rest.headers.add("Content-Range", "bytes 1048576-1048589/1048590");
    rig.give(rest);
    EXPECT_EQ(rig.last().method, "POST");
    rig.give(said(200, R"({"isSuccessful":true,"errors":[]})"));
    rig.give(said(201));
    EXPECT_EQ(find_string(rig.job(id), "statusMessage"), "2 lines read, 1 refused.");
}

TEST(Jobs, OneAtATime) {
    Ready rig;
    rig.begin_export();
    auto const second = rig.post("/exportDevices", std::string{"{\"exportBlobContainerUri\":\""} +
                                                       container + "\",\"excludeKeys\":true}");
    EXPECT_EQ(second.status, 409);
    EXPECT_EQ(rig.ask("GET", Rig::hub_path("hub", "/jobs")).status, 200);
}

TEST(Jobs, BadInput45TheContainersAddressIsNeverShownAndForgotten) {
    Ready rig;
    auto const id = rig.begin_export();
    EXPECT_EQ(json::serialize(rig.job(id)).find("secret"), std::string::npos);
    rig.give(said(200));
    rig.give(Error{Errc::forbidden, "the server's address is not a public one"});
    EXPECT_EQ(rig.status(id), "failed");
    rig.settle();
    for (auto const& [key, value] : rig.store.meta)
        EXPECT_EQ(value.find("secret"), std::string::npos) << key;
}

TEST(Jobs, AServerThatRefusesFailsTheJobAndOneThatRestsDoesNot) {
    Ready rig;
    auto const id = rig.begin_export();
    rig.give(said(200));
    rig.give(said(503));
    EXPECT_EQ(rig.status(id), "running");
    rig.pass(1s);
    rig.give(said(403));
    EXPECT_EQ(rig.status(id), "failed");
    EXPECT_NE(find_string(rig.job(id), "failureReason")->find("403"), std::string::npos);
}

TEST(Jobs, BadInput35RefusesAddressesThatAreNone) {
    Ready rig;
    for (char const* body :
         {"{}", R"({"exportBlobContainerUri":"https://h/../c?sig=x","excludeKeys":true})",
          R"({"exportBlobContainerUri":"https://h/c?sig=x"})",
          R"({"exportBlobContainerUri":"https://h/c?sig=x","excludeKeys":true,)"
          R"("exportBlobName":"../x"})"})
        EXPECT_EQ(rig.post("/exportDevices", body).status, 400) << body;
    EXPECT_TRUE(rig.fetched.empty());
}

}  // namespace
}  // namespace tandem::control
