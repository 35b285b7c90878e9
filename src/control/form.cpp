#include "control/form.hpp"

#include "codec/percent.hpp"

#include <algorithm>

namespace tandem::control {

std::optional<std::string> form_decode(std::string_view text) {
    std::string spaced{text};
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    return percent_decode(spaced);
}

std::optional<Form> parse_form(std::string_view body) {
    Form form;
    if (body.size() > form_bytes_max) return std::nullopt;
    while (!body.empty()) {
        std::size_t const end = std::min(body.find('&'), body.size());
        std::string_view const pair = body.substr(0, end);
        body.remove_prefix(std::min(end + 1, body.size()));
        if (pair.empty()) continue;
        std::size_t const equals = std::min(pair.find('='), pair.size());
        auto const name = form_decode(pair.substr(0, equals));
        auto const value = form_decode(pair.substr(std::min(equals + 1, pair.size())));
        if (!name || !value || form.size() == form_fields_max) return std::nullopt;
        if (!form.emplace(*name, *value).second) return std::nullopt;
    }
    return form;
}

std::string form_field(Form const& form, char const* name) {
    auto const found = form.find(name);
    return found == form.end() ? std::string{} : found->second;
}

}  // namespace tandem::control
