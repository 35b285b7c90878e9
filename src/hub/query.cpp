#include "hub/query.hpp"

#include "base/limits.hpp"
#include "codec/base64.hpp"
#include "codec/http/fields.hpp"
#include "codec/json.hpp"
#include "codec/number_text.hpp"

#include <array>
#include <utility>

namespace tandem::hub {

namespace {

constexpr std::array<std::string_view, 3> fields = {"deviceId", "status", "connectionState"};

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
}

void skip_blanks(std::string_view& text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

/// Takes the word (or sign) that the text begins with; false: it is another one.
bool take(std::string_view& text, std::string_view word) {
    skip_blanks(text);
    if (!http::iequals(text.substr(0, word.size()), word)) return false;
    bool const goes_on =
        is_name(word.back()) && text.size() > word.size() && is_name(text[word.size()]);
    if (!goes_on) text.remove_prefix(word.size());
    return !goes_on;
}

Error refuse(std::string why) {
    return Error{Errc::argument_invalid, std::move(why)};
}

}  // namespace

Result<Query> parse_query(std::string_view text) {
    if (text.size() > query_bytes_max) return refuse("The query is longer than 8192 characters.");
    if (!take(text, "SELECT") || !take(text, "*") || !take(text, "FROM") || !take(text, "devices"))
        return refuse("Only queries that begin with SELECT * FROM devices are available.");
    Query query;
    skip_blanks(text);
    if (text.empty()) return query;
    if (!take(text, "WHERE")) return refuse("After FROM devices only WHERE is available.");
    skip_blanks(text);
    if (text.empty()) return refuse("The condition after WHERE is missing.");
    auto compiled = Condition::compile(text);
    if (auto const* error = std::get_if<CompileError>(&compiled))
        return refuse("The condition cannot be read: " + error->message + " (line " +
                      std::to_string(error->start.line) + ", column " +
                      std::to_string(error->start.column) + " behind WHERE)");
    query.where = std::get<Condition>(std::move(compiled));
    if (auto const other = query.where->reads_besides(fields))
        return refuse("Conditions are available on deviceId, status and connectionState, not on '" +
                      *other + "'.");
    return query;
}

Result<std::string> query_text(std::string_view body) {
    TANDEM_TRY(auto const object, parse_json_object(body));
    for (auto const& member : object)
        if (http::iequals(std::string_view{member.key()}, "query") && member.value().is_string())
            return std::string{member.value().get_string()};
    return refuse("The body must have a text \"query\".");
}

bool Query::matches(record::Device const& device, bool connected) const {
    if (!where) return true;
    bool const enabled = device.identity().status() == record::DEVICE_ENABLED;
    MessageFacts::Properties const seen = {
        {std::string{fields[0]}, device.identity().device_id()},
        {std::string{fields[1]}, enabled ? "enabled" : "disabled"},
        {std::string{fields[2]}, connected ? "Connected" : "Disconnected"}};
    return where->evaluate({.application = &seen}) == Verdict::yes;
}

std::string render_continuation(QueryPlace const& place) {
    return base64url_encode(std::to_string(place.partition) + ":" + place.after);
}

Result<QueryPlace> parse_continuation(std::string_view text) {
    QueryPlace place;
    if (text.empty()) return place;
    auto const bad = refuse("x-ms-continuation is not one of this hub.");
    auto const decoded = base64url_decode(text);
    if (!decoded) return bad;
    auto const colon = decoded->find(':');
    if (colon == std::string::npos) return bad;
    auto const partition =
        whole_number<decltype(place.partition)>(std::string_view{*decoded}.substr(0, colon));
    place.after = decoded->substr(colon + 1);
    if (!partition || place.after.size() > limits::device_id_bytes_max) return bad;
    place.partition = *partition;
    return place;
}

}  // namespace tandem::hub
