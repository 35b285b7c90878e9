// The first line of the input is a tree, the rest a patch. What passes the checks merges into a
// tree that is valid JSON, mirrors its metadata, and does not change when the patch comes again.

#include "base/assert.hpp"
#include "hub/twin_json.hpp"

#include <cstdint>
#include <string_view>

using namespace tandem;

namespace {

std::size_t own_keys(json::object const& object) {
    std::size_t count = 0;
    for (auto const& member : object) count += member.key().starts_with('$') ? 0 : 1;
    return count;
}

void check_mirror(json::object const& tree, json::object const& metadata) {
    TANDEM_ASSERT(metadata.contains("$lastUpdated"), "a level without its time");
    TANDEM_ASSERT(own_keys(metadata) == tree.size(), "metadata of what is not there");
    for (auto const& member : tree) {
        auto const* node = metadata.if_contains(member.key());
        TANDEM_ASSERT(node != nullptr && node->is_object(), "a property without metadata");
        if (auto const* branch = member.value().if_object())
            check_mirror(*branch, node->get_object());
        else
            TANDEM_ASSERT(own_keys(node->get_object()) == 0, "a leaf with properties");
    }
}

void check_metadata(json::object const& tree, hub::TwinMetadata const& metadata) {
    std::string const shown = metadata.shown();
    auto const read = parse_json_object(shown);
    TANDEM_ASSERT(read.ok(), "metadata is shown as something that is not JSON");
    check_mirror(tree, *read);
    TANDEM_ASSERT(hub::TwinMetadata{metadata.stored()}.shown() == shown,
                  "stored metadata is other metadata");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const line = text.find('\n');
    if (line == std::string_view::npos) return 0;
    auto const first = parse_json_object(text.substr(0, line));
    auto const patch = parse_json_object(text.substr(line + 1));
    if (!first.ok() || !hub::check_tree(*first, "tree").ok()) return 0;
    if (!patch.ok() || !hub::check_tree(*patch, "patch").ok()) return 0;

    json::object tree;
    hub::TwinMetadata metadata;
    hub::merge_tree(tree, *first, metadata, {wall_from_micros(1), 2});
    check_metadata(tree, metadata);
    auto const before = tree;
    hub::merge_tree(tree, *patch, metadata, {wall_from_micros(2), 3});
    check_metadata(tree, metadata);

    auto const rendered = render_json(tree);
    auto const read = parse_json_object(rendered);
    TANDEM_ASSERT(read.ok() && *read == tree, "a merged tree does not read back");
    TANDEM_ASSERT(hub::check_tree(tree, "tree").ok(), "merging broke a limit");
    TANDEM_ASSERT(hub::tree_bytes(tree) <= hub::tree_bytes(before) + hub::tree_bytes(*patch),
                  "merging made something out of nothing");
    auto again = tree;
    hub::merge_tree(again, *patch);
    TANDEM_ASSERT(again == tree, "the same patch again changed the tree");
    auto replaced = before;
    hub::merge_tree(replaced, hub::replacing_patch(before, tree));
    TANDEM_ASSERT(replaced == tree, "the patch of a replacement does not lead to it");
    return 0;
}
