// control/test_rig.hpp -- a Control with a store in memory and two regions that play their part.
// Tests only.
#pragma once

#include "control/control.hpp"
#include "control/json.hpp"
#include "control/test_parts.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tandem::control::test {

class Rig {
public:
    explicit Rig(Control::Options wanted = options()) : options_(std::move(wanted)) {
        regions["westus2"].name = "westus2";
        regions["westcentralus"].name = "westcentralus";
        start();
    }

    /// The configuration that the next start reads.
    Control::Options& wanted() { return options_; }
    void start() {
        control = std::make_unique<Control>(options_, store, random);
        recovered = control->recover(now).ok();
    }
    /// The process dies; what was not durable is gone.
    void restart() {
        store.pending.clear();
        control.reset();
        start();
        for (auto& [name, region] : regions)
            if (region.up) link(name, true);
    }
    void link(std::string const& name, bool up) {
        regions[name].up = up;
        up ? control->on_peer_up({name}, now) : control->on_peer_down({name}, now);
        if (up) say_status(regions[name]);
        settle();
    }
    void pass(Duration time) {
        for (Duration done{0}; done < time; done += 200ms) {
            now.mono += 200ms;
            now.wall += 200ms;
            control->on_timer(now);
            settle();
        }
    }

    /// Runs outputs, disk and regions until nothing moves.
    void settle() {
        for (int round = 0; round < 20; ++round) {
            control->flush(now);
            if (!disk_stalls) control->on_durable(store.sync(), now);
            auto outputs = control->take_outputs();
            if (outputs.empty()) return;
            for (auto& output : outputs) perform(output);
        }
    }

    std::uint64_t send(std::string const& method, std::string const& target,
                       std::string const& body = {}, http::Headers headers = {}) {
        http::Request request;
        request.method = method;
        request.target = target;
        split(request);
        request.body = body;
        request.headers = std::move(headers);
        if (!token.empty()) request.headers.add("Authorization", "Bearer " + token);
        control->on_request(RequestId{++last_request}, request, "https://host:8443", now, source);
        settle();
        return last_request;
    }
    http::Response ask(std::string const& method, std::string const& target,
                       std::string const& body = {}, http::Headers headers = {}) {
        std::uint64_t const id = send(method, target, body, std::move(headers));
        auto const found = answers.find(id);
        return found == answers.end() ? http::Response{.status = 0, .headers = {}, .body = {}}
                                      : found->second;
    }
    static json::object object(http::Response const& response) {
        return stored_object(response.body);
    }
    /// The token endpoint, without a bearer token.
    http::Response ask_token(std::string const& form, http::Headers headers = {}) {
        std::string const kept = std::exchange(token, "");
        auto response = ask("POST", "/adfs/oauth2/token/", form, std::move(headers));
        token = kept;
        return response;
    }
    std::string sign_in(std::string const& secret = "secret") {
        auto const response =
            ask_token("grant_type=client_credentials&client_id=client&client_secret=" + secret);
        return response.status == 200 ? find_string(object(response), "access_token").value_or("")
                                      : "";
    }

    /// Signed in, both regions up, group `rg` there.
    void ready() {
        token = sign_in();
        link("westus2", true);
        link("westcentralus", true);
        ask("PUT", group_path, R"({"location":"westus2"})");
    }
    http::Response create_hub(std::string const& name = "hub") {
        return ask("PUT", hub_path(name),
                   R"({"location":"westus2","sku":{"name":"S1","capacity":1}})");
    }
    static std::string hub_path(std::string const& name, std::string const& rest = {}) {
        return "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Devices/IotHubs/" + name +
               rest + "?api-version=2023-06-30";
    }
    json::object hub(std::string const& name = "hub") { return object(ask("GET", hub_path(name))); }
    http::Response fail_over(std::string const& region, std::string const& name = "hub") {
        return ask("POST", hub_path(name, "/failover"), "{\"failoverRegion\":\"" + region + "\"}");
    }
    /// The status text of the operation that an answer's Azure-AsyncOperation names.
    json::object poll(http::Response const& response) {
        std::string const* url = response.headers.find("Azure-AsyncOperation");
        return url ? object(ask("GET", url->substr(std::string{"https://host:8443"}.size())))
                   : json::object{};
    }

    /// Answers the last fetch.
    void give(Result<http::Response> result) {
        control->on_fetched(fetched.back().id, std::move(result), now);
        settle();
    }

