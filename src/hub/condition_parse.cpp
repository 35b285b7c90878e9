// From a condition's text to its expression: tokens, then recursive descent with a counted depth.
#include "hub/condition.hpp"
#include "hub/condition_tree.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace tandem::hub {

namespace {

enum class Token { end, name, number, text, sign };

struct Lexeme {
    Token token = Token::end;
    std::string_view raw;
    std::string text;               ///< of a text constant, or of a [[name]]
    double number = 0;
    bool escaped = false;           ///< a [[name]]
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Letters of other scripts stand for themselves.
bool is_name(char c) { return is_letter(c) || is_digit(c) || static_cast<signed char>(c) < 0; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

void append_utf8(std::string& out, std::uint32_t point) {
    if (point >= 0xD800 && point <= 0xDFFF) point = 0xFFFD;   // half a pair is no character
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xC0 | (point >> 6));
        out += static_cast<char>(0x80 | (point & 0x3F));
    } else {
        out += static_cast<char>(0xE0 | (point >> 12));
        out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (point & 0x3F));
    }
}

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    std::variant<ConditionTree, CompileError> run() {
        if (text_.size() > condition_bytes_max) {
            fail("A condition has at most " + std::to_string(condition_bytes_max) + " bytes.", 0,
                 text_.size());
        } else if (next()) {
            if (at_.token == Token::end) {
                constant(Node::boolean).flag = true;
            } else if (disjunction(0) && at_.token != Token::end) {
                unexpected();
            }
        }
        if (error_) return std::move(*error_);
        return std::move(tree_);
    }

