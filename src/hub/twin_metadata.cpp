#include "hub/twin_metadata.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "codec/time_text.hpp"

namespace tandem::hub {
namespace {

/// A stored document was within limits once; its marks nest no deeper than the properties do.
constexpr std::size_t stored_depth_max = limits::json_depth_max + 2;

/// Gives the stamps that are still borne new places, in the order in which they are met.
class Renumbering {
public:
    explicit Renumbering(std::size_t stamps) : place_of_(stamps, unset) {}

    void append(std::string& out, json::object const& level) {
        out += '{';
        bool first = true;
        for (auto const& member : level) {
            if (!first) out += ',';
            first = false;
            append_json_string(out, member.key());
            out += ':';
            if (auto const* below = member.value().if_object()) {
                append(out, *below);
            } else {
                out += std::to_string(place(member.value().get_int64()));
            }
        }
        out += '}';
    }
    std::vector<std::size_t> const& borne() const { return borne_; }

private:
    static constexpr std::size_t unset = ~std::size_t{0};

    std::size_t place(std::int64_t mark) {
        std::size_t& place = place_of_.at(static_cast<std::size_t>(mark));
        if (place == unset) {
            place = borne_.size();
            borne_.push_back(static_cast<std::size_t>(mark));
        }
        return place;
    }

    std::vector<std::size_t> place_of_;
    std::vector<std::size_t> borne_;
};

class Showing {
public:
    explicit Showing(std::vector<Stamp> const& stamps) {
        for (auto const& stamp : stamps) {
            std::string text = "\"$lastUpdated\":\"" + format_iso8601(stamp.time) + '"';
            if (stamp.version != 0)
                text += ",\"$lastUpdatedVersion\":" + std::to_string(stamp.version);
            texts_.push_back(std::move(text));
        }
    }

    void append(std::string& out, json::object const& level) const {
        out += '{';
        if (auto const* own = level.if_contains(level_mark)) out += text(*own);
        for (auto const& member : level) {
            if (member.key() == level_mark) continue;
            if (out.back() != '{') out += ',';
            append_json_string(out, member.key());
            out += ':';
            if (auto const* below = member.value().if_object()) {
                append(out, *below);
            } else {
                out += '{' + text(member.value()) + '}';
            }
        }
        out += '}';
    }

private:
    std::string const& text(json::value const& mark) const {
        return texts_.at(static_cast<std::size_t>(mark.get_int64()));
    }
    std::vector<std::string> texts_;
};

}  // namespace

TwinMetadata::TwinMetadata(std::string const& stored) {
    if (stored.empty()) return;
    auto read = parse_json_object(stored, stored_depth_max);
    TANDEM_ASSERT(read.ok(), "a twin's stored metadata is not JSON");
    auto const& numbers = read->at("stamps").get_array();
    for (std::size_t i = 0; i + 1 < numbers.size(); i += 2)
        stamps_.push_back({wall_from_micros(numbers[i].get_int64()), numbers[i + 1].get_int64()});
    marks_ = std::move(read->at("marks").get_object());
}

std::string TwinMetadata::stored() const {
    Renumbering renumbering{stamps_.size()};
    std::string marks;
    renumbering.append(marks, marks_);
    std::string out = "{\"stamps\":[";
    for (std::size_t const borne : renumbering.borne()) {
        if (out.back() != '[') out += ',';
        Stamp const& stamp = stamps_[borne];
        out += std::to_string(to_micros(stamp.time)) + ',' + std::to_string(stamp.version);
    }
    return out + "],\"marks\":" + marks + '}';
}

std::string TwinMetadata::shown() const {
    std::string out;
    Showing{stamps_}.append(out, marks_);
    return out;
}

std::int64_t TwinMetadata::mark_of(Stamp const& stamp) {
    stamps_.push_back(stamp);
    return static_cast<std::int64_t>(stamps_.size() - 1);
}

}  // namespace tandem::hub
