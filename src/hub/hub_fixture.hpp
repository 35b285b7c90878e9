// hub/hub_fixture.hpp -- a hub of one partition for tests: decides, and applies what was decided.
#pragma once

#include "codec/base64.hpp"
#include "codec/json.hpp"
#include "hub/decide.hpp"
#include "identity/sas.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace tandem::hub {

class CountingRandom : public ports::Random {
public:
    void fill(std::span<std::uint8_t> out) override {
        for (auto& byte : out) byte = next_++;
    }

private:
    std::uint8_t next_ = 1;
};

class HubFixture : public testing::Test {
protected:
    static constexpr WallTime start = wall_from_micros(1'767'225'600'000'000);   // 2026-01-01

    HubFixture() {
        definition_.set_name("hub1");
        definition_.add_host_names("hub1.tandem.test");
        definition_.add_host_names("localhost");
        add_policy("service", Right::service_connect);
        add_policy("device", Right::device_connect);
        add_policy("registryRead", Right::registry_read);
        add_policy("registryReadWrite", Right::registry_write);
        record::Fact promoted;
        promoted.mutable_promoted()->set_region("west");
        apply(promoted);
    }

    void add_policy(std::string const& name, Right right) {
        auto& policy = *settings_.add_policies();
        policy.set_name(name);
        policy.set_primary_key(key_of(name));
        policy.set_secondary_key(key_of(name + "2"));
        policy.set_rights(bits(right));
    }

    static std::string key_of(std::string const& name) {
        return base64_encode(name + std::string(32 - name.size(), '.'));
    }

    template <class What>
    Result<Decision> decide_only(What what) {
        return decide(std::move(what), {.now = {.mono = Time{}, .wall = now_},
                                        .random = random_,
                                        .definition = definition_,
                                        .settings = settings_,
                                        .view = view_,
                                        .quota = quota_});
    }

    void apply(record::Fact const& fact) {
        position_ = position_.successor(epoch_);
        view_.apply({.position = position_, .time = now_, .chain = {}}, fact);
    }

    /// Decides and applies; the facts stay in `facts_`, what connections are told in `events_`.
    Result<Reply> run(Command command) { return carry_out(decide_only(std::move(command))); }
    Result<Reply> run(BulkOperation operation) {
        return carry_out(decide_only(std::move(operation)));
    }
    Result<Reply> carry_out(Result<Decision> decision) {
        facts_.clear();
        events_.clear();
        if (!decision.ok()) return decision.error();
        facts_ = decision->facts;
        for (auto const& fact : facts_) {
            apply(fact);
            if (auto event = event_of(fact, view_)) events_.push_back(*std::move(event));
        }
        return std::move(decision->reply);
    }

    Errc refusal(Command command) {
        auto const reply = run(std::move(command));
        EXPECT_FALSE(reply.ok());
        return reply.ok() ? Errc::internal : reply.code();
    }

    /// The JSON document that a command is answered with.
    json::object document(Command command) {
        auto const reply = run(std::move(command));
        EXPECT_TRUE(reply.ok()) << reply.error().detail;
        if (!reply.ok()) return {};
        auto const& held = std::get<Document>(*reply);
        etag_ = held.etag;
        auto object = parse_json_object(held.json);
        EXPECT_TRUE(object.ok()) << held.json;
        return object.ok() ? std::move(*object) : json::object{};
    }

    json::object put(std::string const& id, std::string const& members = "", IfMatch match = {}) {
        return document(PutDevice{{id}, "{\"deviceId\":\"" + id + "\"" + members + "}", match});
    }
    json::object twin(std::string const& id) { return document(GetTwin{{id}}); }

    static std::string keys(std::string const& primary, std::string const& secondary) {
        return R"(,"authentication":{"type":"sas","symmetricKey":{"primaryKey":")" + primary +
               R"(","secondaryKey":")" + secondary + "\"}}";
    }

    std::string device_token(std::string const& id, std::string const& key) const {
        return identity::make_sas("hub1.tandem.test/devices/" + id, key, now_ + 3600s);
    }
    OpenSession opening(std::string const& id, bool clean = false) const {
        auto sas = device_token(id, key_of(id));
        return {.device = {id}, .sas = std::move(sas), .clean = clean, .model_id = ""};
    }
    /// A device whose keys are key_of(id) and key_of(id + "2"), connected.
    void connect(std::string const& id, bool clean = false) {
        if (view_.find(id) == nullptr) put(id, keys(key_of(id), key_of(id + "2")));
        ASSERT_TRUE(run(opening(id, clean)).ok());
    }
    static record::Subscription subscription(std::string const& filter) {
        record::Subscription made;
        made.set_filter(filter);
        made.set_qos(1);
        return made;
    }

    WallTime now_ = start;
    Epoch epoch_{1};
    Position position_;
    View view_;
    CountingRandom random_;
    record::HubDefinition definition_;
    record::HubSettings settings_;
    Quota quota_;
    std::vector<record::Fact> facts_;
    std::vector<DeviceEvent> events_;
    std::string etag_;
};

}  // namespace tandem::hub
