// First line: a condition; then an optional JSON body. What compiles has a verdict, the same one
// each time, and its negation has the opposite one; what does not compile says where, inside the
// text.

#include "base/assert.hpp"
#include "hub/condition.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

using namespace tandem;
using hub::Verdict;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const input{reinterpret_cast<char const*>(data), size};
    std::size_t const cut = std::min(input.find('\n'), input.size());
    std::string const text{input.substr(0, cut)};
    std::string_view const rest = input.substr(std::min(cut + 1, input.size()));

    auto compiled = hub::Condition::compile(text);
    if (auto const* error = std::get_if<hub::CompileError>(&compiled)) {
        TANDEM_ASSERT(!error->message.empty(), "an error without a reason");
        TANDEM_ASSERT(error->start.line == 1 && error->start.column >= 1 &&
                          static_cast<std::size_t>(error->end.column) <= text.size() + 1,
                      "an error outside the text");
        return 0;
    }
    hub::MessageFacts::Properties const application{{"level", "storage"}, {"a", "1"}};
    hub::MessageFacts::Properties const system{{"contentType", "application/json"}};
    static json::object const twin{{"tags", json::object{{"a", 1}}}};
    auto const body = hub::routed_body(rest, "application/json", "utf-8");
    hub::MessageFacts const facts{&application, &system, body ? &*body : nullptr, &twin};

    Verdict const verdict = std::get<hub::Condition>(compiled).evaluate(facts);
    TANDEM_ASSERT(verdict == std::get<hub::Condition>(compiled).evaluate(facts), "not a function");
    auto negated = hub::Condition::compile("NOT (" + text + ")");
    if (auto const* negation = std::get_if<hub::Condition>(&negated)) {
        Verdict const opposite = negation->evaluate(facts);
        TANDEM_ASSERT((verdict == Verdict::undefined) == (opposite == Verdict::undefined),
                      "NOT made something of nothing");
        TANDEM_ASSERT(verdict == Verdict::undefined || verdict != opposite, "NOT changed nothing");
    }
    return 0;
}
