// The operator's verbs: status, failover, region evacuate, hub, env.

#include "app/management.hpp"
#include "app/quickstart.hpp"
#include "app/verbs.hpp"

#include <boost/json.hpp>
#include <cstdio>
#include <functional>
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace tandem::app {

namespace json = boost::json;

namespace {

constexpr Duration poll_every = 100ms;

struct Session {
    Installation installation;
    Quickstart quickstart;
    Management control;
};

Result<Session> sign_in(fs::path const& data_dir) {
    TANDEM_TRY(auto installation, load_installation(data_dir));
    TANDEM_TRY(auto quickstart, load_quickstart(data_dir));
    TANDEM_TRY(auto control, Management::sign_in(installation, quickstart.client_id,
                                                 quickstart.client_secret));
    return Session{std::move(installation), std::move(quickstart), std::move(control)};
}

std::string text(json::object const& object, char const* name) {
    auto const* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->as_string()}
                                                  : std::string{"-"};
}

double number(json::object const& object, char const* name) {
    auto const* value = object.if_contains(name);
    return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
}

bool is_true(json::object const& object, char const* name) {
    auto const* value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->as_bool();
}

json::array const& list(json::object const& object, char const* name) {
    static json::array const none;
    auto const* value = object.if_contains(name);
    return value != nullptr && value->is_array() ? value->as_array() : none;
}

void print_role(json::object const& role) {
    std::string const word = text(role, "role");
    std::printf("    %-16s %-12s epoch %-4.0f", text(role, "region").c_str(), word.c_str(),
                number(role, "epoch"));
    if (word == "serving")
        std::printf(" lease %.1f s, lag %.0f records, %.0f bytes, %.2f s, pair %s, %.0f devices",
                    number(role, "leaseSeconds"), number(role, "lagRecords"),
                    number(role, "lagBytes"), number(role, "lagSeconds"),
                    is_true(role, "pairConnected") ? "connected" : "NOT CONNECTED",
                    number(role, "connectedDevices"));
    if (is_true(role, "catchingUp")) std::printf(" catching up");
    std::printf("\n");
}

void print_management(json::object const& management) {
    std::printf("management plane at %s, term %.0f, sequence %.0f%s\n",
                text(management, "site").c_str(), number(management, "term"),
                number(management, "sequence"),
                is_true(management, "safe") ? "" : "  ALARM: no copy can be reached");
    for (auto const& value : list(management, "copies")) {
        auto const& copy = value.as_object();
        std::printf("  copy in %-18s %-14s sequence %.0f, %.1f s behind\n",
                    text(copy, "region").c_str(),
                    is_true(copy, "connected") ? "connected" : "NOT CONNECTED",
                    number(copy, "sequence"), number(copy, "behindSeconds"));
    }
}

void print_hub(json::object const& hub) {
    std::printf("  %s: %s, owner %s, epoch %.0f, %s, automatic failover %s\n",
                text(hub, "name").c_str(), text(hub, "state").c_str(),
                text(hub, "owner").c_str(), number(hub, "epoch"), text(hub, "goal").c_str(),
                is_true(hub, "automaticFailover") ? "on" : "off");
    if (is_true(hub, "syncSuspended"))
        std::printf("    ALARM: acknowledging without the pair until it has caught up\n");
    for (auto const& role : list(hub, "regions")) print_role(role.as_object());
    auto const* limits = hub.if_contains("failoverLimits");
    if (limits != nullptr && limits->is_object() && text(limits->as_object(), "reason") != "-")
        std::printf("    next failover from %s: %s\n",
                    text(limits->as_object(), "nextAllowedAt").c_str(),
                    text(limits->as_object(), "reason").c_str());
    auto const* last = hub.if_contains("lastFailover");
    if (last == nullptr || !last->is_object()) {
        std::printf("    no failover yet\n");
        return;
    }
    auto const& it = last->as_object();
    std::printf("    last failover: %s, %s to %s, %s, %s, %.2f s\n", text(it, "failover").c_str(),
                text(it, "fromRegion").c_str(), text(it, "toRegion").c_str(),
                text(it, "status").c_str(), text(it, "startedAt").c_str(),
                number(it, "seconds"));
}

/// The steps that `operation` has beyond the `shown` ones.
std::size_t print_steps(json::object const& operation, std::size_t shown) {
    auto const& steps = list(operation, "steps");
    for (; shown < steps.size(); ++shown)
        std::printf("  %s  %s\n", text(steps[shown].as_object(), "at").c_str(),
                    text(steps[shown].as_object(), "name").c_str());
    std::fflush(stdout);
    return shown;
}

void print_report(json::object const& operation) {
    std::printf("%s to %s in %.2f s\n", text(operation, "fromRegion").c_str(),
                text(operation, "toRegion").c_str(), number(operation, "seconds"));
    auto const* found = operation.if_contains("report");
    if (found == nullptr || !found->is_object()) return;
    auto const& report = found->as_object();
    double const lost = number(report, "lostRecords");
    if (is_true(report, "exact") && lost == 0) {
        std::printf("nothing was lost\n");
        return;
    }
    std::printf("%s\n", is_true(report, "exact")
                            ? "not replicated, and kept in the old owner's salvage files:"
                            : "what the old owner had beyond this is known once it is back:");
    for (auto const& value : list(report, "partitions")) {
        auto const& loss = value.as_object();
        std::printf("  partition %-5.0f replicated to %.0f", number(loss, "partition"),
                    number(loss, "replicatedTo"));
        if (is_true(report, "exact"))
            std::printf(", %.0f records\n", number(loss, "lostRecords"));
        else if (number(loss, "lostRecords") > 0)
            std::printf(", at least %.0f records more\n", number(loss, "lostRecords"));
        else
            std::printf("\n");
    }
}

void print_evacuated(json::object const& operation, std::set<std::string>& shown) {
    for (auto const& value : list(operation, "hubs")) {
        auto const& hub = value.as_object();
        std::string const name = text(hub, "hub");
        if (text(hub, "endedAt") == "-" || !shown.insert(name).second) continue;
        std::printf("  %-24s %-10s", name.c_str(), text(hub, "status").c_str());
        if (text(hub, "toRegion") != "-" && number(hub, "seconds") > 0)
            std::printf(" to %s in %.2f s", text(hub, "toRegion").c_str(), number(hub, "seconds"));
        if (number(hub, "lostRecords") > 0)
            std::printf(", %s%.0f records not replicated", is_true(hub, "exact") ? "" : "at least ",
                        number(hub, "lostRecords"));
        if (text(hub, "error") != "-") std::printf(" %s", text(hub, "error").c_str());
        std::printf("\n");
    }
    std::fflush(stdout);
}

/// Asks for an operation; its id. Errors: refused, as control says.
Result<std::string> begin(Session const& session, std::string const& target, bool forced) {
    TANDEM_TRY(auto const answer,
               session.control.post(target, forced ? R"({"forced":true})" : R"({"forced":false})"));
    if (answer.status != 202 || !answer.body.is_object())
        return Error{Errc::conflict, error_text(answer)};
    return text(answer.body.as_object(), "id");
}

/// The operation as it ended; `show` sees it as it goes on.
Result<json::object> watch(Session const& session, std::string const& id,
                           std::function<void(json::object const&)> const& show) {
    while (true) {
        TANDEM_TRY(auto const answer, session.control.get("/tandem/v1/operations/" + id));
        if (answer.status != 200) return Error{Errc::unavailable, error_text(answer)};
        show(answer.body.as_object());
        if (text(answer.body.as_object(), "endedAt") != "-") return answer.body.as_object();
        std::this_thread::sleep_for(poll_every);
    }
}

/// Why an ended operation failed; nullopt: it did not.
std::optional<std::string> failure(json::object const& operation) {
    if (text(operation, "status") == "Succeeded") return std::nullopt;
    auto const* error = operation.if_contains("error");
    return error != nullptr && error->is_object() ? text(error->as_object(), "message")
                                                  : text(operation, "status");
}

}  // namespace

