#include "sim/memory.hpp"

#include "record/codec.hpp"

#include <algorithm>
#include <cctype>
#include <functional>

namespace tandem::sim {

namespace {

/// The marks in a record: '#', then letters, digits and '-', then '!'.
void collect(ByteView bytes, std::set<std::string>& marks) {
    for (auto start = bytes.find('#'); start != ByteView::npos;
         start = bytes.find('#', start + 1)) {
        auto end = start + 1;
        while (end < bytes.size() && (std::isalnum(static_cast<unsigned char>(bytes[end])) != 0 ||
                                      bytes[end] == '-'))
            ++end;
        if (end < bytes.size() && bytes[end] == '!')
            marks.emplace(bytes.substr(start, end + 1 - start));
    }
}

/// How the epochs of the surviving log began.
std::map<Epoch, record::FailoverKind> promotions(Disk const& disk) {
    std::map<Epoch, record::FailoverKind> kinds;
    for (auto const& [key, partition] : disk.partitions) {
        for (auto const& [position, bytes] : partition.log) {
            if (position.index() != 0) continue;
            auto const decoded = record::decode(bytes);
            if (decoded.ok() && decoded->fact.has_promoted())
                kinds[position.epoch()] = decoded->fact.promoted().kind();
        }
    }
    return kinds;
}

}  // namespace

std::string Memory::note_record(PartitionKey const& partition, ports::LogEntry const& entry) {
    auto const hash = std::hash<Bytes>{}(entry.record);
    auto const [known, fresh] = ever_[partition].try_emplace(entry.position, hash);
    if (fresh || known->second == hash) return {};
    return "position " + std::to_string(value(entry.position.epoch())) + ":" +
           std::to_string(entry.position.index()) + " of partition " +
           std::to_string(value(partition.index)) + " was given to two records";
}

std::vector<std::string> Memory::check(Disk const& owner,
                                       std::vector<Disk const*> const& all) const {
    std::set<std::string> present, salvaged;
    for (auto const& [key, partition] : owner.partitions)
        for (auto const& [position, bytes] : partition.log) collect(bytes, present);
    for (auto const* disk : all)
        for (auto const& bytes : disk->salvaged) collect(bytes, salvaged);
    auto const kinds = promotions(owner);

    std::vector<std::string> failures;
    for (auto const& [mark, how] : acknowledged_) {
        if (present.contains(mark) || how.wall < forget_before_) continue;
        std::string const what = mark + ", acknowledged in epoch " +
                                 std::to_string(value(how.epoch)) + " at " +
                                 std::to_string(how.at / 1ms) + " ms, ";
        if (!salvaged.contains(mark)) {
            failures.push_back(what + "is neither there nor in a salvage file");
            continue;
        }
        if (how.sync) failures.push_back(what + "was synchronous, and is lost");
        bool const unplanned =
            std::any_of(kinds.upper_bound(how.epoch), kinds.end(), [](auto const& later) {
                return later.second == record::FAILOVER_FORCED ||
                       later.second == record::FAILOVER_AUTOMATIC;
            });
        if (!unplanned) failures.push_back(what + "is lost without a failover that may lose");
    }
    return failures;
}

}  // namespace tandem::sim
