#include "codec/http/message.hpp"

#include "codec/http/fields.hpp"

namespace tandem::http {

namespace {

std::string const* find_value(std::vector<std::pair<std::string, std::string>> const& pairs,
                              std::string_view name) {
    for (auto const& [key, value] : pairs)
        if (iequals(key, name)) return &value;
    return nullptr;
}

}  // namespace

std::string const* Headers::find(std::string_view name) const {
    return find_value(fields, name);
}

std::string const* Request::query_value(std::string_view name) const {
    return find_value(query, name);
}

}  // namespace tandem::http
