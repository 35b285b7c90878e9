#include "control/audit.hpp"
#include "control/audit_chain.hpp"

#include "codec/hex.hpp"
#include "control/test_rig.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using test::Rig;

json::array entries(Rig& rig, std::string const& query = "?top=1000") {
    return Rig::object(rig.ask("GET", "/tandem/v1/audit" + query)).at("value").as_array();
}
std::string text(json::value const& entry, char const* name) {
    return find_string(entry.as_object(), name).value_or("");
}
std::size_t count_of(json::array const& all, std::string const& action) {
    std::size_t found = 0;
    for (auto const& entry : all) found += text(entry, "action") == action;
    return found;
}

/// Empty: the chain on the disk holds.
std::string chain_fault(test::MemoryStore const& store) {
    record::AuditAnchor anchor;
    if (auto const kept = store.meta.find("m/anchor"); kept != store.meta.end())
        anchor.ParseFromString(kept->second);
    std::vector<record::AuditEntry> all;
    for (auto const& [key, value] : store.meta)
        if (key.starts_with("m/audit/")) all.emplace_back().ParseFromString(value);
    auto const fault = find_fault(anchor, all);
    return fault ? std::to_string(fault->sequence) + ": " + fault->why : "";
}

TEST(Audit, SignInsAndChangesAreEntriesAndReadsAreNot) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    std::size_t const before = entries(rig).size();
    rig.hub();
    rig.ask("GET", "/tandem/v1/status");
    auto const all = entries(rig);
    EXPECT_EQ(all.size(), before);
    EXPECT_EQ(count_of(all, "sign-in client_credentials"), 1U);
    EXPECT_EQ(count_of(all, "PUT Microsoft.Devices/IotHubs/{hub}"), 1U);
    EXPECT_EQ(text(all[0], "principal"), "client");
    EXPECT_EQ(text(all[0], "scope"),
              "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Devices/IotHubs/hub");
    EXPECT_EQ(find_integer(all[0].as_object(), "status"), 201);
    EXPECT_EQ(text(all[0], "source"), "192.0.2.1");
}

TEST(Audit, AnswerLeavesOnlyWhenItsEntryIsDurable) {
    Rig rig;
    rig.ready();
    rig.disk_stalls = true;
    std::uint64_t const id = rig.send("DELETE", "/subscriptions/sub/resourcegroups/none"
                                                "?api-version=2021-04-01");
    EXPECT_FALSE(rig.answers.contains(id));
    rig.disk_stalls = false;
    rig.settle();
    EXPECT_TRUE(rig.answers.contains(id));
}

TEST(Audit, ChainHoldsOverRestartsAndDrops) {
    auto options = test::options();
    options.audit_entries_max = 100;
    Rig rig{options};
    rig.ready();
    for (int i = 0; i < 450; ++i) {
        rig.ask("PUT", Rig::group_path, R"({"location":"westus2"})");
        if (i == 200) rig.restart();
    }
    EXPECT_EQ(chain_fault(rig.store), "");
    std::size_t kept = 0;
    for (auto const& [key, value] : rig.store.meta) kept += key.starts_with("m/audit/");
    EXPECT_GE(kept, 100U);
    EXPECT_LE(kept, 100U + audit_drop_at_once);
    EXPECT_TRUE(rig.store.meta.contains("m/anchor"));
}

TEST(Audit, AlteredEntryIsFound) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    ASSERT_EQ(chain_fault(rig.store), "");
    auto const key = std::next(rig.store.meta.lower_bound("m/audit/"))->first;
    std::string const good = rig.store.meta[key];
    record::AuditEntry entry;
    entry.ParseFromString(good);
    entry.set_principal("somebody else");
    rig.store.meta[key] = entry.SerializeAsString();
    EXPECT_EQ(chain_fault(rig.store), "2: the entry is not as it was written");
    // also when the forger makes the hash fit
    entry.set_hash(entry_hash(entry));
    rig.store.meta[key] = entry.SerializeAsString();
    EXPECT_EQ(chain_fault(rig.store), "3: the entry does not follow the one before it");
    rig.store.meta.erase(key);
    EXPECT_EQ(chain_fault(rig.store), "2: the entry is missing");
    rig.store.meta[key] = good;
    EXPECT_EQ(chain_fault(rig.store), "");
}

