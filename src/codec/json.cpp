#include "codec/json.hpp"

#include "codec/utf8.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <exception>

namespace tandem {
namespace {

/// Builds the value as Boost's own parser does, but reads doubles exactly and counts the keys.
struct Handler {
    using Text = json::string_view;
    using Code = json::error_code;
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    json::value_stack stack;
    std::size_t keys = 0;
    std::string number;

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code&) { return true; }
    bool on_array_begin(Code&) { return true; }
    bool on_object_end(std::size_t n, Code&) { return stack.push_object(n), true; }
    bool on_array_end(std::size_t n, Code&) { return stack.push_array(n), true; }
    bool on_key_part(Text s, std::size_t, Code&) { return stack.push_chars(s), true; }
    bool on_key(Text s, std::size_t, Code&) { return ++keys, stack.push_key(s), true; }
    bool on_string_part(Text s, std::size_t, Code&) { return stack.push_chars(s), true; }
    bool on_string(Text s, std::size_t, Code&) { return stack.push_string(s), true; }
    bool on_number_part(Text s, Code&) { return number.append(s.data(), s.size()), true; }
    bool on_int64(std::int64_t i, Text, Code&) {
        return number.clear(), stack.push_int64(i), true;
    }
    bool on_uint64(std::uint64_t u, Text, Code&) {
        return number.clear(), stack.push_uint64(u), true;
    }
    bool on_double(double roughly, Text s, Code& code) {
        number.append(s.data(), s.size());
        double value = 0;
        auto const [end, failure] =
            std::from_chars(number.data(), number.data() + number.size(), value);
        bool const too_small = failure == std::errc::result_out_of_range && std::abs(roughly) < 1;
        if (failure != std::errc{} && !too_small) {
            code = json::error::exponent_overflow;
            return false;
        }
        number.clear();
        return stack.push_double(value), true;
    }
    bool on_bool(bool b, Code&) { return stack.push_bool(b), true; }
    bool on_null(Code&) { return stack.push_null(), true; }
    bool on_comment_part(Text, Code&) { return true; }
    bool on_comment(Text, Code&) { return true; }
};

std::size_t count_keys(json::value const& value) {
    std::size_t keys = 0;
    if (auto const* object = value.if_object()) {
        for (auto const& member : *object) keys += 1 + count_keys(member.value());
    } else if (auto const* array = value.if_array()) {
        for (auto const& element : *array) keys += count_keys(element);
    }
    return keys;
}

void append_double(std::string& out, double number) {
    std::array<char, 32> text{};
    auto const [end, failure] = std::to_chars(text.data(), text.data() + text.size(), number);
    std::string_view const digits{text.data(), static_cast<std::size_t>(end - text.data())};
    out += digits;
    if (digits.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void append_value(std::string& out, json::value const& value);

void append_object(std::string& out, json::object const& object) {
    out += '{';
    bool first = true;
    for (auto const& member : object) {
        if (!first) out += ',';
        first = false;
        append_json_string(out, member.key());
        out += ':';
        append_value(out, member.value());
    }
    out += '}';
}

void append_array(std::string& out, json::array const& array) {
    out += '[';
    bool first = true;
    for (auto const& element : array) {
        if (!first) out += ',';
        first = false;
        append_value(out, element);
    }
    out += ']';
}

void append_value(std::string& out, json::value const& value) {
    switch (value.kind()) {
        case json::kind::null: out += "null"; return;
        case json::kind::bool_: out += value.get_bool() ? "true" : "false"; return;
        case json::kind::int64: out += std::to_string(value.get_int64()); return;
        case json::kind::uint64: out += std::to_string(value.get_uint64()); return;
        case json::kind::double_: append_double(out, value.get_double()); return;
        case json::kind::string: append_json_string(out, value.get_string()); return;
        case json::kind::array: append_array(out, value.get_array()); return;
        case json::kind::object: append_object(out, value.get_object()); return;
    }
}

Error refusal(std::string text) { return Error{Errc::argument_invalid, std::move(text)}; }

Result<json::value> parse_with_boost(std::string_view text, std::size_t depth_max) {
    json::parse_options options;
    options.max_depth = depth_max;
    json::basic_parser<Handler> parser{options};
    auto& handler = parser.handler();
    handler.stack.reset();
    json::error_code code;
    std::size_t const used = parser.write_some(false, text.data(), text.size(), code);
    if (code) return refusal("the JSON is not valid: " + code.message());
    if (used < text.size()) return refusal("something follows the JSON value");
    auto value = handler.stack.release();
    if (count_keys(value) != handler.keys) return refusal("a JSON object has a key twice");
    return value;
}

}  // namespace

Result<json::value> parse_json(std::string_view text, std::size_t depth_max) {
    try {
        return parse_with_boost(text, depth_max);
    } catch (std::exception const& failure) {
        return refusal(std::string{"the JSON is not valid: "} + failure.what());
    }
}

Result<json::object> parse_json_object(std::string_view text, std::size_t depth_max) {
    auto value = parse_json(text, depth_max);
    if (!value.ok()) return value.error();
    if (!value->is_object()) return refusal("a JSON object was expected");
    return std::move(value->get_object());
}

std::string render_json(json::value const& value) {
    std::string out;
    append_value(out, value);
    return out;
}

std::string render_json(json::object const& object) {
    std::string out;
    append_object(out, object);
    return out;
}

void append_json_string(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    bool const valid = utf8_valid(text);
    out += '"';
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\b': out += "\\b"; break;
            case '\f': out += "\\f"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            default:
                if (byte < 0x20) {
                    out += "\\u00";
                    out += digits[byte >> 4];
                    out += digits[byte & 15];
                } else if (byte >= 0x80 && !valid) {
                    out += '?';
                } else {
                    out += c;
                }
        }
    }
    out += '"';
}

std::string json_string(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

}  // namespace tandem
