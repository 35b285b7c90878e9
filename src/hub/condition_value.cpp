#include "hub/condition_value.hpp"

#include "hub/condition.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace tandem::hub {

namespace {

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

/// The byte where character `count` begins; the end if there are fewer.
std::size_t byte_of(std::string_view text, std::size_t count) {
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U && count-- == 0) return i;
    return text.size();
}

/// In time linear in both, whatever they are (std::string::find is not).
std::optional<std::size_t> find_text(std::string const& text, std::string const& part) {
    if (part.empty()) return 0;
    void const* found = ::memmem(text.data(), text.size(), part.data(), part.size());
    if (found == nullptr) return std::nullopt;
    return static_cast<std::size_t>(static_cast<char const*>(found) - text.data());
}

std::string in_case(std::string text, bool upper) {
    char const first = upper ? 'a' : 'A';
    for (char& c : text)
        if (c >= first && c <= first + 25) c = static_cast<char>(c ^ 0x20);
    return text;
}

ConditionValue of_number(Function function, double number) {
    switch (function) {
        case Function::abs: return ConditionValue::of(std::fabs(number));
        case Function::exp: return ConditionValue::of(std::exp(number));
        case Function::square: return ConditionValue::of(number * number);
        case Function::ceiling: return ConditionValue::of(std::ceil(number));
        case Function::floor: return ConditionValue::of(std::floor(number));
        case Function::sqrt: return ConditionValue::of(std::sqrt(number));
        default: return ConditionValue::of(number > 0 ? 1.0 : number < 0 ? -1.0 : 0.0);   // SIGN
    }
}

ConditionValue as_number(ConditionValue const& value) {
    if (value.number()) return value;
    std::string const* text = value.text();
    if (text == nullptr) return {};
    double number = 0;
    char const* const end = text->data() + text->size();
    auto const [stop, failed] = std::from_chars(text->data(), end, number);
    if (failed != std::errc{} || stop != end) return {};
    return ConditionValue::of(number);
}

ConditionValue is_kind(Function function, ConditionValue const& value) {
    json::value const* tree = value.tree();
    switch (function) {
        case Function::is_array: return ConditionValue::of(tree != nullptr && tree->is_array());
        case Function::is_object: return ConditionValue::of(tree != nullptr && tree->is_object());
        case Function::is_bool: return ConditionValue::of(value.flag().has_value());
        case Function::is_defined: return ConditionValue::of(value.is_defined());
        case Function::is_null: return ConditionValue::of(value.is_null());
        case Function::is_number: return ConditionValue::of(value.number().has_value());
        case Function::is_string: return ConditionValue::of(value.text() != nullptr);
        default: return ConditionValue::of(value.is_primitive());
    }
}

ConditionValue concatenation(std::vector<ConditionValue> const& arguments) {
    std::string all;
    for (ConditionValue const& argument : arguments) {
        if (argument.text() == nullptr) return {};
        if (all.size() + argument.text()->size() > condition_text_bytes_max) return {};
        all += *argument.text();
    }
    return ConditionValue::of(std::move(all));
}

ConditionValue substring(std::vector<ConditionValue> const& arguments) {
    std::string const* text = arguments[0].text();
    auto const start = arguments[1].number();
    auto const length = arguments.size() > 2 ? arguments[2].number() : std::optional<double>{1e9};
    if (text == nullptr || !start || !length || *start < 0 || *length < 0) return {};
    auto const whole = [](double number) {
        return static_cast<std::size_t>(std::min(std::floor(number), 1e9));
    };
    std::size_t const from = byte_of(*text, whole(*start));
    std::string_view const rest = std::string_view{*text}.substr(from);
    return ConditionValue::of(std::string{rest.substr(0, byte_of(rest, whole(*length)))});
}

ConditionValue of_texts(Function function, std::string const& text, std::string const& part) {
    switch (function) {
        case Function::starts_with: return ConditionValue::of(text.starts_with(part));
        case Function::ends_with: return ConditionValue::of(text.ends_with(part));
        case Function::contains: return ConditionValue::of(find_text(text, part).has_value());
        default: break;
    }
    auto const found = find_text(text, part);
    if (!found) return ConditionValue::of(-1.0);
    return ConditionValue::of(
        static_cast<double>(count_characters(std::string_view{text}.substr(0, *found))));
}

// ---- encodings of bodies

