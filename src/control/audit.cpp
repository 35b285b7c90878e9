#include "control/audit.hpp"

#include "codec/utf8.hpp"
#include "control/audit_chain.hpp"

#include <algorithm>
#include <utility>

namespace tandem::control {


std::string audit_text(std::string_view text) {
    std::string out;
    bool const valid = utf8_valid(text);
    for (char c : text) {
        if (out.size() == audit_text_bytes_max) break;
        auto const byte = static_cast<unsigned char>(c);
        bool const plain = byte >= 0x20 && byte != 0x7F && (byte < 0x80 || valid);
        out += plain ? c : '?';
    }
    // Cut inside a character, or holding C1 controls: keep what is plain ASCII.
    if (!utf8_valid(out) || utf8_bytes_without_controls(out) != out.size())
        for (char& c : out)
            if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    return out;
}

std::uint64_t Audit::append(Deed const& deed, int status, std::uint64_t count, Now now,
                            std::uint64_t ends) {
    auto const& entries = ledger_.model().all<record::AuditEntry>();
    auto const* anchor = ledger_.model().find<record::AuditAnchor>("");
    record::AuditEntry entry;
    if (!entries.empty()) {
        entry.set_sequence(entries.rbegin()->second.sequence() + 1);
        entry.set_previous_hash(entries.rbegin()->second.hash());
    } else {
        entry.set_sequence(anchor != nullptr ? anchor->sequence() + 1 : 1);
        entry.set_previous_hash(anchor != nullptr ? anchor->hash() : Bytes(audit_hash_bytes, '\0'));
    }
    entry.set_time_us(to_micros(now.wall));
    entry.set_principal(audit_text(deed.principal));
    entry.set_principal_name(audit_text(deed.principal_name));
    entry.set_action(audit_text(deed.action));
    entry.set_scope(audit_text(deed.scope));
    entry.set_status(status);
    entry.set_correlation_id(audit_text(deed.correlation_id));
    entry.set_source(audit_text(deed.source));
    entry.set_count(count);
    entry.set_target(audit_text(deed.target));
    entry.set_ends(ends);
    entry.set_hash(entry_hash(entry));
    ledger_.put(entry);
    if (entries.size() >= entries_max_ + audit_drop_at_once) drop_oldest();
    return entry.sequence();
}

void Audit::drop_oldest() {
    auto const& entries = ledger_.model().all<record::AuditEntry>();
    record::AuditAnchor anchor;
    std::vector<std::string> gone;
    for (auto const& [key, entry] : entries) {
        if (gone.size() == audit_drop_at_once) break;
        anchor.set_sequence(entry.sequence());
        anchor.set_hash(entry.hash());
        gone.push_back(key);
    }
    ledger_.put(anchor);
    for (auto const& key : gone) ledger_.remove<record::AuditEntry>(key);
}

bool Audit::stranger_may_write(Now now) {
    double const refilled = static_cast<double>((now.mono - strangers_at_).count()) /
                            static_cast<double>(audit_strangers_one_more.count());
    strangers_ = std::min(audit_strangers_at_once, strangers_ + refilled);
    strangers_at_ = now.mono;
    if (strangers_ < 1) return false;
    strangers_ -= 1;
    return true;
}

bool Audit::may_write(Deed const& deed, Now now) {
    if (deed.principal.empty()) return stranger_may_write(now);
    if (!principals_.allowed(deed.principal, now)) return false;
    principals_.failed(deed.principal, now);
    return true;
}

/// Beyond the allowance: one entry with a number, after a while.
void Audit::count_rest(Deed const& deed, int status, Now now) {
    std::string key = deed.principal.empty() ? "strangers" : "principal " + deed.principal;
    if (!rests_.contains(key) && rests_.size() >= audit_rests_max) key = "others";
    auto const [place, fresh] = rests_.try_emplace(key);
    Gathered& rest = place->second;
    ++rest.count;
    if (!fresh) return;
    bool const known = key.starts_with("principal ");
    rest.deed.principal = known ? deed.principal : "";
    rest.deed.principal_name = known ? deed.principal_name : "";
    rest.deed.action = known ? "further refused requests and sign-ins"
                             : "refused requests of " + key;
    rest.status = status;
    rest.until = now.mono + audit_gather_rest;
}

void Audit::record_own(Deed const& deed, int status, Now now) {
    seen_ = now;
    if (may_write(deed, now)) append(deed, status, 1, now);
    else count_rest(deed, status, now);
}

void Audit::record_refusal(Deed const& deed, int status, Now now) {
    // Names in it are a stranger's own invention: they do not make another kind.
    std::string key = deed.principal + "\n" + deed.action + "\n" + std::to_string(status);
    key += "\n" + (deed.principal.empty() ? deed.source : deed.scope);
    if (auto const known = gathered_.find(key); known != gathered_.end()) {
        ++known->second.count;
        return;
    }
    if (gathered_.size() >= audit_kinds_max || !may_write(deed, now))
        return count_rest(deed, status, now);
    gathered_[key] = {.deed = deed, .status = status, .until = now.mono + audit_gather};
    append(deed, status, 1, now);
}

void Audit::write_counted(std::map<std::string, Gathered>& all, Now now) {
    for (auto it = all.begin(); it != all.end();) {
        Gathered const& gathered = it->second;
        if (gathered.until > now.mono) {
            ++it;
            continue;
        }
        if (gathered.count > 0) append(gathered.deed, gathered.status, gathered.count, now);
        it = all.erase(it);
    }
}

void Audit::on_timer(Now now) {
    seen_ = now;
    write_counted(gathered_, now);
    write_counted(rests_, now);
}

void Audit::begin(RequestId request, Deed deed, bool own, Now now) {
    seen_ = now;
    begun_.insert_or_assign(request, Begun{std::move(deed), own, now});
    ledger_.hold();
}

void Audit::about(RequestId request, std::string target) {
    auto const found = begun_.find(request);
    if (found != begun_.end()) found->second.deed.target = std::move(target);
}

void Audit::goes_on(RequestId request) {
    auto const found = begun_.find(request);
    if (found != begun_.end())   // else it is answered already
        found->second.sequence =
            append(found->second.deed, audit_status_begun, 1, found->second.at);
    ledger_.release_held();
}

void Audit::answered(RequestId request, int status) {
    auto const found = begun_.find(request);
    if (found == begun_.end()) return;
    Begun const begun = std::move(found->second);
    begun_.erase(found);
    bool const refused = status >= 400 && status < 500 && status != audit_status_abandoned;
    if (begun.sequence != 0) append(begun.deed, status, 1, seen_, begun.sequence);
    else if (refused) record_refusal(begun.deed, status, begun.at);
    else if (begun.own) record_own(begun.deed, status, begun.at);
    else append(begun.deed, status, 1, begun.at);
}

void Audit::activate(Now now) {
    seen_ = now;
    begun_.clear();
    std::map<std::uint64_t, Deed> open;
    for (auto const& [key, entry] : ledger_.model().all<record::AuditEntry>()) {
        if (entry.ends() != 0) open.erase(entry.ends());
        if (entry.status() != audit_status_begun) continue;
        open[entry.sequence()] = {.principal = entry.principal(),
                                  .principal_name = entry.principal_name(),
                                  .action = entry.action(),
                                  .scope = entry.scope(),
                                  .correlation_id = entry.correlation_id(),
                                  .source = entry.source(),
                                  .target = entry.target()};
    }
    for (auto const& [sequence, deed] : open)
        append(deed, audit_status_unanswered, 1, now, sequence);
}

}  // namespace tandem::control
