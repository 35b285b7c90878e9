// hub/view.hpp -- what the facts of one partition add up to.
//
// `apply` is the one pure function that both regions run: the same facts in the same order give
// the same entities, byte for byte. It believes every fact: what may happen was decided before
// (hub/decide.hpp). Entities are kept as the messages that are stored, so that what is on disk
// and what is in memory cannot differ in shape.
//
// Shape of the stored view (key -> value)
//     "d/" + device id      record::Device
//     "epoch"               epoch of the last Promoted, 8 hex digits
//     "meter"               record::Meter              (partitions of devices only)
//     "hub"                 record::HubSettings        (hub partition only)
//     "failover/" + epoch   record::FailoverReport     (hub partition only; epoch as 8 hex digits)
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "record/codec.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tandem::hub {

class View {
public:
    View() = default;
    View(View&&) = default;
    View& operator=(View&&) = default;   // not copied: order_ points into devices_

    /// Applies one fact and returns the keys of the entities it changed.
    std::vector<Bytes> apply(record::Header const& header, record::Fact const& fact);

    /// The stored form of an entity, or nullopt when there is none (any more).
    std::optional<Bytes> entity(ByteView key) const;
    /// Takes an entity as it was stored. Errors: malformed.
    Result<void> load(ByteView key, ByteView value);
    void clear();

    record::Device const* find(DeviceId const& device) const;
    record::Device const* find(std::string const& device) const;
    std::unordered_map<std::string, record::Device> const& devices() const { return devices_; }
    /// Every id, so that a list can go on where it stopped.
    std::set<std::string_view> const& ids_in_order() const { return order_; }
    record::HubSettings const& settings() const { return settings_; }
    std::map<std::uint32_t, record::FailoverReport> const& reports() const { return reports_; }

    record::Meter const& meter() const { return meter_; }

    std::uint64_t device_count() const { return devices_.size(); }
    std::uint64_t enabled_count() const { return enabled_; }
    std::uint64_t connected_count() const { return connected_; }
    /// Whether the device has a connection now. Connections do not outlive the epoch they were made
    /// in, so a stored `connected` of an earlier epoch counts for nothing: a new owner has no
    /// device to touch.
    bool connected(record::Device const& device) const;

    /// A hash over all entities in key order: equal views, equal digests.
    std::uint64_t digest() const;

private:
    template <class Change>
    std::vector<Bytes> change(std::string const& device, Change const& apply_to);
    void put(record::Device device);
    void erase(std::string const& device);
    void count(record::Device const& device, bool in);
    void begin_epoch(std::uint32_t epoch);

    std::unordered_map<std::string, record::Device> devices_;
    std::set<std::string_view> order_;   ///< the keys of devices_
    record::HubSettings settings_;
    std::map<std::uint32_t, record::FailoverReport> reports_;
    record::Meter meter_;
    std::uint32_t epoch_ = 0;
    std::uint64_t enabled_ = 0;
    std::uint64_t connected_ = 0;
};

}  // namespace tandem::hub
