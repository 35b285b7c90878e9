#include "identity/sas.hpp"

#include "codec/base64.hpp"
#include "codec/percent.hpp"

#include <gtest/gtest.h>

namespace tandem::identity {
namespace {

constexpr WallTime in_2030 = wall_from_micros(1'893'456'000'000'000);
std::string const key = base64_encode("0123456789abcdef0123456789abcdef");
std::string const other_key = base64_encode("another key, of some sixteen by.");
std::vector<std::string> const names{"hub1.tandem.test", "localhost"};

/// A token with its fields in the order given. Requires: sr is as percent_encode writes it.
std::string token_of(std::string_view sr, std::string_view se, std::string_view format) {
    std::string const made = make_sas(percent_decode(sr).value_or(""), key,
                                      WallTime{std::chrono::seconds{std::stoll(std::string{se})}});
    auto const parsed = parse_sas(made);
    std::string const sig = percent_encode(base64_encode(parsed->signature));
    std::string text{format};
    auto const put = [&](std::string_view mark, std::string_view value) {
        if (auto const at = text.find(mark); at != std::string::npos)
            text.replace(at, mark.size(), value);
    };
    put("{sr}", sr);
    put("{sig}", sig);
    put("{se}", se);
    return "SharedAccessSignature " + text;
}

// @azure/event-hubs and azure-eventhub take the key's text for the secret, undecoded.
TEST(Sas, EventHubsClientsSignWithTheTextOfTheKey) {
    std::string const text = "c2VjcmV0LW9mLXNpeHRlZW4=";
    auto const token = parse_sas(make_sas("sb://h/demo", base64_encode(text), in_2030, "service"));
    ASSERT_TRUE(token.ok());
    EXPECT_TRUE(signed_by(*token, text));
}

TEST(Sas, AKeyProvesWhatItSigned) {
    auto const token = parse_sas(make_sas("hub1.tandem.test/devices/dev1", key, in_2030));
    ASSERT_TRUE(token.ok());
    EXPECT_EQ(token->resource, "hub1.tandem.test/devices/dev1");
    EXPECT_EQ(token->raw_resource, "hub1.tandem.test%2Fdevices%2Fdev1");
    EXPECT_EQ(token->expires_at, in_2030);
    EXPECT_EQ(token->policy, "");
    EXPECT_TRUE(signed_by(*token, key));
    EXPECT_FALSE(signed_by(*token, other_key));
}

// A fixed example, computed with another implementation of HMAC.
TEST(Sas, AgreesWithOthersAboutTheSignature) {
    auto const token = parse_sas(
        "SharedAccessSignature sr=hub1.tandem.test%2Fdevices%2Fdev1"
        "&sig=e3f6Q%2FXrYokj%2Fsuzp5wE9r2QoRlLNc7v37B4IU%2Bla%2BE%3D&se=1893456000");
    ASSERT_TRUE(token.ok());
    EXPECT_TRUE(signed_by(*token, key));
}

// The C SDK leaves the slashes of sr as they are, and older clients write hex in lower case: the
// text that was signed is the text that was sent.
TEST(Sas, SignsTheResourceAsItStands) {
    auto const plain = parse_sas(
        "SharedAccessSignature "
        "sr=hub1.tandem.test/devices/"
        "dev1&sig=cnSA5LyuIvCPD7P%2BHZPva5aqrQozAhWowb6bOHPpJ9E%3D&se=1893456000&skn=");
    ASSERT_TRUE(plain.ok());
    EXPECT_TRUE(signed_by(*plain, key));
    EXPECT_EQ(plain->policy, "");
    EXPECT_TRUE(covers_device(plain->resource, names, "dev1"));

    auto const lower = parse_sas(
        "SharedAccessSignature "
        "sr=hub1.tandem.test%2fdevices%2fdev1&sig=VvRU8tJ4SMoUr5AffMgW4yz2psLjoMzwQp%2BBc2J1zzk%3D&"
        "se=1893456000");
    ASSERT_TRUE(lower.ok());
    EXPECT_TRUE(signed_by(*lower, key));
    EXPECT_TRUE(covers_device(lower->resource, names, "dev1"));
}

// bad-inputs 36
TEST(Sas, TakesFieldsInAnyOrder) {
    for (auto const* format : {"sr={sr}&sig={sig}&se={se}", "se={se}&sr={sr}&sig={sig}",
                               "sig={sig}&se={se}&skn=&sr={sr}", "x=y&sig={sig}&sr={sr}&se={se}"}) {
        auto const token = parse_sas(token_of("hub1.tandem.test%2Fdevices%2Fdev1", "7", format));
        ASSERT_TRUE(token.ok()) << format;
        EXPECT_TRUE(signed_by(*token, key)) << format;
    }
}

// bad-inputs 36
TEST(Sas, RefusesFieldsTwiceMissingOrUnreadable) {
    for (auto const* format :
         {"sr={sr}&sig={sig}", "sr={sr}&se={se}", "sig={sig}&se={se}", "",
          "sr={sr}&sig={sig}&se={se}&se={se}", "sr={sr}&sr={sr}&sig={sig}&se={se}",
          "sr={sr}&sig={sig}&se={se}&skn=a&skn=b", "sr={sr}&sig={sig}&sig={sig}&se={se}",
          "sr={sr}&sig={sig}&se={se}&", "sr={sr}&sig={sig}&se={se}&noequals",
          "sr=&sig={sig}&se={se}", "sr={sr}&sig=&se={se}", "sr={sr}&sig=%ZZ&se={se}",
          "sr=%2&sig={sig}&se={se}", "sr={sr}&sig={sig}&se={se}&skn=%",
          "sr={sr}&sig=abc&se={se}"}) {
        auto const token = parse_sas(token_of("h", "7", format));
        EXPECT_FALSE(token.ok()) << format;
    }
    EXPECT_FALSE(parse_sas("").ok());
    EXPECT_FALSE(parse_sas("Bearer sr=h&sig=AAAA&se=1").ok());
    EXPECT_FALSE(parse_sas("SharedAccessSignature").ok());
    EXPECT_FALSE(parse_sas(std::string(1'000'000, 'x')).ok());
}

// bad-inputs 36, 49: Node once sends milliseconds, others "never"; 2^63 is only a late date.
TEST(Sas, TakesAnyDecimalExpiryAndNothingElse) {
    auto const with = [](std::string const& se) {
        return parse_sas("SharedAccessSignature sr=h&sig=AAAA&se=" + se);
    };
    EXPECT_EQ(with("0")->expires_at, WallTime{});
    EXPECT_EQ(to_seconds(with("2147483648")->expires_at), 2'147'483'648);
    EXPECT_EQ(to_seconds(with("1893456000000")->expires_at), 1'893'456'000'000);
    EXPECT_EQ(with("9223372036854775808")->expires_at, WallTime::max());
    EXPECT_EQ(with(std::string(60, '9'))->expires_at, WallTime::max());
    for (auto const* se :
         {"", "-1", "+1", "1.5", "1e9", "0x10", " 1", "1 ", "9223372036854775808x"})
        EXPECT_FALSE(with(se).ok()) << se;
    EXPECT_FALSE(with(std::string(5000, '9')).ok());
}

// bad-inputs 36
TEST(Sas, AnEmptyKeyProvesNothing) {
    auto const token = parse_sas(make_sas("h", key, in_2030));
    ASSERT_TRUE(token.ok());
    EXPECT_FALSE(signed_by(*token, ""));
    EXPECT_FALSE(signed_by(*token, "===="));
    EXPECT_FALSE(signed_by(*token, "not base64!"));
    EXPECT_FALSE(signed_by(*token, key.substr(0, key.size() - 1)));
}

// bad-inputs 37: a shorter signature that agrees as far as it goes is none.
TEST(Sas, AShortenedSignatureProvesNothing) {
    auto token = parse_sas(make_sas("h", key, in_2030));
    ASSERT_TRUE(token.ok());
    token->signature.resize(16);
    EXPECT_FALSE(signed_by(*token, key));
    token->signature.clear();
    EXPECT_FALSE(signed_by(*token, key));
}

// bad-inputs 15, 36
TEST(Sas, AScopeCoversExactlyItsDevice) {
    auto const covers = [](std::string_view scope) { return covers_device(scope, names, "dev1"); };
    EXPECT_TRUE(covers("hub1.tandem.test/devices/dev1"));
    EXPECT_TRUE(covers("HUB1.Tandem.TEST/devices/dev1"));
    EXPECT_TRUE(covers("localhost/devices/dev1/"));
    EXPECT_TRUE(covers("localhost:8883/devices/dev1"));
    EXPECT_FALSE(covers("hub1.tandem.test/devices/dev10"));
    EXPECT_FALSE(covers("hub1.tandem.test/devices/dev"));
    EXPECT_FALSE(covers("hub1.tandem.test/devices/DEV1"));
    EXPECT_FALSE(covers("hub1.tandem.test/devices/dev1/modules/m"));
    EXPECT_FALSE(covers("hub1.tandem.test/devices/dev1//"));
    EXPECT_FALSE(covers("hub1.tandem.test/devices/%64ev1"));
    EXPECT_FALSE(covers("hub1.tandem.test/devices/#"));
    EXPECT_FALSE(covers("hub1.tandem.test/devices/+"));
    EXPECT_FALSE(covers("hub1.tandem.test//devices/dev1"));
    EXPECT_FALSE(covers("hub1.tandem.test/Devices/dev1"));
    EXPECT_FALSE(covers("hub1.tandem.test/devices/"));
    EXPECT_FALSE(covers("hub1.tandem.test"));
    EXPECT_FALSE(covers("hub2.tandem.test/devices/dev1"));
    EXPECT_FALSE(covers("/devices/dev1"));
    EXPECT_FALSE(covers(""));
    EXPECT_FALSE(covers_device("localhost/devices/", names, ""));
}

TEST(Sas, AScopeCoversTheHubByAnyOfItsNames) {
    EXPECT_TRUE(covers_path("hub1.tandem.test", names, ""));
    EXPECT_TRUE(covers_path("sb://LOCALHOST/", names, ""));
    EXPECT_TRUE(covers_path("https://hub1.tandem.test:443", names, ""));
    EXPECT_FALSE(covers_path("hub1.tandem.test/devices/dev1", names, ""));
    EXPECT_FALSE(covers_path("hub1.tandem.test.evil.test", names, ""));
    EXPECT_FALSE(covers_path("hub1", names, ""));
    EXPECT_FALSE(covers_path("hub1.tandem.test:x", names, ""));
    EXPECT_FALSE(covers_path("", names, ""));
    EXPECT_FALSE(covers_path("", {""}, ""));
}

// bad-inputs 36: a path is covered by whole segments, never by a sibling that begins alike.
TEST(Sas, AScopeCoversThePathsBelowIt) {
    auto const covers = [](std::string_view scope) {
        return covers_path(scope, names, "devices/dev1");
    };
    EXPECT_TRUE(covers("hub1.tandem.test"));
    EXPECT_TRUE(covers("HUB1.tandem.test:443/"));
    EXPECT_TRUE(covers("localhost/devices"));
    EXPECT_TRUE(covers("https://localhost/devices/"));
    EXPECT_TRUE(covers("localhost/devices/dev1"));
    EXPECT_FALSE(covers("localhost/devices/dev"));
    EXPECT_FALSE(covers("localhost/devices/dev10"));
    EXPECT_FALSE(covers("localhost/devices/dev1/modules"));
    EXPECT_FALSE(covers("localhost/devicesX"));
    EXPECT_FALSE(covers("localhost/device"));
    EXPECT_FALSE(covers("localhost/devices//"));
    EXPECT_FALSE(covers("localhost//devices"));
    EXPECT_FALSE(covers("localhost/twins"));
    EXPECT_FALSE(covers("localhost/messages/events"));
    EXPECT_FALSE(covers("hub2.tandem.test"));
    EXPECT_FALSE(covers("hub2.tandem.test/devices"));
    EXPECT_FALSE(covers("/devices"));
    EXPECT_FALSE(covers(""));
    EXPECT_FALSE(covers_path("localhost/devices", names, ""));
    EXPECT_TRUE(covers_path("localhost", names, ""));
}

TEST(Sas, AScopeCoversTheEventsByTheHubOrItsEntity) {
    auto const covers = [](std::string_view scope) { return covers_events(scope, names, "hub1"); };
    EXPECT_TRUE(covers("localhost"));
    EXPECT_TRUE(covers("localhost/messages/events"));
    EXPECT_TRUE(covers("localhost/Messages/Events/$management"));
    EXPECT_TRUE(covers("sb://localhost/hub1"));
    EXPECT_TRUE(covers("sb://LOCALHOST:5671/HUB1/ConsumerGroups/$Default/Partitions/0"));
    EXPECT_TRUE(covers("sb://ns.servicebus.test/hub1/$management"));
    EXPECT_FALSE(covers("sb://ns.servicebus.test"));
    EXPECT_FALSE(covers("hub2.tandem.test"));
    EXPECT_FALSE(covers("hub2.tandem.test/messages/events"));
    EXPECT_FALSE(covers("sb://hub2.tandem.test/hub2"));
    EXPECT_FALSE(covers("sb://localhost/hub10"));
    EXPECT_FALSE(covers("sb://localhost/hub"));
    EXPECT_FALSE(covers("localhost/messages"));
    EXPECT_FALSE(covers("localhost/messages/eventsX"));
    EXPECT_FALSE(covers("localhost/devices"));
    EXPECT_FALSE(covers("localhost/devices/hub1"));
    EXPECT_FALSE(covers("sb:///hub1"));
    EXPECT_FALSE(covers("/hub1"));
    EXPECT_FALSE(covers(""));
    EXPECT_FALSE(covers_events("ns.test", names, ""));
}

TEST(Sas, APolicyIsNamed) {
    auto const token = parse_sas(make_sas("localhost", key, in_2030, "my policy&x=1"));
    ASSERT_TRUE(token.ok());
    EXPECT_EQ(token->policy, "my policy&x=1");
    EXPECT_TRUE(signed_by(*token, key));
}

}  // namespace
}  // namespace tandem::identity
