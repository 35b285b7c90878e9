// control/pages.hpp -- long lists in pages, as ARM has them: `value`, and a `nextLink` to the rest.
//
// Source  ARM's lists: $top is the size of a page, not of the list; clients follow nextLink.
// Shape   a list is in the order of its entries' keys. `$skiptoken` is the key of a page's last
//         entry, in hex: what is added or taken away between two pages disturbs nothing else.
// Invariant  a page holds one entry at least, if there is one.
#pragma once

#include "control/call.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::control {

inline constexpr std::size_t page_entries_max = 1'000;            // AZ: of groups and resources
inline constexpr std::size_t page_bytes_max = 1024 * 1024;        // ours; ends with its next entry

class Page {
public:
    /// Reads $top and $skiptoken. nullopt: add() may begin.
    std::optional<http::Response> begin(Call const& call);

    /// The key after which this page begins; empty: from the first.
    std::string const& after() const { return after_; }
    /// True when the next entry belongs to the next page.
    bool full() const { return count_ >= entries_max_ || body_.size() >= page_bytes_max; }
    /// Requires: not full().
    void add(std::string_view key, json::value const& entry);
    /// Says that there is more: the answer will have a nextLink.
    void leave_rest() { more_ = true; }

    http::Response answer(Call const& call) const;

private:
    std::string after_;
    std::size_t entries_max_ = page_entries_max;
    std::size_t count_ = 0;
    std::string last_;
    std::string body_;   ///< the entries, with commas between
    bool more_ = false;
};

/// The entries of `table` from where the page begins, until it is full. `entry` gives what to show
/// of one, or nullopt: it is not in the list.
template <class Table, class Entry>
http::Response page_of(Call const& call, Page& page, Table const& table, Entry const& entry) {
    for (auto at = table.upper_bound(page.after()); at != table.end(); ++at) {
        std::optional<json::value> shown = entry(at->second);
        if (!shown) continue;
        if (page.full()) {
            page.leave_rest();
            break;
        }
        page.add(at->first, *shown);
    }
    return page.answer(call);
}

}  // namespace tandem::control
