#include "control/audit_chain.hpp"

#include "identity/secret.hpp"

namespace tandem::control {

namespace {

void add_number(Bytes& out, std::uint64_t value) {
    for (unsigned shift = 64; shift > 0; shift -= 8)
        out += static_cast<char>((value >> (shift - 8)) & 0xFF);
}

void add_text(Bytes& out, std::string_view text) {
    add_number(out, text.size());
    out += text;
}

}  // namespace

Bytes entry_bytes(record::AuditEntry const& entry) {
    Bytes out;
    add_number(out, entry.sequence());
    add_number(out, static_cast<std::uint64_t>(entry.time_us()));
    add_number(out, static_cast<std::uint64_t>(entry.status()));
    add_number(out, entry.count());
    for (std::string const* text :
         {&entry.principal(), &entry.principal_name(), &entry.action(), &entry.scope(),
          &entry.correlation_id(), &entry.source(), &entry.previous_hash()})
        add_text(out, *text);
    if (entry.ends() != 0 || !entry.target().empty()) add_number(out, entry.ends());
    if (!entry.target().empty()) add_text(out, entry.target());
    return out;
}

Bytes entry_hash(record::AuditEntry const& entry) { return identity::digest(entry_bytes(entry)); }

std::optional<ChainFault> find_fault(record::AuditAnchor const& anchor,
                                     std::vector<record::AuditEntry> const& entries) {
    std::uint64_t sequence = anchor.sequence();
    Bytes previous = sequence == 0 ? Bytes(audit_hash_bytes, '\0') : anchor.hash();
    for (record::AuditEntry const& entry : entries) {
        ++sequence;
        if (entry.sequence() != sequence) return ChainFault{sequence, "the entry is missing"};
        if (entry.previous_hash() != previous)
            return ChainFault{sequence, "the entry does not follow the one before it"};
        if (entry.hash() != entry_hash(entry))
            return ChainFault{sequence, "the entry is not as it was written"};
        previous = entry.hash();
    }
    return std::nullopt;
}

}  // namespace tandem::control
