// hub/twin_metadata.hpp -- who changed which property of a twin when, in little room.
//
// Source  data-plane contract 4.2: "$lastUpdated" and, in desired, "$lastUpdatedVersion" at every
//         object level and every leaf.
// Shape   stored: {"stamps":[micros,version,...],"marks":{"$":0,"leaf":0,"branch":{"$":1,...}}};
//         each mark is a place in the list, version 0 is none. A patch has one stamp, however many
//         properties it touches, so that a twin of many short keys takes twice its own size and not
//         twenty times.
#pragma once

#include "base/time.hpp"
#include "codec/json.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tandem::hub {

/// What goes into the metadata of whatever a change touches.
struct Stamp {
    WallTime time;
    std::int64_t version = 0;   ///< of desired, from 1; 0: none is shown
};

class TwinMetadata {
public:
    TwinMetadata() = default;                            ///< of a tree that nobody has touched
    explicit TwinMetadata(std::string const& stored);    ///< Requires: "" or what stored() gave

    std::string stored() const;  ///< with the stamps that something still bears
    std::string shown() const;   ///< JSON, as clients see it

    /// The mark of a change, and the level to put it in: for merge_tree.
    std::int64_t mark_of(Stamp const& stamp);
    json::object& marks() { return marks_; }

private:
    std::vector<Stamp> stamps_;
    json::object marks_;
};

/// What a level says of itself; property names hold no '$'.
inline constexpr char const* level_mark = "$";

}  // namespace tandem::hub
