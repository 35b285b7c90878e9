#include "hub/twin_json.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "codec/utf8.hpp"

namespace tandem::hub {
namespace {

/// Stored documents were within limits once.
constexpr std::size_t stored_depth_max = limits::json_depth_max + 1;

class Checker {
public:
    explicit Checker(std::string_view what) : what_(what) {}

    Result<void> object(json::object const& tree, std::size_t depth) const {
        if (depth > limits::twin_depth_max)
            return refuse("is nested deeper than " + std::to_string(limits::twin_depth_max));
        for (auto const& member : tree) {
            TANDEM_CHECK(key(member.key()));
            TANDEM_CHECK(value(member.value(), depth));
        }
        return {};
    }

private:
    Result<void> key(std::string_view name) const {
        if (name.empty()) return refuse("has an empty key");
        if (name.size() > limits::twin_key_bytes_max) return refuse("has a key that is too long");
        for (char const c : name) {
            if (c == '.' || c == '$' || c == ' ')
                return refuse("has the key " + json_string(name) +
                              "; keys hold no '.', '$' and blanks");
        }
        if (utf8_bytes_without_controls(name) != name.size())
            return refuse("has a key with control characters");
        return {};
    }

    Result<void> value(json::value const& held, std::size_t depth) const {
        if (auto const* tree = held.if_object()) return object(*tree, depth + 1);
        if (auto const* list = held.if_array()) {
            if (depth + 1 > limits::twin_depth_max) return refuse("is nested too deep");
            for (auto const& element : *list) TANDEM_CHECK(value(element, depth + 1));
            return {};
        }
        if (auto const* text = held.if_string())
            if (text->size() > limits::twin_string_bytes_max)
                return refuse("has a string longer than " +
                              std::to_string(limits::twin_string_bytes_max) + " bytes");
        bool const too_large = held.is_uint64() ||
                               (held.is_int64() && (held.get_int64() < limits::twin_integer_min ||
                                                    held.get_int64() > limits::twin_integer_max));
        if (too_large) return refuse("has an integer beyond 52 bits");
        return {};
    }

    Error refuse(std::string const& why) const {
        return Error{Errc::argument_invalid, std::string{what_} + " " + why};
    }

    std::string_view what_;
};

std::size_t value_bytes(json::value const& value) {
    switch (value.kind()) {
        case json::kind::null: return 0;
        case json::kind::bool_: return 4;
        case json::kind::int64:
        case json::kind::uint64:
        case json::kind::double_: return 8;
        case json::kind::string: return utf8_bytes_without_controls(value.get_string());
        case json::kind::object: return tree_bytes(value.get_object());
        case json::kind::array: break;
    }
    std::size_t bytes = 0;
    for (auto const& element : value.get_array()) bytes += value_bytes(element);
    return bytes;
}

json::object& fresh_object(json::value& slot) {
    slot = json::object{};
    return slot.get_object();
}

/// `marks` is the metadata of this level, if any is kept, and `mark` what the patch leaves there.
void merge_level(json::object& tree, json::object const& patch, json::object* marks,
                 std::int64_t mark) {
    if (marks != nullptr) (*marks)[level_mark] = mark;
    for (auto const& member : patch) {
        auto const key = member.key();
        if (member.value().is_null()) {
            tree.erase(key);
            if (marks != nullptr) marks->erase(key);
            continue;
        }
        json::value& slot = tree[key];
        json::value* const place = marks == nullptr ? nullptr : &(*marks)[key];
        auto const* branch = member.value().if_object();
        if (branch == nullptr) {
            slot = member.value();
            if (place != nullptr) *place = mark;
            continue;
        }
        bool const grows_on = slot.is_object();
        json::object* below = nullptr;
        if (place != nullptr)
            below = grows_on && place->is_object() ? &place->get_object() : &fresh_object(*place);
        merge_level(grows_on ? slot.get_object() : fresh_object(slot), *branch, below, mark);
    }
}

}  // namespace

Result<void> check_tree(json::object const& patch, std::string_view what) {
    return Checker{what}.object(patch, 0);
}

std::size_t tree_bytes(json::object const& tree) {
    std::size_t bytes = 0;
    for (auto const& member : tree) bytes += member.key().size() + value_bytes(member.value());
    return bytes;
}

void merge_tree(json::object& tree, json::object const& patch) {
    merge_level(tree, patch, nullptr, 0);
}

void merge_tree(json::object& tree, json::object const& patch, TwinMetadata& metadata,
                Stamp const& stamp) {
    merge_level(tree, patch, &metadata.marks(), metadata.mark_of(stamp));
}

json::object replacing_patch(json::object const& before, json::object const& after) {
    json::object patch = after;
    for (auto const& member : before) {
        auto const* now = after.if_contains(member.key());
        if (now == nullptr) {
            patch[member.key()] = nullptr;
        } else if (now->is_object() && member.value().is_object()) {
            patch[member.key()] = replacing_patch(member.value().get_object(), now->get_object());
        }
    }
    return patch;
}

json::object stored_object(std::string const& text) {
    if (text.empty()) return {};
    auto object = parse_json_object(text, stored_depth_max);
    TANDEM_ASSERT(object.ok(), "a stored twin document is not JSON");
    return std::move(object).value();
}

}  // namespace tandem::hub
