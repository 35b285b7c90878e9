// hub/condition.hpp -- conditions of message routes: text to expression, expression to verdict.
//
// Source  data-plane contract 5, 5.2. The language of queries over one message: application
//         properties by name, $system properties, $body (JSON only), $twin.
// Shape   three-valued: what is missing, null, or of the wrong type is undefined, and only `true`
//         selects. Arithmetic that leaves the doubles (division by zero, overflow) is undefined.
// Invariant  a condition that compiled is evaluated in time linear in its size times the
//         message's; depth, size and every intermediate text are bounded.
// Purity  functions of their arguments.
#pragma once

#include "codec/json.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tandem::hub {

inline constexpr std::size_t condition_bytes_max = 8 * 1024;      // as query texts
inline constexpr int condition_depth_max = 64;                    // ours: parentheses, operators
inline constexpr std::size_t condition_list_max = 256;            // ours: constants of one IN
inline constexpr std::size_t condition_text_bytes_max = 512 * 1024;   // ours: what CONCAT makes

/// Counted from 1, columns in bytes.
struct TextPosition {
    int line = 1;
    int column = 1;
};
struct CompileError {
    std::string message;
    TextPosition start;
    TextPosition end;               ///< just behind the last byte concerned
};

/// What a condition can see of a message.
struct MessageFacts {
    using Properties = std::vector<std::pair<std::string, std::string>>;
    Properties const* application = nullptr;
    Properties const* system = nullptr;          ///< names without '$': "contentType" ...
    json::value const* body = nullptr;           ///< nullptr: not JSON, or not said to be
    json::object const* twin = nullptr;          ///< {"tags":..,"properties":{..}}
};

enum class Verdict { undefined, no, yes };

struct ConditionTree;                            ///< condition_tree.hpp

class Condition {
public:
    /// The condition, or why it is none. A blank text is `true`.
    static std::variant<Condition, CompileError> compile(std::string_view text);

    Verdict evaluate(MessageFacts const& message) const;

    /// The first thing it looks at that is none of these application properties; nullopt: nothing.
    std::optional<std::string> reads_besides(std::span<std::string_view const> names) const;

private:
    explicit Condition(std::shared_ptr<ConditionTree const> tree) : tree_(std::move(tree)) {}
    std::shared_ptr<ConditionTree const> tree_;
};

/// The body as conditions see it; nullopt unless `content_type` is application/json (parameters
/// allowed), `content_encoding` UTF-8, UTF-16 or UTF-32 in any case, and the text JSON.
std::optional<json::value> routed_body(std::string_view bytes, std::string_view content_type,
                                       std::string_view content_encoding);

}  // namespace tandem::hub
