#include "codec/mqtt/property_bag.hpp"

#include "base/limits.hpp"
#include "codec/mqtt/utf8.hpp"
#include "codec/percent.hpp"

#include <utility>

namespace tandem::mqtt {

PropertyBagReader::PropertyBagReader(std::string_view bag) : rest_(bag) {
    if (rest_.starts_with('?')) rest_.remove_prefix(1);
    if (rest_.ends_with('/')) rest_.remove_suffix(1);
}

std::optional<RawProperty> PropertyBagReader::next() {
    while (!rest_.empty()) {
        auto const pair = rest_.substr(0, rest_.find('&'));
        rest_.remove_prefix(pair.size() < rest_.size() ? pair.size() + 1 : pair.size());
        if (pair.empty()) continue;
        auto const equals = pair.find('=');
        if (equals == std::string_view::npos) return RawProperty{pair, std::nullopt};
        return RawProperty{pair.substr(0, equals), pair.substr(equals + 1)};
    }
    return std::nullopt;
}

Result<void> decode_bag_text(std::string_view text, std::string& out) {
    auto const before = out.size();
    if (!percent_decode_append(text, out)) {
        return Error{Errc::argument_invalid, "bad percent escape in a property"};
    }
    if (!valid_utf8(std::string_view{out}.substr(before))) {
        return Error{Errc::argument_invalid, "a property is not UTF-8"};
    }
    return {};
}

Result<std::vector<BagProperty>> parse_property_bag(std::string_view bag) {
    std::vector<BagProperty> properties;
    PropertyBagReader reader{bag};
    while (auto const raw = reader.next()) {
        if (raw->name.empty()) return Error{Errc::argument_invalid, "a property without a name"};
        if (properties.size() == limits::mqtt_properties_max) {
            return Error{Errc::argument_invalid, "too many properties"};
        }
        BagProperty property;
        TANDEM_CHECK(decode_bag_text(raw->name, property.name));
        if (raw->value) TANDEM_CHECK(decode_bag_text(*raw->value, property.value.emplace()));
        properties.push_back(std::move(property));
    }
    return properties;
}

void encode_property_bag(std::span<BagProperty const> properties, Bytes& out) {
    bool first = true;
    for (BagProperty const& property : properties) {
        if (!std::exchange(first, false)) out.push_back('&');
        percent_encode_append(property.name, out);
        if (!property.value) continue;
        out.push_back('=');
        percent_encode_append(*property.value, out);
    }
}

}  // namespace tandem::mqtt