int status(fs::path const& data_dir, bool as_json) {
    auto const session = sign_in(data_dir);
    if (!session.ok()) return fail("status", session.error().detail);
    auto const answer = session->control.get("/tandem/v1/status");
    if (!answer.ok()) return fail("status", answer.error().detail);
    if (answer->status != 200) return fail("status", error_text(*answer));
    if (as_json) {
        std::printf("%s\n", answer->text.c_str());
        return 0;
    }
    auto const& it = answer->body.as_object();
    if (auto const* management = it.if_contains("management");
        management != nullptr && management->is_object())
        print_management(management->as_object());
    std::printf("regions\n");
    for (auto const& value : list(it, "regions")) {
        auto const& region = value.as_object();
        std::printf("  %-16s %-18s %s%s\n", text(region, "name").c_str(),
                    text(region, "displayName").c_str(),
                    is_true(region, "connected") ? "connected" : "NOT CONNECTED",
                    is_true(region, "connected") && !is_true(region, "writable") ? ", DISK FULL"
                                                                                 : "");
    }
    std::printf("hubs\n");
    for (auto const& hub : list(it, "hubs")) print_hub(hub.as_object());
    return 0;
}

int failover(fs::path const& data_dir, std::string const& hub, bool forced) {
    auto const session = sign_in(data_dir);
    if (!session.ok()) return fail("failover", session.error().detail);
    auto const begun = begin(*session, "/tandem/v1/hubs/" + hub + "/failover", forced);
    if (!begun.ok()) return fail("failover", begun.error().detail);
    std::printf("failover of %s, %s: operation %s\n", hub.c_str(), forced ? "forced" : "planned",
                begun->c_str());
    std::size_t shown = 0;
    auto const ended = watch(*session, *begun, [&shown](json::object const& operation) {
        shown = print_steps(operation, shown);
    });
    if (!ended.ok()) return fail("failover", ended.error().detail);
    if (auto const why = failure(*ended)) return fail("failover", *why);
    print_report(*ended);
    return 0;
}