private:
    using Index = std::size_t;

    // ---- errors
    TextPosition position(std::size_t offset) const {
        TextPosition position;
        for (std::size_t i = 0; i < std::min(offset, text_.size()); ++i) {
            ++position.column;
            if (text_[i] == '\n') position = {position.line + 1, 1};
        }
        return position;
    }
    bool fail(std::string message, std::size_t from, std::size_t to) {
        if (!error_) error_ = CompileError{std::move(message), position(from), position(to)};
        return false;
    }
    std::size_t offset() const { return static_cast<std::size_t>(at_.raw.data() - text_.data()); }
    bool fail_here(std::string message) {
        return fail(std::move(message), offset(), offset() + at_.raw.size());
    }
    bool unexpected() {
        if (at_.token == Token::end) return fail_here("The condition ends too early.");
        return fail_here("Unexpected '" + std::string{at_.raw.substr(0, 40)} + "'.");
    }

    // ---- tokens
    char peek(std::size_t ahead = 0) const {
        return next_ + ahead < text_.size() ? text_[next_ + ahead] : '\0';
    }
    bool next() {
        while (next_ < text_.size() && is_blank(text_[next_])) ++next_;
        std::size_t const from = next_;
        at_ = {};
        at_.raw = text_.substr(from, 0);
        if (from == text_.size()) return true;
        char const c = text_[from];
        bool ok = true;
        if (c == '\'' || c == '"') ok = read_text(c);
        else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) ok = read_number();
        else if (c == '$' || is_name(c)) read_name();
        else if (c == '[' && peek(1) == '[') ok = read_escaped_name();
        else ok = read_sign();
        at_.raw = text_.substr(from, next_ - from);
        return ok;
    }
    void read_name() {
        at_.token = Token::name;
        ++next_;
        // A hyphen between name and letter is part of the name: $dt-subject, my-property.
        while (is_name(peek()) || (peek() == '-' && is_letter(peek(1)))) ++next_;
    }
    bool read_escaped_name() {
        std::size_t const from = next_;
        std::size_t const end = text_.find("]]", from + 2);
        if (end == std::string_view::npos || end == from + 2)
            return fail("A name in [[ ]] is empty or not closed.", from, text_.size());
        at_.token = Token::name;
        at_.escaped = true;
        at_.text = text_.substr(from + 2, end - from - 2);
        next_ = end + 2;
        return true;
    }
    bool read_number() {
        std::size_t const from = next_;
        char const* const begin = text_.data() + from;
        char const* const end = text_.data() + text_.size();
        std::from_chars_result read{};
        if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
            std::uint64_t whole = 0;
            read = std::from_chars(begin + 2, end, whole, 16);
            at_.number = static_cast<double>(whole);
        } else {
            read = std::from_chars(begin, end, at_.number);
        }
        next_ = static_cast<std::size_t>(read.ptr - text_.data());
        if (next_ == from) ++next_;
        at_.token = Token::number;
        if (read.ec != std::errc{} || !std::isfinite(at_.number) || is_name(peek()))
            return fail("Not a number, or one that is too large.", from, next_);
        return true;
    }
    bool read_text(char quote) {
        std::size_t const from = next_++;
        at_.token = Token::text;
        while (next_ < text_.size() && text_[next_] != quote) {
            if (text_[next_] != '\\') {
                at_.text += text_[next_++];
                continue;
            }
            char const escape = peek(1);
            next_ += 2;
            if (escape == '\'' || escape == '"' || escape == '\\') {
                at_.text += escape;
            } else if (escape == 'u') {
                std::uint32_t point = 0;
                char const* begin = text_.data() + std::min(next_, text_.size());
                char const* end = text_.data() + std::min(next_ + 4, text_.size());
                auto const read = std::from_chars(begin, end, point, 16);
                if (read.ptr != begin + 4) return fail("\\u wants four digits.", from, next_);
                append_utf8(at_.text, point);
                next_ += 4;
            } else {
                return fail("Only \\' \\\" \\\\ and \\uXXXX can be escaped.", from,
                            std::min(next_, text_.size()));
            }
        }
        if (next_ >= text_.size()) return fail("A text is not closed.", from, text_.size());
        ++next_;
        return true;
    }
    bool read_sign() {
        at_.token = Token::sign;
        std::string_view const two = text_.substr(next_, 2);
        bool const pair = two == "!=" || two == "<>" || two == "<=" || two == ">=";
        constexpr std::string_view one = "=<>+-*/%()[],.";
        if (!pair && one.find(text_[next_]) == std::string_view::npos)
            return fail("Unexpected character.", next_, next_ + 1);
        next_ += pair ? 2 : 1;
        return true;
    }
    bool sign(std::string_view wanted) const {
        return at_.token == Token::sign && at_.raw == wanted;
    }
    bool word(std::string_view wanted) const {
        return at_.token == Token::name && !at_.escaped && same_name(at_.raw, wanted);
    }
    bool expect(std::string_view wanted) {
        if (!sign(wanted)) return unexpected();
        return next();
    }

    // ---- the tree; what was parsed last is the last node
    ConditionNode& constant(Node node) {
        tree_.nodes.emplace_back().node = node;
        return tree_.nodes.back();
    }
    bool parent(Node node, std::vector<Index> children, Function function = {}) {
        ConditionNode made;
        made.node = node;
        made.function = function;
        for (Index child : children)
            made.depth = std::max(made.depth, tree_.nodes[child].depth + 1);
        made.children = std::move(children);
        if (made.depth > condition_depth_max)
            return fail_here("The condition is nested too deeply.");
        tree_.nodes.push_back(std::move(made));
        return true;
    }
    Index last() const { return tree_.nodes.size() - 1; }

    // ---- the grammar, weakest first
    bool chain(Node node, char const* joint, bool (Parser::*operand)(int), int depth) {
        if (!(this->*operand)(depth)) return false;
        std::vector<Index> all{last()};
        while (word(joint)) {
            if (!next() || !(this->*operand)(depth)) return false;
            all.push_back(last());
        }
        return all.size() == 1 || parent(node, std::move(all));
    }
    bool disjunction(int depth) {
        if (depth > condition_depth_max) return fail_here("The condition is nested too deeply.");
        return chain(Node::any_of, "OR", &Parser::conjunction, depth);
    }
    bool conjunction(int depth) {
        return chain(Node::all_of, "AND", &Parser::negation, depth);
    }
    bool negation(int depth) {
        if (!word("NOT")) return comparison(depth);
        if (depth > condition_depth_max) return fail_here("The condition is nested too deeply.");
        return next() && negation(depth + 1) && parent(Node::negation, {last()});
    }
    std::optional<Node> comparator() const {
        if (sign("=")) return Node::equal;
        if (sign("!=") || sign("<>")) return Node::unequal;
        if (sign("<")) return Node::less;
        if (sign(">")) return Node::greater;
        if (sign("<=")) return Node::at_most;
        if (sign(">=")) return Node::at_least;
        return std::nullopt;
    }
    bool comparison(int depth) {
        if (!sum(depth)) return false;
        Index const left = last();
        if (auto const node = comparator())
            return next() && sum(depth) && parent(*node, {left, last()});
        if (word("IN") || word("NIN")) {
            Node const node = word("IN") ? Node::in : Node::not_in;
            std::vector<Index> all{left};
            return next() && list(all) && parent(node, std::move(all));
        }
        return true;
    }
    bool list(std::vector<Index>& all) {
        if (!expect("[")) return false;
        while (!sign("]")) {
            if (all.size() > 1 && !expect(",")) return false;
            if (all.size() > condition_list_max)
                return fail_here("A list has at most " + std::to_string(condition_list_max) +
                                 " constants.");
            if (!list_constant()) return false;
            all.push_back(last());
        }
        return next();
    }
    bool list_constant() {
        bool const minus = sign("-");
        if (minus && (!next() || at_.token != Token::number)) return unexpected();
        if (minus) at_.number = -at_.number;
        bool taken = false;
        if (!literal(taken)) return false;
        return taken || unexpected();
    }
    bool sum(int depth) {
        if (!product(depth)) return false;
        while (sign("+") || sign("-")) {
            Node const node = sign("+") ? Node::add : Node::subtract;
            Index const left = last();
            if (!next() || !product(depth) || !parent(node, {left, last()})) return false;
        }
        return true;
    }
    bool product(int depth) {
        if (!factor(depth)) return false;
        while (sign("*") || sign("/") || sign("%")) {
            Node const node = sign("*")   ? Node::multiply
                              : sign("/") ? Node::divide
                                          : Node::remainder;
            Index const left = last();
            if (!next() || !factor(depth) || !parent(node, {left, last()})) return false;
        }
        return true;
    }
    bool factor(int depth) {
        if (depth > condition_depth_max) return fail_here("The condition is nested too deeply.");
        if (sign("-")) return next() && factor(depth + 1) && parent(Node::minus, {last()});
        if (sign("(")) return next() && disjunction(depth + 1) && expect(")");
        bool taken = false;
        if (!literal(taken)) return false;
        if (taken) return true;
        if (at_.token != Token::name) return unexpected();
        for (char const* reserved : {"AND", "OR", "NOT", "IN", "NIN"})
            if (word(reserved)) return unexpected();
        return !at_.escaped && peek_past_blanks() == '(' ? call(depth) : path();
    }
    char peek_past_blanks() const {
        std::size_t at = next_;
        while (at < text_.size() && is_blank(text_[at])) ++at;
        return at < text_.size() ? text_[at] : '\0';
    }
    bool literal(bool& taken) {
        taken = true;
        if (at_.token == Token::number) constant(Node::number).number = at_.number;
        else if (at_.token == Token::text) constant(Node::text).text = at_.text;
        else if (word("true") || word("false")) constant(Node::boolean).flag = word("true");
        else if (word("null")) constant(Node::null);
        else if (word("undefined")) constant(Node::undefined);
        else taken = false;
        return !taken || next();
    }
    bool call(int depth) {
        FunctionRule const* rule = nullptr;
        for (FunctionRule const& known : condition_functions)
            if (same_name(known.name, at_.raw)) rule = &known;
        std::size_t const from = offset();
        if (rule == nullptr)
            return fail_here("There is no function '" + std::string{at_.raw} + "'.");
        if (!next() || !expect("(")) return false;
        std::vector<Index> arguments;
        while (!sign(")")) {
            if (!arguments.empty() && !expect(",")) return false;
            if (!disjunction(depth + 1)) return false;
            arguments.push_back(last());
        }
        int const count = static_cast<int>(arguments.size());
        if (count < rule->arguments_min || count > rule->arguments_max)
            return fail(std::string{rule->name} + " does not take " + std::to_string(count) +
                            " arguments.",
                        from, offset() + at_.raw.size());
        return next() && parent(Node::call, std::move(arguments), rule->function);
    }
    std::string taken_name() const { return at_.escaped ? at_.text : std::string{at_.raw}; }
    bool path() {
        ConditionNode made;
        bool const system = !at_.escaped && at_.raw.front() == '$';
        if (system && word("$body")) made.node = Node::body;
        else if (system && word("$twin")) made.node = Node::twin;
        else made.node = Node::property;
        made.text = taken_name();
        if (!next()) return false;
        while (sign(".") || (sign("[") && made.node != Node::property)) {
            bool const named = sign(".");
            if (!next()) return false;
            PathStep step;
            if (named) {
                if (at_.token != Token::name) return unexpected();
                step.name = taken_name();
            } else {
                if (at_.token != Token::number || at_.number != std::floor(at_.number) ||
                    at_.number > 1e9)
                    return fail_here("An index is a whole number.");
                step.index = static_cast<std::int64_t>(at_.number);
            }
            if (!next() || (!named && !expect("]"))) return false;
            if (made.node == Node::property) made.text += "." + step.name;
            else made.path.push_back(std::move(step));
        }
        tree_.nodes.push_back(std::move(made));
        return true;
    }

    std::string_view text_;
    std::size_t next_ = 0;
    Lexeme at_;
    ConditionTree tree_;
    std::optional<CompileError> error_;
};

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

std::variant<Condition, CompileError> Condition::compile(std::string_view text) {
    auto parsed = Parser{text}.run();
    if (auto* error = std::get_if<CompileError>(&parsed)) return std::move(*error);
    return Condition{std::make_shared<ConditionTree const>(
        std::move(std::get<ConditionTree>(parsed)))};
}

}  // namespace tandem::hub
