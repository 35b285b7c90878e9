// codec/mqtt/property_bag.hpp -- the message properties that IoT Hub devices put into a topic.
//
// Source  data-plane contract 1.6.
// Shape   name=value&name=value, both percent-encoded; a name without '=' has no value. A leading
//         '?', one trailing '/', and empty pairs ("a=1&&b=2") are skipped.
// Purity  the reader allocates nothing.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mqtt {

/// A pair as it stands in the topic: views, still percent-encoded.
struct RawProperty {
    std::string_view name;                      ///< empty in "=value": the caller refuses it
    std::optional<std::string_view> value;      ///< nullopt: there was no '='
};

class PropertyBagReader {
public:
    explicit PropertyBagReader(std::string_view bag);
    /// The next pair; nullopt at the end.
    std::optional<RawProperty> next();

private:
    std::string_view rest_;
};

struct BagProperty {
    std::string name;
    std::optional<std::string> value;
    bool operator==(BagProperty const&) const = default;
};

/// Appends `text` percent-decoded to `out`.
/// Errors: argument_invalid -- a bad escape, or what it yields is not MQTT's UTF-8.
Result<void> decode_bag_text(std::string_view text, std::string& out);

/// All pairs, decoded once. Errors: argument_invalid -- as above, an empty name, or more than
/// limits::mqtt_properties_max pairs.
Result<std::vector<BagProperty>> parse_property_bag(std::string_view bag);

/// Appends the pairs to `out`, everything but RFC 3986 unreserved characters escaped.
void encode_property_bag(std::span<BagProperty const> properties, Bytes& out);

}  // namespace tandem::mqtt
