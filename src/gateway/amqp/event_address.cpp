#include "gateway/amqp/event_address.hpp"

#include "codec/amqp/performative.hpp"
#include "codec/number_text.hpp"
#include "codec/percent.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

namespace tandem::gateway {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::vector<std::string> segments_of(std::string_view address) {
    if (auto const scheme = address.find("://"); scheme != std::string_view::npos) {
        auto const path = address.find('/', scheme + 3);
        address = path == std::string_view::npos ? std::string_view{} : address.substr(path);
    }
    std::vector<std::string> segments;
    while (!address.empty() && segments.size() < 8) {
        auto const end = std::min(address.find('/'), address.size());
        std::string_view const segment = address.substr(0, end);
        address.remove_prefix(std::min(end + 1, address.size()));
        if (segment.empty()) continue;
        segments.push_back(percent_decode(segment).value_or(std::string{segment}));
    }
    return segments;
}

Error invalid(char const* what) { return {Errc::argument_invalid, what}; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

/// Events show whole milliseconds, so "after T ms" begins with the next one.
hub::ReadStart from_time(std::int64_t ms, bool inclusive) {
    constexpr std::int64_t ms_max = std::numeric_limits<std::int64_t>::max() / 1000 - 1;
    std::int64_t const first = std::clamp<std::int64_t>(ms, 0, ms_max) + (inclusive ? 0 : 1);
    return {.kind = hub::ReadStart::Kind::enqueued_time,
            .position = {},
            .inclusive = true,
            .time = wall_from_micros(first * 1000)};
}

hub::ReadStart from_position(std::int64_t number, bool inclusive) {
    if (number < 0) return {};
    return {.kind = hub::ReadStart::Kind::position,
            .position = Position::from_bits(static_cast<std::uint64_t>(number)),
            .inclusive = inclusive,
            .time = {}};
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::string lower(std::string_view text) {
    std::string result{text};
    for (char& c : result) c = lower(c);
    return result;
}

EventAddress parse_event_address(std::string_view address) {
    std::vector<std::string> segments = segments_of(address);
    EventAddress result;
    if (segments.size() == 1 && same_name(segments[0], "$cbs")) {
        result.kind = EventAddress::Kind::cbs;
        return result;
    }
    if (segments.size() > 2 && same_name(segments[0], "messages") &&
        same_name(segments[1], "events")) {
        result.redirect = true;
        segments.erase(segments.begin(), segments.begin() + 2);
    } else if (segments.size() > 1) {
        result.entity = std::move(segments[0]);
        segments.erase(segments.begin());
    }
    if (segments.size() == 1 && same_name(segments[0], "$management")) {
        result.kind = EventAddress::Kind::management;
    } else if (segments.size() == 4 && same_name(segments[0], "ConsumerGroups") &&
               same_name(segments[2], "Partitions")) {
        result.kind = EventAddress::Kind::receiver;
        result.group = std::move(segments[1]);
        result.partition = std::move(segments[3]);
    }
    return result;
}

Result<hub::ReadStart> parse_start(std::string_view expression) {
    constexpr std::string_view prefix = "amqp.annotation.x-opt-";
    expression = trimmed(expression);
    if (!expression.starts_with(prefix)) return invalid("a filter on something unknown");
    expression.remove_prefix(prefix.size());
    auto const comparison = expression.find('>');
    if (comparison == std::string_view::npos) return invalid("a filter without > or >=");
    std::string_view const name = trimmed(expression.substr(0, comparison));
    std::string_view operand = expression.substr(comparison + 1);
    bool const inclusive = operand.starts_with('=');
    if (inclusive) operand.remove_prefix(1);
    operand = trimmed(operand);
    if (operand.size() >= 2 && operand.front() == '\'' && operand.back() == '\'') {
        operand = operand.substr(1, operand.size() - 2);
    }
    if (name == "offset" && operand == "@latest") {
        return hub::ReadStart{hub::ReadStart::Kind::latest, {}, false, {}};
    }
    auto const number = whole_number<std::int64_t>(operand);
    if (!number) return invalid("a filter with something that is not a number");
    if (name == "enqueued-time") return from_time(*number, inclusive);
    if (name == "offset" || name == "sequence-number") return from_position(*number, inclusive);
    return invalid("a filter on something unknown");
}

Result<hub::ReadStart> start_of(amqp::Value const& source) {
    amqp::Value const* filters = amqp::filter_of(source);
    if (!filters) return hub::ReadStart{};
    for (std::size_t i = 0; i + 1 < filters->items.size(); i += 2) {
        amqp::Value const& key = filters->items[i];
        amqp::Value const& entry = filters->items[i + 1];
        amqp::Value const& text = entry.kind == amqp::Kind::described ? entry.inner() : entry;
        if (key.is_text() && key.text == "apache.org:selector-filter:string" && text.is_text()) {
            return parse_start(text.text);
        }
    }
    return hub::ReadStart{};
}

}  // namespace tandem::gateway