std::optional<std::string> from_wide(std::string_view bytes, std::size_t unit) {
    if (bytes.size() % unit != 0) return std::nullopt;
    bool little = true;
    auto const at = [&](std::size_t i) {
        std::uint32_t value = 0;
        for (std::size_t k = 0; k < unit; ++k) {
            std::size_t const byte = little ? i + unit - 1 - k : i + k;
            value = (value << 8U) | static_cast<unsigned char>(bytes[byte]);
        }
        return value;
    };
    std::size_t i = 0;
    if (!bytes.empty()) {
        little = false;
        if (at(0) == (unit == 2 ? 0xFFFEU : 0xFFFE0000U)) little = true, i = unit;
        else if (at(0) == 0xFEFFU) i = unit;
        else little = true;
    }
    std::string out;
    for (; i < bytes.size(); i += unit) {
        std::uint32_t point = at(i);
        if (unit == 2 && point >= 0xD800 && point < 0xDC00 && i + 2 < bytes.size()) {
            std::uint32_t const low = at(i + 2);
            if (low < 0xDC00 || low > 0xDFFF) return std::nullopt;
            point = 0x10000 + ((point - 0xD800) << 10U) + (low - 0xDC00);
            i += 2;
        }
        if ((point >= 0xD800 && point <= 0xDFFF) || point > 0x10FFFF) return std::nullopt;
        if (point < 0x80) {
            out += static_cast<char>(point);
            continue;
        }
        int const more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
        static constexpr unsigned char heads[] = {0, 0xC0, 0xE0, 0xF0};
        out += static_cast<char>(heads[more] | (point >> (6U * static_cast<unsigned>(more))));
        for (int k = more - 1; k >= 0; --k)
            out += static_cast<char>(0x80U | ((point >> (6U * static_cast<unsigned>(k))) & 0x3FU));
    }
    return out;
}

}  // namespace

ConditionValue ConditionValue::of(std::string text) {
    if (text.size() > condition_text_bytes_max) return {};
    return {std::move(text)};
}

ConditionValue ConditionValue::of(json::value const& value) {
    switch (value.kind()) {
        case json::kind::null: return null();
        case json::kind::bool_: return of(value.get_bool());
        case json::kind::int64: return of(static_cast<double>(value.get_int64()));
        case json::kind::uint64: return of(static_cast<double>(value.get_uint64()));
        case json::kind::double_: return of(value.get_double());
        case json::kind::string: return of(std::string{value.get_string()});
        default: return {&value};
    }
}

std::optional<bool> ConditionValue::flag() const {
    bool const* flag = std::get_if<bool>(&held_);
    return flag == nullptr ? std::nullopt : std::optional{*flag};
}

std::optional<double> ConditionValue::number() const {
    double const* number = std::get_if<double>(&held_);
    return number == nullptr ? std::nullopt : std::optional{*number};
}

json::value const* ConditionValue::tree() const {
    auto const* tree = std::get_if<json::value const*>(&held_);
    return tree == nullptr ? nullptr : *tree;
}

std::optional<int> ConditionValue::order(ConditionValue const& other) const {
    if (is_null() && other.is_null()) return 0;
    if (flag() && other.flag()) return static_cast<int>(*flag()) - static_cast<int>(*other.flag());
    if (number() && other.number())
        return *number() < *other.number() ? -1 : *number() > *other.number() ? 1 : 0;
    if (text() != nullptr && other.text() != nullptr) return text()->compare(*other.text());
    return std::nullopt;
}

ConditionValue call_function(Function function, std::vector<ConditionValue> const& arguments) {
    switch (function) {
        case Function::abs:
        case Function::exp:
        case Function::square:
        case Function::ceiling:
        case Function::floor:
        case Function::sign:
        case Function::sqrt: {
            auto const number = arguments[0].number();
            return number ? of_number(function, *number) : ConditionValue{};
        }
        case Function::power: {
            auto const base = arguments[0].number();
            auto const exponent = arguments[1].number();
            return base && exponent ? ConditionValue::of(std::pow(*base, *exponent))
                                    : ConditionValue{};
        }
        case Function::as_number: return as_number(arguments[0]);
        case Function::is_array:
        case Function::is_bool:
        case Function::is_defined:
        case Function::is_null:
        case Function::is_number:
        case Function::is_object:
        case Function::is_primitive:
        case Function::is_string: return is_kind(function, arguments[0]);
        case Function::concat: return concatenation(arguments);
        case Function::substring: return substring(arguments);
        case Function::length:
        case Function::lower:
        case Function::upper: {
            std::string const* text = arguments[0].text();
            if (text == nullptr) return {};
            if (function == Function::length)
                return ConditionValue::of(static_cast<double>(count_characters(*text)));
            return ConditionValue::of(in_case(*text, function == Function::upper));
        }
        case Function::index_of:
        case Function::starts_with:
        case Function::ends_with:
        case Function::contains: {
            if (arguments[0].text() == nullptr || arguments[1].text() == nullptr) return {};
            return of_texts(function, *arguments[0].text(), *arguments[1].text());
        }
    }
    return {};
}

std::optional<json::value> routed_body(std::string_view bytes, std::string_view content_type,
                                       std::string_view content_encoding) {
    std::string_view type = content_type.substr(0, content_type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    if (!same_name(type, "application/json")) return std::nullopt;
    std::string widened;
    if (same_name(content_encoding, "utf-16") || same_name(content_encoding, "utf-32")) {
        auto text = from_wide(bytes, same_name(content_encoding, "utf-16") ? 2 : 4);
        if (!text) return std::nullopt;
        widened = std::move(*text);
        bytes = widened;
    } else if (!same_name(content_encoding, "utf-8")) {
        return std::nullopt;
    }
    auto parsed = parse_json(bytes);
    if (!parsed.ok()) return std::nullopt;
    return std::move(parsed).value();
}

}  // namespace tandem::hub
