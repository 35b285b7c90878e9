#include "control/resource_filter.hpp"

#include "control/text.hpp"

#include <algorithm>
#include <array>

namespace tandem::control {

namespace {

constexpr std::array<std::string_view, 6> fields = {"resourcegroup", "resourcetype", "name",
                                                    "location",      "tagname",      "tagvalue"};

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    bool done() {
        skip();
        return text_.empty();
    }
    std::string word() {
        skip();
        std::size_t end = 0;
        while (end < text_.size() && text_[end] != ' ' && text_[end] != '(' &&
               text_[end] != ')' && text_[end] != ',' && text_[end] != '\'')
            ++end;
        std::string const found = lower(text_.substr(0, end));
        text_.remove_prefix(end);
        return found;
    }
    bool sign(char wanted) {
        skip();
        if (!text_.starts_with(wanted)) return false;
        text_.remove_prefix(1);
        return true;
    }
    bool value(std::string& out) {
        if (!sign('\'')) return false;
        out.clear();
        while (!text_.empty()) {
            char const c = text_.front();
            text_.remove_prefix(1);
            if (c != '\'') out += c;
            else if (!text_.starts_with('\'')) return true;
            else out += c, text_.remove_prefix(1);
        }
        return false;
    }

private:
    void skip() {
        while (text_.starts_with(' ')) text_.remove_prefix(1);
    }
    std::string_view text_;
};

bool read_term(Reader& reader, FilterTerm& term) {
    term.field = reader.word();
    if (term.field == "substringof") {
        term.operation = FilterTerm::Operator::within;
        if (!reader.sign('(') || !reader.value(term.value) || !reader.sign(',')) return false;
        term.field = reader.word();
        if (!reader.sign(')')) return false;
    } else {
        std::string const operation = reader.word();
        if (operation != "eq" && operation != "ne") return false;
        term.operation = operation == "eq" ? FilterTerm::Operator::equal
                                           : FilterTerm::Operator::unequal;
        if (!reader.value(term.value)) return false;
    }
    return std::find(fields.begin(), fields.end(), term.field) != fields.end();
}

}  // namespace

Result<std::vector<FilterTerm>> parse_filter(std::string_view text) {
    Error const refused{Errc::argument_invalid, "not a filter that is understood"};
    if (text.size() > filter_bytes_max) return refused;
    std::vector<FilterTerm> terms;
    Reader reader{text};
    while (!reader.done()) {
        if (!terms.empty() && reader.word() != "and") return refused;
        if (terms.size() >= filter_terms_max || !read_term(reader, terms.emplace_back()))
            return refused;
    }
    return terms;
}

bool satisfies(FilterTerm const& term, std::string_view actual) {
    switch (term.operation) {
        case FilterTerm::Operator::equal: return equal_ci(term.value, actual);
        case FilterTerm::Operator::unequal: return !equal_ci(term.value, actual);
        case FilterTerm::Operator::within:
            return lower(actual).find(lower(term.value)) != std::string::npos;
    }
    return false;
}

bool about_tags(FilterTerm const& term) {
    return term.field == "tagname" || term.field == "tagvalue";
}

bool has_tag(json::object const* tags, std::vector<FilterTerm> const& terms) {
    if (std::none_of(terms.begin(), terms.end(), about_tags)) return true;
    if (tags == nullptr) return false;
    return std::any_of(tags->begin(), tags->end(), [&terms](auto const& tag) {
        std::string_view const name{tag.key().data(), tag.key().size()};
        auto const* text = tag.value().if_string();
        std::string_view const value = text ? std::string_view{*text} : std::string_view{};
        return std::all_of(terms.begin(), terms.end(), [&](FilterTerm const& term) {
            return !about_tags(term) || satisfies(term, term.field == "tagname" ? name : value);
        });
    });
}

}  // namespace tandem::control