json::array of_status(Rig& rig, std::int64_t status) {
    json::array found;
    for (auto const& entry : entries(rig))
        if (find_integer(entry.as_object(), "status") == status) found.push_back(entry);
    return found;
}
std::string group_path_of(char const* name) {
    return Rig::hub_path("hub", std::string{"/eventHubEndpoints/events/ConsumerGroups/"} + name);
}

/// A hub, whose consumer groups take until its region obeys.
struct SlowChange : testing::Test {
    SlowChange() {
        rig.ready();
        rig.create_hub();
        rig.pass(1s);
        for (auto& [name, region] : rig.regions) region.obeys = false;
    }
    std::uint64_t begin() {
        return rig.send("PUT", group_path_of("late"), R"({"properties":{"name":"late"}})");
    }
    Rig rig;
};

TEST_F(SlowChange, HasItsEntryWithTheChangeAndAnotherForItsEnd) {
    std::uint64_t const id = begin();
    ASSERT_FALSE(rig.answers.contains(id));
    auto const begun = of_status(rig, audit_status_begun);
    ASSERT_EQ(begun.size(), 1U);
    EXPECT_NE(text(begun[0], "action").find("ConsumerGroups"), std::string::npos);
    for (auto& [name, region] : rig.regions) region.obeys = true;
    rig.pass(5s);
    ASSERT_TRUE(rig.answers.contains(id));
    auto const newest = entries(rig)[0].as_object();
    EXPECT_EQ(find_integer(newest, "ends"),
              find_integer(begun[0].as_object(), "sequence"));
    EXPECT_EQ(find_integer(newest, "status"), rig.answers[id].status);
    EXPECT_EQ(text(newest, "action"), text(begun[0], "action"));
    EXPECT_EQ(chain_fault(rig.store), "");
}

// the change is in force, so there must be a word of it
TEST_F(SlowChange, IsInTheLogWhenControlDiesBeforeTheAnswer) {
    begin();
    rig.restart();
    ASSERT_NE(rig.ask("GET", group_path_of("late")).status, 404);
    auto const begun = of_status(rig, audit_status_begun);
    ASSERT_EQ(begun.size(), 1U);
    auto const ended = of_status(rig, audit_status_unanswered);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(find_integer(ended[0].as_object(), "ends"),
              find_integer(begun[0].as_object(), "sequence"));
    EXPECT_EQ(chain_fault(rig.store), "");
    rig.restart();
    EXPECT_EQ(of_status(rig, audit_status_unanswered).size(), 1U) << "said once";
}

TEST_F(SlowChange, NothingOfItLeavesBeforeItsEntryIsDurable) {
    rig.disk_stalls = true;
    rig.fetched.clear();
    std::uint64_t const id = rig.send("DELETE", "/tandem/v1/hubs/hub/data/devices/d");
    EXPECT_TRUE(rig.fetched.empty());
    rig.disk_stalls = false;
    rig.settle();
    ASSERT_EQ(rig.fetched.size(), 1U);
    EXPECT_FALSE(rig.answers.contains(id));
    EXPECT_EQ(of_status(rig, audit_status_begun).size(), 1U);
    rig.give(http::Response{.status = 204, .headers = {}, .body = {}});
    EXPECT_EQ(rig.answers[id].status, 204);
    EXPECT_EQ(of_status(rig, 204).size(), 1U);
}

TEST_F(SlowChange, WhoDoesNotWaitIsSaidToHaveGone) {
    std::uint64_t const id = begin();
    rig.control->on_request_abandoned(RequestId{id});
    rig.settle();
    EXPECT_EQ(of_status(rig, audit_status_abandoned).size(), 1U);
}

