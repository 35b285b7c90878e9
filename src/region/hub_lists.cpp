// Lists of devices over all partitions, a page at a time: of a query, of an export.

#include "hub/query.hpp"
#include "region/hub_node.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace tandem::region {

namespace {

constexpr std::size_t export_count_max = 1000;  ///< devices in one page

using Slots = std::vector<partition::Partition const*>;

/// Calls `take` for the devices after `place` in order, until it says stop or there is none.
/// Returns where to go on; nullopt: everything has been seen.
template <class Take>
std::optional<hub::QueryPlace> walk(Slots const& slots, hub::QueryPlace place, Take const& take) {
    for (; place.partition < slots.size(); ++place.partition, place.after.clear()) {
        hub::View const& view = slots[place.partition]->view();
        auto const& ids = view.ids_in_order();
        auto next = place.after.empty() ? ids.begin() : ids.upper_bound(place.after);
        for (; next != ids.end(); ++next) {
            record::Device const* device = view.find(std::string{*next});
            TANDEM_ASSERT(device != nullptr, "an id in order without its device");
            if (!take(*device, view.connected(*device))) return place;
            place.after = *next;
        }
    }
    return std::nullopt;
}

hub::Reply page_of(Bytes body, std::optional<hub::QueryPlace> const& place) {
    return hub::Page{std::move(body), place ? hub::render_continuation(*place) : std::string{}};
}

}  // namespace

void HubNode::query_devices(Asker asker, hub::QueryDevices const& command) {
    auto const text = hub::query_text(command.body);
    if (!text.ok()) return answer(asker, text.error());
    auto const query = hub::parse_query(*text);
    if (!query.ok()) return answer(asker, query.error());
    auto const place = hub::parse_continuation(command.continuation);
    if (!place.ok()) return answer(asker, place.error());
    Bytes json = "[";
    std::size_t count = 0, looked = 0;
    auto const next = walk(device_partitions(), *place, [&](auto const& device, bool connected) {
        if (count == command.count_max || looked == hub::query_scan_max ||
            json.size() >= hub::query_page_bytes_max)
            return false;
        ++looked;
        if (!query->matches(device, connected)) return true;
        if (count++ > 0) json += ',';
        json += hub::render_twin(device, connected);
        return true;
    });
    answer_when_all(asker, page_of(json + "]", next));
}

void HubNode::export_devices(Asker asker, hub::ExportDevices const& command) {
    auto const place = hub::parse_continuation(command.continuation);
    if (!place.ok()) return answer(asker, place.error());
    Bytes lines;
    std::size_t count = 0;
    auto const next = walk(device_partitions(), *place, [&](auto const& device, bool) {
        if (count == export_count_max || lines.size() >= hub::query_page_bytes_max) return false;
        ++count;
        lines += hub::render_export_line(device, command.exclude_keys) + "\n";
        return true;
    });
    answer_when_all(asker, page_of(std::move(lines), next));
}

std::vector<partition::Partition const*> HubNode::device_partitions() const {
    std::vector<partition::Partition const*> partitions;
    for (std::size_t i = 0; i + 1 < slots_.size(); ++i) partitions.push_back(slots_[i].log.get());
    return partitions;
}

}  // namespace tandem::region
