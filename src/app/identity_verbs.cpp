// The operator's verbs about who may sign in and what was done: principal, audit.

#include "app/management.hpp"
#include "app/verbs.hpp"
#include "codec/hex.hpp"
#include "codec/percent.hpp"
#include "control/audit.hpp"
#include "control/audit_chain.hpp"

#include <boost/json.hpp>
#include <algorithm>
#include <cstdio>
#include <limits>
#include <map>
#include <set>

namespace tandem::app {

namespace json = boost::json;

namespace {

constexpr int page_entries = 500;

std::string text(json::object const& object, char const* name) {
    auto const* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->as_string()} : "";
}

std::int64_t number(json::object const& object, char const* name) {
    auto const* value = object.if_contains(name);
    boost::system::error_code failed;
    return value == nullptr ? 0 : value->to_number<std::int64_t>(failed);
}

/// The answer's body when it is an object and the status is one of success.
Result<json::object> object_of(Result<Management::Answer> const& answer) {
    if (!answer.ok()) return answer.error();
    if (answer->status >= 300 || !answer->body.is_object())
        return Error{Errc::unavailable, error_text(*answer)};
    return answer->body.as_object();
}

struct Log {
    record::AuditAnchor anchor;
    std::map<std::uint64_t, record::AuditEntry> entries;
};

record::AuditEntry entry_of(json::object const& from) {
    record::AuditEntry entry;
    entry.set_sequence(static_cast<std::uint64_t>(number(from, "sequence")));
    entry.set_time_us(number(from, "timeMicroseconds"));
    entry.set_principal(text(from, "principal"));
    entry.set_principal_name(text(from, "principalName"));
    entry.set_action(text(from, "action"));
    entry.set_scope(text(from, "scope"));
    entry.set_status(static_cast<std::int32_t>(number(from, "status")));
    entry.set_correlation_id(text(from, "correlationId"));
    entry.set_source(text(from, "source"));
    entry.set_count(static_cast<std::uint64_t>(number(from, "count")));
    entry.set_previous_hash(hex_decode(text(from, "previousHash")).value_or(""));
    entry.set_hash(hex_decode(text(from, "hash")).value_or(""));
    entry.set_target(text(from, "target"));
    entry.set_ends(static_cast<std::uint64_t>(number(from, "ends")));
    return entry;
}

/// All pages, from the newest entry back to the oldest that is kept.
Result<Log> read_log(Management const& control) {
    Log log;
    for (std::uint64_t before = std::numeric_limits<std::uint64_t>::max();;) {
        TANDEM_TRY(auto const page, object_of(control.get(
                                        "/tandem/v1/audit?top=" + std::to_string(page_entries) +
                                        "&before=" + std::to_string(before))));
        auto const* values = page.if_contains("value");
        auto const* anchor = page.if_contains("anchor");
        if (values == nullptr || !values->is_array() || anchor == nullptr || !anchor->is_object())
            return Error{Errc::malformed, "control's answer is no audit log"};
        log.anchor.set_sequence(
            static_cast<std::uint64_t>(number(anchor->get_object(), "sequence")));
        log.anchor.set_hash(hex_decode(text(anchor->get_object(), "hash")).value_or(""));
        std::uint64_t const begin = before;
        for (auto const& value : values->get_array()) {
            if (!value.is_object()) return Error{Errc::malformed, "an entry is no object"};
            auto entry = entry_of(value.get_object());
            before = std::min(before, entry.sequence());
            log.entries[entry.sequence()] = std::move(entry);
        }
        if (before == begin) break;
    }
    // Dropped while we were reading.
    log.entries.erase(log.entries.begin(), log.entries.upper_bound(log.anchor.sequence()));
    return log;
}

/// What is wrong with a log; empty: nothing. `noted`: "SEQUENCE:HASH" of an entry seen earlier.
std::string fault_of(Log const& log, std::string const& noted) {
    std::vector<record::AuditEntry> all;
    for (auto const& [sequence, entry] : log.entries) all.push_back(entry);
    if (auto const fault = control::find_fault(log.anchor, all))
        return "entry " + std::to_string(fault->sequence) + ": " + fault->why;
    if (noted.empty()) return {};
    std::size_t const colon = noted.find(':');
    std::string const sequence = noted.substr(0, colon);
    for (auto const& [known, entry] : log.entries)
        if (std::to_string(known) == sequence)
            return colon != noted.npos && hex_encode(entry.hash()) == noted.substr(colon + 1)
                       ? ""
                       : "entry " + sequence + ": it had another hash when it was noted";
    if (std::to_string(log.anchor.sequence()) == sequence)
        return colon != noted.npos && hex_encode(log.anchor.hash()) == noted.substr(colon + 1)
                   ? ""
                   : "entry " + sequence + ": it had another hash when it was noted";
    return "entry " + sequence + ": it was noted, and is not in the log (any more)";
}

/// Entries of changes that were begun, and whose end is not in the log.
std::vector<std::uint64_t> open_entries(Log const& log) {
    std::set<std::uint64_t> open;
    for (auto const& [sequence, entry] : log.entries) {
        if (entry.status() == control::audit_status_begun) open.insert(sequence);
        open.erase(entry.ends());
    }
    return {open.begin(), open.end()};
}

/// "201"; "begun"; of an end "200, ends 17", or "never answered, ends 17".
std::string shown_status(json::object const& entry) {
    auto const status = number(entry, "status");
    if (status == control::audit_status_begun) return "begun";
    std::string text = status == control::audit_status_unanswered ? "never answered"
                                                                  : std::to_string(status);
    if (number(entry, "ends") != 0) text += ", ends " + std::to_string(number(entry, "ends"));
    return text;
}

}  // namespace