    void say_status(FakeRegion& region) {
        if (!region.up) return;
        peer::Envelope message;
        auto& status = *message.mutable_node_status();
        status.set_site(region.name);
        status.set_writable(true);
        auto& https = *status.add_endpoints();
        https.set_protocol("https");
        https.set_address(region.name == "westus2" ? "127.0.0.2" : "127.0.0.3");
        https.set_port(443);
        for (auto const& [name, known] : region.hubs) {
            auto& told = *status.add_hubs();
            told.set_hub(name);
            told.add_host_names(name + ".tandem.test");
            told.set_lease_us(known.owner == region.name ? 4'000'000 : 0);
            told.set_role(known.owner == region.name ? "serving" : "following");
            told.set_owner(known.owner);
            told.set_epoch(known.epoch);
            told.set_settings_revision(known.revision);
        }
        control->on_message({region.name}, message, now);
    }
    /// The hub serves in `to` from now on; both regions know (those that are up).
    void move(std::string const& hub_name, std::string const& to, std::string const& operation,
              record::FailoverKind kind) {
        std::uint32_t epoch = 0;
        std::string from;
        for (auto& [name, region] : regions) {
            epoch = std::max(epoch, region.hubs[hub_name].epoch);
            if (name != to) from = name;
        }
        for (auto& [name, region] : regions) {
            if (!region.up) continue;
            region.hubs[hub_name].epoch = epoch + 1;
            region.hubs[hub_name].owner = to;
            say_status(region);
        }
        if (kind == record::FAILOVER_NONE) return;
        peer::Envelope message;
        auto& progress = *message.mutable_failover_progress();
        progress.set_hub(hub_name);
        progress.set_operation_id(operation);
        auto& report = *progress.mutable_report();
        report.set_operation_id(operation);
        report.set_kind(kind);
        report.set_from_region(from);
        report.set_to_region(to);
        report.set_epoch(epoch + 1);
        control->on_message({to}, message, now);
    }

    static constexpr char const* group_path =
        "/subscriptions/sub/resourcegroups/rg?api-version=2021-04-01";

    MemoryStore store;
    SeededRandom random;
    Now now{Time{} + 1h, wall_from_micros(1'700'000'000'000'000)};
    std::unique_ptr<Control> control;
    std::map<std::string, FakeRegion> regions;
    std::map<std::uint64_t, http::Response> answers;
    std::vector<std::pair<std::string, peer::Envelope>> sent;   ///< to regions
    std::vector<Fetch> fetched;                                 ///< asked for; answer with `give`
    Checks checks{control, {}};
    std::string token;
    std::string source = "192.0.2.1";   ///< where requests come from
    std::uint64_t last_request = 0;
    bool disk_stalls = false;
    bool recovered = false;

private:
    void perform(Output& output) {
        if (auto* respond = std::get_if<Respond>(&output)) {
            answers[static_cast<std::uint64_t>(respond->request)] = std::move(respond->response);
            return;
        }
        if (auto* fetch = std::get_if<Fetch>(&output)) return fetched.push_back(std::move(*fetch));
        if (auto* check = std::get_if<SecretCheck>(&output)) return checks.take(*check, now);
        auto& [site, message] = std::get<SendTo>(output);
        sent.emplace_back(site.value, message);
        FakeRegion& region = regions[site.value];
        if (region.up && region.obeys) obey(region, message);
    }
    void obey(FakeRegion& region, peer::Envelope const& message) {
        if (message.has_concierge_keys()) region.keep(message.concierge_keys());
        if (message.has_define_hub()) {
            auto const& definition = message.define_hub().definition();
            auto const known = region.hubs.find(definition.name());
            bool const same = known != region.hubs.end() &&
                              known->second.definition.instance_id() == definition.instance_id();
            if (definition.deleted()) {
                if (same) region.hubs.erase(known);
            } else if (!same) {
                region.hubs[definition.name()] = {definition,
                                                  definition.initial_settings().revision(), 1,
                                                  definition.regions(0)};
            }
            say_status(region);
        } else if (message.has_configure_hub()) {
            auto const known = region.hubs.find(message.configure_hub().hub());
            if (known == region.hubs.end()) return;
            auto& revision = known->second.revision;
            revision = std::max(revision, message.configure_hub().settings().revision());
            say_status(region);
        } else if (message.has_failover_order()) {
            auto const& order = message.failover_order();
            peer::Envelope reply;
            reply.mutable_order_reply()->set_order_id(order.order_id());
            reply.mutable_order_reply()->set_ok(true);
            control->on_message({region.name}, reply, now);
            move(order.hub(), order.to_region(), order.operation_id(),
                 order.forced() ? record::FAILOVER_FORCED : record::FAILOVER_PLANNED);
        } else if (message.has_hub_query()) {
            peer::Envelope answer;
            auto& told = *answer.mutable_hub_answer();
            told.set_hub(message.hub_query().hub());
            told.set_query_id(message.hub_query().query_id());
            told.set_owner(region.hubs[told.hub()].owner == region.name);
            told.set_device_count(7);
            told.set_enabled_device_count(5);
            control->on_message({region.name}, answer, now);
        }
    }
    Control::Options options_;
};

}  // namespace tandem::control::test
