// What a condition says of a message.
#include "hub/condition.hpp"

#include "hub/condition_tree.hpp"
#include "hub/condition_value.hpp"

#include <algorithm>
#include <cmath>

namespace tandem::hub {

namespace {

using Properties = MessageFacts::Properties;

std::string const* find_property(Properties const* properties, std::string_view name) {
    if (properties == nullptr) return nullptr;
    for (auto const& [known, value] : *properties)
        if (same_name(known, name)) return &value;
    return nullptr;
}

json::value const* find_member(json::object const& object, std::string const& name) {
    if (auto const exact = object.find(name); exact != object.end()) return &exact->value();
    for (auto const& member : object)
        if (same_name({member.key().data(), member.key().size()}, name)) return &member.value();
    return nullptr;
}

ConditionValue follow(json::value const* value, std::vector<PathStep> const& path) {
    for (PathStep const& step : path) {
        if (value == nullptr) break;
        if (step.name.empty()) {
            json::array const* array = value->if_array();
            bool const inside =
                array != nullptr && static_cast<std::size_t>(step.index) < array->size();
            value = inside ? &(*array)[static_cast<std::size_t>(step.index)] : nullptr;
        } else {
            json::object const* object = value->if_object();
            value = object != nullptr ? find_member(*object, step.name) : nullptr;
        }
    }
    return value == nullptr ? ConditionValue{} : ConditionValue::of(*value);
}

class Evaluation {
public:
    Evaluation(ConditionTree const& tree, MessageFacts const& message)
        : tree_(tree), message_(message) {}

    ConditionValue value(std::size_t index) const {
        ConditionNode const& node = tree_.nodes[index];
        switch (node.node) {
            case Node::undefined: return {};
            case Node::null: return ConditionValue::null();
            case Node::boolean: return ConditionValue::of(node.flag);
            case Node::number: return ConditionValue::of(node.number);
            case Node::text: return ConditionValue::of(node.text);
            case Node::property: return property(node.text);
            case Node::body: return follow(message_.body, node.path);
            case Node::twin: return twin(node.path);
            case Node::any_of: return joint(node, true);
            case Node::all_of: return joint(node, false);
            case Node::negation: {
                auto const flag = value(node.children[0]).flag();
                return flag ? ConditionValue::of(!*flag) : ConditionValue{};
            }
            case Node::in:
            case Node::not_in: return membership(node);
            case Node::minus: {
                auto const number = value(node.children[0]).number();
                return number ? ConditionValue::of(-*number) : ConditionValue{};
            }
            case Node::call: return call(node);
            case Node::equal:
            case Node::unequal:
            case Node::less:
            case Node::greater:
            case Node::at_most:
            case Node::at_least:
                return compare(node.node, value(node.children[0]), value(node.children[1]));
            case Node::add:
            case Node::subtract:
            case Node::multiply:
            case Node::divide:
            case Node::remainder:
                return arithmetic(node.node, value(node.children[0]), value(node.children[1]));
        }
        return {};
    }

private:
    ConditionValue property(std::string const& name) const {
        std::string const* found = nullptr;
        if (name.starts_with('$')) found = find_property(message_.system, name.substr(1));
        if (found == nullptr) found = find_property(message_.application, name);
        return found == nullptr ? ConditionValue{} : ConditionValue::of(*found);
    }
    ConditionValue twin(std::vector<PathStep> const& path) const {
        if (message_.twin == nullptr || path.empty()) return {};
        json::value const* first = find_member(*message_.twin, path.front().name);
        return follow(first, {path.begin() + 1, path.end()});
    }
    /// OR (`decisive` true) and AND (false): one decisive operand decides, else one undefined.
    ConditionValue joint(ConditionNode const& node, bool decisive) const {
        bool all_defined = true;
        for (std::size_t child : node.children) {
            auto const flag = value(child).flag();
            if (flag && *flag == decisive) return ConditionValue::of(decisive);
            all_defined = all_defined && flag.has_value();
        }
        return all_defined ? ConditionValue::of(!decisive) : ConditionValue{};
    }
    static ConditionValue compare(Node node, ConditionValue const& a, ConditionValue const& b) {
        auto const order = a.order(b);
        if (!order) return {};
        // Equality has an order of its own for values that have none: 0 or not 0.
        bool const ordered = a.is_ordered();
        switch (node) {
            case Node::equal: return ConditionValue::of(*order == 0);
            case Node::unequal: return ConditionValue::of(*order != 0);
            case Node::less: return ordered ? ConditionValue::of(*order < 0) : ConditionValue{};
            case Node::greater: return ordered ? ConditionValue::of(*order > 0) : ConditionValue{};
            case Node::at_most: return ordered ? ConditionValue::of(*order <= 0) : ConditionValue{};
            default: return ordered ? ConditionValue::of(*order >= 0) : ConditionValue{};
        }
    }
    ConditionValue membership(ConditionNode const& node) const {
        ConditionValue const wanted = value(node.children[0]);
        if (!wanted.is_primitive()) return {};
        bool const among =
            std::any_of(node.children.begin() + 1, node.children.end(),
                        [&](std::size_t child) { return wanted.order(value(child)) == 0; });
        return ConditionValue::of(among == (node.node == Node::in));
    }
    static ConditionValue arithmetic(Node node, ConditionValue const& left,
                                     ConditionValue const& right) {
        auto const a = left.number();
        auto const b = right.number();
        if (!a || !b) return {};
        switch (node) {
            case Node::add: return ConditionValue::of(*a + *b);
            case Node::subtract: return ConditionValue::of(*a - *b);
            case Node::multiply: return ConditionValue::of(*a * *b);
            case Node::divide: return ConditionValue::of(*a / *b);
            default: return ConditionValue::of(std::fmod(*a, *b));
        }
    }
    ConditionValue call(ConditionNode const& node) const {
        std::vector<ConditionValue> arguments;
        for (std::size_t child : node.children) arguments.push_back(value(child));
        return call_function(node.function, arguments);
    }

    ConditionTree const& tree_;
    MessageFacts const& message_;
};

}  // namespace

Verdict Condition::evaluate(MessageFacts const& message) const {
    auto const flag = Evaluation{*tree_, message}.value(tree_->nodes.size() - 1).flag();
    if (!flag) return Verdict::undefined;
    return *flag ? Verdict::yes : Verdict::no;
}

std::optional<std::string> Condition::reads_besides(std::span<std::string_view const> names) const {
    for (ConditionNode const& node : tree_->nodes) {
        if (node.node != Node::property && node.node != Node::body && node.node != Node::twin)
            continue;
        bool const among = std::any_of(names.begin(), names.end(), [&node](std::string_view name) {
            return same_name(name, node.text);
        });
        if (node.node != Node::property || !among) return node.text;
    }
    return std::nullopt;
}

}  // namespace tandem::hub
