// hub/twin_json.hpp -- the property trees of a twin: limits, merging, and who changed what when.
//
// Source  data-plane contract 4.2 (twin JSON), 5.3 (limits); RFC 7396 (merge patch).
// Shape   metadata mirrors its tree: every object level and every leaf has a stamp; an array is one
//         leaf.
// Purity  functions of their arguments.
#pragma once

#include "base/result.hpp"
#include "codec/json.hpp"
#include "hub/twin_metadata.hpp"

#include <string>
#include <string_view>

namespace tandem::hub {

/// Whether a patch keeps to the limits of keys, depth, strings and integers.
/// Errors: argument_invalid, naming `what` ("tags", "properties.desired" ...).
Result<void> check_tree(json::object const& patch, std::string_view what);

/// Bytes as the size limits count them: keys and values.
std::size_t tree_bytes(json::object const& tree);

/// Merges `patch` into `tree`; null deletes. `metadata` gets the stamp for what the patch touches.
/// Requires: check_tree(patch).
void merge_tree(json::object& tree, json::object const& patch);
void merge_tree(json::object& tree, json::object const& patch, TwinMetadata& metadata,
                Stamp const& stamp);

/// The patch that turns `before` into `after`: all of `after`, and null for what is gone.
json::object replacing_patch(json::object const& before, json::object const& after);

/// A stored document as an object. Requires: "" or what render_json wrote.
json::object stored_object(std::string const& text);

}  // namespace tandem::hub