TEST_F(SlowChange, SaysWhichDeviceWasTouched) {
    rig.send("DELETE", "/tandem/v1/hubs/hub/data/devices/d-1");
    rig.give(http::Response{.status = 204, .headers = {}, .body = {}});
    auto const all = entries(rig);
    EXPECT_EQ(text(all[0], "target"), "devices/d-1");
    EXPECT_EQ(text(all[1], "target"), "devices/d-1");
    EXPECT_EQ(chain_fault(rig.store), "");
}

TEST(Audit, SaysWhichRoleWhoGot) {
    Rig rig;
    rig.ready();
    rig.ask("PUT", "/tandem/v1/principals/app", R"({"name":"backup job"})");
    std::string const path = "/subscriptions/sub/providers/Microsoft.Authorization/roleAssignments/"
                             "00000000-0000-0000-0000-000000000001?api-version=2022-04-01";
    rig.ask("PUT", path, R"({"properties":{"principalId":"app","roleDefinitionId":
        "acdd72a7-3385-48ef-bd42-f606fba81ae7"}})");
    EXPECT_EQ(text(entries(rig)[0], "target"), "Reader for app (backup job)");
    rig.ask("DELETE", path);
    EXPECT_EQ(text(entries(rig)[0], "target"), "Reader for app (backup job)");
    EXPECT_EQ(chain_fault(rig.store), "");
}