int list_principals(fs::path const& data_dir, bool as_json) {
    auto const control = Management::open(data_dir);
    if (!control.ok()) return fail("principal", control.error().detail);
    auto const answer = object_of(control->get("/tandem/v1/principals"));
    if (!answer.ok()) return fail("principal", answer.error().detail);
    if (as_json) {
        std::printf("%s\n", json::serialize(*answer).c_str());
        return 0;
    }
    for (auto const& value : answer->at("value").as_array())
        std::printf("%-38s %-18s %s\n", text(value.as_object(), "id").c_str(),
                    text(value.as_object(), "kind").c_str(),
                    text(value.as_object(), "name").c_str());
    return 0;
}

int create_principal(fs::path const& data_dir, PrincipalOptions const& options) {
    auto const control = Management::open(data_dir);
    if (!control.ok()) return fail("principal", control.error().detail);
    json::object wish;
    if (!options.new_secret) wish["kind"] = options.user ? "user" : "servicePrincipal";
    if (!options.name.empty()) wish["name"] = options.name;
    if (options.new_secret) wish["newSecret"] = true;
    auto const answer = object_of(control->put(
        "/tandem/v1/principals/" + percent_encode(options.id), json::serialize(wish)));
    if (!answer.ok()) return fail("principal", answer.error().detail);
    if (options.as_json) {
        std::printf("%s\n", json::serialize(*answer).c_str());
        return 0;
    }
    std::printf("%s %s\n", text(*answer, "kind").c_str(), text(*answer, "id").c_str());
    if (auto const secret = text(*answer, "secret"); !secret.empty())
        std::printf("%s %s   (shown this once)\n", options.user ? "password" : "secret",
                    secret.c_str());
    return 0;
}

int delete_principal(fs::path const& data_dir, std::string const& id) {
    auto const control = Management::open(data_dir);
    if (!control.ok()) return fail("principal", control.error().detail);
    auto const answer = control->remove("/tandem/v1/principals/" + percent_encode(id));
    if (!answer.ok()) return fail("principal", answer.error().detail);
    return answer->status < 300 ? 0 : fail("principal", error_text(*answer));
}

int show_audit(fs::path const& data_dir, int top) {
    auto const control = Management::open(data_dir);
    if (!control.ok()) return fail("audit", control.error().detail);
    auto const page =
        object_of(control->get("/tandem/v1/audit?top=" + std::to_string(std::max(top, 1))));
    if (!page.ok()) return fail("audit", page.error().detail);
    for (auto const& value : page->at("value").as_array()) {
        json::object const& entry = value.as_object();
        std::string const name = text(entry, "principalName");
        std::string const times = std::to_string(number(entry, "count")) + " times";
        std::printf("%8s %s %-15s %-20s %-3s %s %s %s %s\n",
                    std::to_string(number(entry, "sequence")).c_str(), text(entry, "time").c_str(),
                    text(entry, "source").c_str(),
                    (name.empty() ? text(entry, "principal") : name).c_str(),
                    shown_status(entry).c_str(), text(entry, "action").c_str(),
                    text(entry, "scope").c_str(), text(entry, "target").c_str(),
                    number(entry, "count") > 1 ? times.c_str() : "");
    }
    return 0;
}

int verify_audit(fs::path const& data_dir, std::string const& noted, bool as_json) {
    auto const control = Management::open(data_dir);
    if (!control.ok()) return fail("audit", control.error().detail);
    auto const log = read_log(*control);
    if (!log.ok()) return fail("audit", log.error().detail);
    std::string const fault = fault_of(*log, noted);
    if (!fault.empty()) return fail("audit", fault);
    std::uint64_t const first = log->anchor.sequence() + 1;
    std::uint64_t const last = log->entries.empty() ? first - 1 : log->entries.rbegin()->first;
    std::string const hash = hex_encode(
        log->entries.empty() ? log->anchor.hash() : log->entries.rbegin()->second.hash());
    auto const open = open_entries(*log);
    if (as_json) {
        std::printf("%s\n", json::serialize(json::object{
                                {"entries", log->entries.size()},
                                {"head", json::object{{"sequence", last}, {"hash", hash}}},
                                {"open", json::array(open.begin(), open.end())}})
                                .c_str());
    } else {
        std::printf("entries %s to %s are as they were written; note the head:\n%s:%s\n",
                    std::to_string(first).c_str(), std::to_string(last).c_str(),
                    std::to_string(last).c_str(), hash.c_str());
        for (std::uint64_t const sequence : open)
            std::printf("entry %s: begun, and its end is not recorded yet\n",
                        std::to_string(sequence).c_str());
    }
    return 0;
}

}  // namespace tandem::app
