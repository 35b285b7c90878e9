// hub/condition_tree.hpp -- a condition's expression, between its parser and its evaluation.
//
// Shape   nodes stand in a vector, children before parents; the last one is the root.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::hub {

enum class Node : std::uint8_t {
    undefined, null, boolean, number, text,
    property,                       ///< application or, with a leading '$', system
    body, twin,                     ///< a path into them
    any_of, all_of, negation,       ///< OR, AND, NOT
    equal, unequal, less, greater, at_most, at_least,
    in, not_in,                     ///< first child among the others
    add, subtract, multiply, divide, remainder, minus,
    call,
};

enum class Function : std::uint8_t {
    abs, exp, power, square, ceiling, floor, sign, sqrt,
    as_number, is_array, is_bool, is_defined, is_null, is_number, is_object, is_primitive,
    is_string,
    concat, length, lower, upper, substring, index_of, starts_with, ends_with, contains,
};

struct FunctionRule {
    char const* name;
    Function function;
    int arguments_min;
    int arguments_max;
};
inline constexpr int arguments_unbounded = 256;
inline constexpr std::array<FunctionRule, 26> condition_functions = {{
    {"ABS", Function::abs, 1, 1},
    {"EXP", Function::exp, 1, 1},
    {"POWER", Function::power, 2, 2},
    {"SQUARE", Function::square, 1, 1},
    {"CEILING", Function::ceiling, 1, 1},
    {"FLOOR", Function::floor, 1, 1},
    {"SIGN", Function::sign, 1, 1},
    {"SQRT", Function::sqrt, 1, 1},
    {"AS_NUMBER", Function::as_number, 1, 1},
    {"IS_ARRAY", Function::is_array, 1, 1},
    {"IS_BOOL", Function::is_bool, 1, 1},
    {"IS_DEFINED", Function::is_defined, 1, 1},
    {"IS_NULL", Function::is_null, 1, 1},
    {"IS_NUMBER", Function::is_number, 1, 1},
    {"IS_OBJECT", Function::is_object, 1, 1},
    {"IS_PRIMITIVE", Function::is_primitive, 1, 1},
    {"IS_STRING", Function::is_string, 1, 1},
    {"CONCAT", Function::concat, 2, arguments_unbounded},
    {"LENGTH", Function::length, 1, 1},
    {"LOWER", Function::lower, 1, 1},
    {"UPPER", Function::upper, 1, 1},
    {"SUBSTRING", Function::substring, 2, 3},
    {"INDEX_OF", Function::index_of, 2, 2},
    {"STARTS_WITH", Function::starts_with, 2, 2},
    {"ENDS_WITH", Function::ends_with, 2, 2},
    {"CONTAINS", Function::contains, 2, 2},
}};

/// One step of a path: a name, or (name empty) an index.
struct PathStep {
    std::string name;
    std::int64_t index = -1;
};

struct ConditionNode {
    Node node = Node::undefined;
    Function function{};
    bool flag = false;
    double number = 0;
    std::string text;
    std::vector<PathStep> path;
    std::vector<std::size_t> children;
    int depth = 1;
};

struct ConditionTree {
    std::vector<ConditionNode> nodes;
};

bool same_name(std::string_view a, std::string_view b);   ///< ASCII, ignoring case

}  // namespace tandem::hub
