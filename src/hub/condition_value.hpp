// hub/condition_value.hpp -- what an expression of a condition is worth, and the functions on it.
//
// Invariant  a number is finite: what leaves the doubles is undefined; a text has at most
//            condition_text_bytes_max bytes.
#pragma once

#include "codec/json.hpp"
#include "hub/condition_tree.hpp"

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tandem::hub {

class ConditionValue {
public:
    ConditionValue() = default;                             ///< undefined
    static ConditionValue null() { return {nullptr}; }
    static ConditionValue of(bool flag) { return {flag}; }
    static ConditionValue of(double number) {
        return std::isfinite(number) ? ConditionValue{number} : ConditionValue{};
    }
    static ConditionValue of(std::string text);
    static ConditionValue of(json::value const& value);     ///< must outlive this

    bool is_defined() const { return !std::holds_alternative<std::monostate>(held_); }
    bool is_null() const { return std::holds_alternative<std::nullptr_t>(held_); }
    bool is_primitive() const { return is_defined() && tree() == nullptr; }
    bool is_ordered() const { return text() != nullptr || number().has_value(); }

    std::optional<bool> flag() const;
    std::optional<double> number() const;
    std::string const* text() const { return std::get_if<std::string>(&held_); }
    json::value const* tree() const;                        ///< an object or an array

    /// Below, at or above zero as *this is to `other`; nullopt: they cannot be compared.
    std::optional<int> order(ConditionValue const& other) const;

private:
    using Held = std::variant<std::monostate, std::nullptr_t, bool, double, std::string,
                              json::value const*>;
    ConditionValue(Held held) : held_(std::move(held)) {}
    Held held_;
};

/// Requires: as many arguments as the function's rule allows.
ConditionValue call_function(Function function, std::vector<ConditionValue> const& arguments);

}  // namespace tandem::hub