// written by an earlier version: the bytes that are hashed have not changed
TEST(Audit, HashOfAnEntryIsTheSameAsEver) {
    record::AuditEntry entry;
    entry.set_sequence(7);
    entry.set_time_us(1'700'000'000'000'000);
    entry.set_status(201);
    entry.set_count(1);
    entry.set_principal("p");
    entry.set_principal_name("n");
    entry.set_action("PUT x");
    entry.set_scope("/s");
    entry.set_correlation_id("c");
    entry.set_source("192.0.2.1");
    entry.set_previous_hash(Bytes(audit_hash_bytes, '\0'));
    EXPECT_EQ(hex_encode(entry_hash(entry)),
              "1998adcf1b6602bc8845b25c01297c393b2142b5e028a2036d8061fedc2cb3e7");
    entry.set_ends(6);
    EXPECT_EQ(hex_encode(entry_hash(entry)),
              "3952287910656d0d843e3f111cce074aa7a4f7c67e2b4a7ac1b8c74e73f9feaf");
    entry.set_target("devices/d");
    EXPECT_EQ(hex_encode(entry_hash(entry)),
              "a55359117d762b61d49c04a9b3e8e58f0ef29cc6922be176cefa1e07093de9dd");
}

// bad-inputs 41: what strangers do cannot fill the disk, nor push out what others did
TEST(Audit, FailedSignInsAreCountedNotListed) {
    Rig rig;
    rig.token = rig.sign_in();
    for (int i = 0; i < 2000; ++i) {
        rig.source = "192.0.2." + std::to_string(i % 250);
        rig.ask_token("grant_type=password&client_id=p&username=u" + std::to_string(i) +
                      "&password=" + std::string(300, 'x'));
    }
    rig.pass(audit_gather * 11);
    auto const all = entries(rig);
    EXPECT_LE(all.size(), 220U);
    std::int64_t counted = 0;
    for (auto const& entry : all)
        if (text(entry, "action") != "sign-in client_credentials")
            counted += find_integer(entry.as_object(), "count").value_or(0);
    EXPECT_EQ(counted, 2000);
    EXPECT_EQ(chain_fault(rig.store), "");
}

/// A user without any role, signed in.
std::string sign_in_powerless(Rig& rig) {
    rig.ask("PUT", "/tandem/v1/principals/eve",
            R"({"kind":"user","name":"eve","password":"a long enough password"})");
    auto const answer = rig.ask_token("grant_type=password&client_id=p&username=eve"
                                      "&password=a+long+enough+password");
    return find_string(Rig::object(answer), "access_token").value_or("");
}

// whoever has no right can push nothing out either: not by refusals, not by signing in
TEST(Audit, PrincipalWithoutARoleCannotPushOutWhatOthersDid) {
    auto options = test::options();
    options.audit_entries_max = 500;
    Rig rig{options};
    rig.ready();
    std::string const owner = rig.token;
    std::string const eve = sign_in_powerless(rig);
    ASSERT_FALSE(eve.empty());
    for (int i = 0; i < 3000; ++i) {
        rig.token = eve;
        rig.ask("POST", "/tandem/v1/devicecode/approve", R"({"userCode":"AAAA-AAAA"})");
        rig.ask("DELETE", "/subscriptions/sub/resourcegroups/g" + std::to_string(i) +
                              "?api-version=2021-04-01");
        if (i % 20 == 0) rig.pass(2s);
    }
    for (int i = 0; i < 300; ++i)
        rig.ask_token("grant_type=password&client_id=p&username=eve"
                      "&password=a+long+enough+password");
    rig.token = owner;
    rig.pass(audit_gather_rest + 1s);
    auto const all = entries(rig);
    EXPECT_EQ(count_of(all, "PUT resourcegroups/{group}") +
                  count_of(all, "PUT subscriptions/{subscription}/resourcegroups/{group}"),
              1U) << "what the owner did is there";
    EXPECT_LE(all.size(), 200U);
    std::int64_t counted = 0;
    for (auto const& entry : all)
        if (text(entry, "principalName") == "eve")
            counted += find_integer(entry.as_object(), "count").value_or(0);
    EXPECT_EQ(counted, 6000 + 1 + 300) << "nothing goes uncounted";
    EXPECT_EQ(chain_fault(rig.store), "");
}

TEST(Audit, RefusalsOfAHandlerAreCounted) {
    Rig rig;
    rig.ready();
    std::size_t const before = entries(rig).size();
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(rig.ask("PUT", "/tandem/v1/principals/x", R"({"kind":"god"})").status, 400);
    EXPECT_EQ(entries(rig).size(), before + 1);
    rig.pass(audit_gather + 1s);
    auto const all = entries(rig);
    EXPECT_EQ(all.size(), before + 2);
    EXPECT_EQ(find_integer(all[0].as_object(), "count"), 49);
}

// bad-inputs 46: a name cannot forge a line
TEST(Audit, ControlCharactersDoNotReachAnEntry) {
    EXPECT_EQ(audit_text("a\nb\r\x1b[2J\x7f\t"), "a?b??[2J??");
    EXPECT_EQ(audit_text("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
    EXPECT_EQ(audit_text("\xc2\x85" "x"), "??x");
    EXPECT_EQ(audit_text("\xff\xfe"), "??");
    EXPECT_LE(audit_text(std::string(10'000, 'a')).size(), audit_text_bytes_max);
    Rig rig;
    rig.token = rig.sign_in();
    rig.ask_token("grant_type=password&client_id=p&username=a%0aforged%1b[31m&password=x");
    rig.ask("DELETE", "/subscriptions/sub/resourcegroups/a\nb?api-version=2021-04-01");
    for (auto const& entry : entries(rig))
        for (char const* name : {"principalName", "action", "scope", "principal", "source"})
            EXPECT_EQ(text(entry, name).find_first_of("\n\r\x1b"), std::string::npos);
}

TEST(Audit, PagesGoBackFromTheNewest) {
    Rig rig;
    rig.ready();
    for (int i = 0; i < 10; ++i) rig.ask("PUT", Rig::group_path, R"({"location":"westus2"})");
    auto const first = Rig::object(rig.ask("GET", "/tandem/v1/audit?top=3"));
    auto const& page = first.at("value").as_array();
    ASSERT_EQ(page.size(), 3U);
    auto const newest = find_integer(page[0].as_object(), "sequence").value();
    EXPECT_EQ(find_integer(first.at("head").as_object(), "sequence"), newest);
    auto const next = entries(rig, "?top=3&before=" + std::to_string(newest - 2));
    EXPECT_EQ(find_integer(next[0].as_object(), "sequence"), newest - 3);
    for (char const* query : {"?top=0", "?top=x", "?before=-1", "?top=1e3"})
        EXPECT_EQ(rig.ask("GET", std::string{"/tandem/v1/audit"} + query).status, 400) << query;
}

}  // namespace
}  // namespace tandem::control
