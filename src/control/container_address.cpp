#include "control/container_address.hpp"

#include "codec/percent.hpp"
#include "control/data_path.hpp"
#include "control/text.hpp"

#include <algorithm>

namespace tandem::control {

namespace {

constexpr std::size_t uri_bytes_max = 4096;
constexpr std::size_t blob_name_bytes_max = 1024;

Error refuse(char const* why) {
    return Error{Errc::argument_invalid, why};
}

bool is_uri_character(char c) {
    constexpr std::string_view others = "-._~:/?[]@!$&'()*+,;=%";
    return is_letter_or_digit(c) || others.find(c) != std::string_view::npos;
}

template <class Each>
bool every_segment(std::string_view path, Each const& each) {
    while (true) {
        std::size_t const end = std::min(path.find('/'), path.size());
        if (!each(path.substr(0, end))) return false;
        if (end == path.size()) return true;
        path.remove_prefix(end + 1);
    }
}

bool has_parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        std::size_t const end = std::min(query.find('&'), query.size());
        std::string_view const pair = query.substr(0, end);
        std::size_t const equals = pair.find('=');
        if (equals != std::string_view::npos && pair.size() > equals + 1 &&
            equal_ci(pair.substr(0, equals), name))
            return true;
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return false;
}

}  // namespace

Result<ContainerAddress> parse_container(std::string_view uri) {
    if (uri.empty() || uri.size() > uri_bytes_max ||
        !std::all_of(uri.begin(), uri.end(), is_uri_character))
        return refuse("The container's URI is empty, too long, or has a character no URI has.");
    std::size_t const scheme_end = uri.find("://");
    if (scheme_end == std::string_view::npos || (!equal_ci(uri.substr(0, scheme_end), "https") &&
                                                 !equal_ci(uri.substr(0, scheme_end), "http")))
        return refuse("The container's URI must begin with https://.");
    std::size_t const mark = uri.find('?');
    std::string_view const query = mark == std::string_view::npos ? "" : uri.substr(mark + 1);
    if (!has_parameter(query, "sig"))
        return refuse("The container's URI must carry a shared access signature.");
    std::string_view base = uri.substr(0, mark);
    while (base.ends_with('/')) base.remove_suffix(1);
    std::string_view const rest = base.substr(std::min(scheme_end + 3, base.size()));
    std::size_t const slash = rest.find('/');
    std::string_view const authority = rest.substr(0, slash);
    if (slash == std::string_view::npos || authority.empty() ||
        authority.find('@') != std::string_view::npos)
        return refuse("The container's URI must name a server and a container, and no user.");
    bool const plain = every_segment(rest.substr(slash + 1), [](std::string_view segment) {
        auto const decoded = percent_decode(segment);
        return decoded && is_plain_segment(*decoded);
    });
    if (!plain) return refuse("The path of the container's URI is not one container's.");
    return ContainerAddress{std::string{base}, std::string{query}};
}

bool is_blob_name(std::string_view name) {
    return name.size() <= blob_name_bytes_max && every_segment(name, is_plain_segment);
}

std::string blob_url(ContainerAddress const& container, std::string_view blob,
                     std::string_view query) {
    std::string url = container.base;
    every_segment(blob, [&url](std::string_view segment) {
        url += '/';
        percent_encode_append(segment, url);
        return true;
    });
    url += '?';
    if (!query.empty()) url.append(query).append("&");
    return url + container.signature;
}

}  // namespace tandem::control
