#include "control/pages.hpp"

#include "codec/hex.hpp"
#include "codec/number_text.hpp"
#include "control/text.hpp"

namespace tandem::control {

namespace {

constexpr std::size_t key_bytes_max = 1024;   // of what a $skiptoken names

std::optional<std::size_t> read_top(std::string const& text) {
    auto const number = whole_number<std::size_t>(text);
    if (!number || *number == 0 || *number > page_entries_max) return std::nullopt;
    return number;
}

/// The address asked for, with another $skiptoken.
std::string next_link(Call const& call, std::string_view key) {
    std::string_view rest = call.request.target;
    std::size_t const mark = std::min(rest.find('?'), rest.size());
    std::string link = call.base_url + std::string{rest.substr(0, mark)} + "?";
    rest.remove_prefix(std::min(mark + 1, rest.size()));
    while (!rest.empty()) {
        std::size_t const end = std::min(rest.find('&'), rest.size());
        std::string_view const pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        std::string const name = lower(pair.substr(0, pair.find('=')));
        if (name == "$skiptoken" || name == "%24skiptoken" || pair.empty()) continue;
        link += std::string{pair} + "&";
    }
    return link + "%24skiptoken=" + hex_encode(key);
}

}  // namespace

std::optional<http::Response> Page::begin(Call const& call) {
    if (auto const* top = call.request.query_value("$top")) {
        auto const number = read_top(*top);
        if (!number)
            return arm_error(400, "InvalidTopInQueryString",
                             "The $top query parameter must be a number from 1 to " +
                                 std::to_string(page_entries_max) + ".");
        entries_max_ = *number;
    }
    if (auto const* token = call.request.query_value("$skiptoken")) {
        auto key = token->size() <= key_bytes_max * 2 ? hex_decode(*token) : std::nullopt;
        if (!key || key->empty())
            return arm_error(400, "InvalidSkipToken",
                             "The $skiptoken is not one of this list: take it from a nextLink.");
        after_ = std::move(*key);
    }
    return std::nullopt;
}

void Page::add(std::string_view key, json::value const& entry) {
    TANDEM_ASSERT(!full(), "an entry for a page that is full");
    if (count_++ > 0) body_ += ',';
    body_ += json::serialize(entry);
    last_ = key;
}

http::Response Page::answer(Call const& call) const {
    std::string whole = "{\"value\":[" + body_ + "]";
    if (more_) whole += ",\"nextLink\":" + json::serialize(json::value(next_link(call, last_)));
    http::Response response = json_answer(200, nullptr);
    response.body = std::move(whole) + "}";
    return response;
}

}  // namespace tandem::control
