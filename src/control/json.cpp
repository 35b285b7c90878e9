#include "control/json.hpp"

#include "codec/number_text.hpp"
#include "control/text.hpp"

#include <cmath>

namespace tandem::control {

namespace {

constexpr double whole_doubles_max = 9'007'199'254'740'992.0;   // 2^53: beyond, not every one is

}  // namespace

Result<json::object> parse_object(ByteView text) {
    if (text.find_first_not_of(" \t\r\n") == ByteView::npos || text == "null")
        return json::object{};
    return parse_json_object(text);
}

json::object stored_object(ByteView text) {
    auto parsed = parse_object(text);
    TANDEM_ASSERT(parsed.ok(), "a document of ours cannot be read");
    return std::move(parsed).value();
}

json::value const* find(json::object const& object, std::string_view name) {
    if (auto const exact = object.find({name.data(), name.size()}); exact != object.end())
        return &exact->value();
    for (auto const& member : object)
        if (equal_ci({member.key().data(), member.key().size()}, name)) return &member.value();
    return nullptr;
}

json::object const* find_object(json::object const& object, std::string_view name) {
    json::value const* value = find(object, name);
    return value == nullptr ? nullptr : value->if_object();
}

std::optional<std::string> find_string(json::object const& object, std::string_view name) {
    json::value const* value = find(object, name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string{value->get_string().data(), value->get_string().size()};
}

std::optional<std::int64_t> find_integer(json::object const& object, std::string_view name) {
    json::value const* value = find(object, name);
    if (value == nullptr) return std::nullopt;
    if (auto const* number = value->if_int64()) return *number;
    if (auto const* number = value->if_double()) {
        bool const whole = std::abs(*number) <= whole_doubles_max && std::trunc(*number) == *number;
        if (whole) return static_cast<std::int64_t>(*number);
    }
    if (auto const* text = value->if_string())
        return whole_number<std::int64_t>({text->data(), text->size()});
    return std::nullopt;
}

std::optional<bool> find_bool(json::object const& object, std::string_view name) {
    json::value const* value = find(object, name);
    if (value == nullptr) return std::nullopt;
    if (auto const* flag = value->if_bool()) return *flag;
    if (auto const* text = value->if_string()) {
        if (equal_ci({text->data(), text->size()}, "true")) return true;
        if (equal_ci({text->data(), text->size()}, "false")) return false;
    }
    return std::nullopt;
}

json::object& need_object(json::object& object, std::string_view name) {
    json::value& value = object[{name.data(), name.size()}];
    if (!value.is_object()) value = json::object{};
    return value.get_object();
}

}  // namespace tandem::control