int evacuate(fs::path const& data_dir, std::string const& region, bool forced) {
    auto const session = sign_in(data_dir);
    if (!session.ok()) return fail("region evacuate", session.error().detail);
    auto const begun = begin(*session, "/tandem/v1/regions/" + region + "/evacuate", forced);
    if (!begun.ok()) return fail("region evacuate", begun.error().detail);
    std::printf("evacuation of %s, %s: operation %s\n", region.c_str(),
                forced ? "forced" : "planned", begun->c_str());
    std::set<std::string> shown;
    auto const ended = watch(*session, *begun, [&shown](json::object const& operation) {
        print_evacuated(operation, shown);
    });
    if (!ended.ok()) return fail("region evacuate", ended.error().detail);
    std::printf("%.0f of %.0f hubs at an end in %.2f s\n", number(*ended, "done"),
                number(*ended, "total"), number(*ended, "seconds"));
    if (auto const why = failure(*ended)) return fail("region evacuate", *why);
    return 0;
}

int configure_hub(fs::path const& data_dir, HubOptions const& options) {
    auto const session = sign_in(data_dir);
    if (!session.ok()) return fail("hub", session.error().detail);
    json::object wish, limits;
    if (options.goal) wish["goal"] = *options.goal;
    if (options.automatic_failover) wish["automaticFailover"] = *options.automatic_failover == "on";
    if (options.failover_interval_seconds)
        limits["minimumIntervalSeconds"] = *options.failover_interval_seconds;
    if (options.failovers_per_day)
        limits["failoversPerDay"] = limits["failbacksPerDay"] = *options.failovers_per_day;
    if (!limits.empty()) wish["failover"] = limits;
    auto const answer =
        session->control.patch("/tandem/v1/hubs/" + options.hub, json::serialize(wish));
    if (!answer.ok()) return fail("hub", answer.error().detail);
    if (answer->status != 200) return fail("hub", error_text(*answer));
    print_hub(answer->body.as_object());
    return 0;
}

int env(fs::path const& data_dir, bool redirect) {
    auto const installation = load_installation(data_dir);
    if (!installation.ok()) return fail("env", installation.error().detail);
    auto quickstart = load_quickstart(data_dir);
    if (!quickstart.ok()) return fail("env", quickstart.error().detail);
    if (auto const place = find_control(*installation); place.ok())
        quickstart->control_url = place->url;
    std::fputs(environment(*quickstart, *installation, redirect).c_str(), stdout);
    return 0;
}

}  // namespace tandem::app
