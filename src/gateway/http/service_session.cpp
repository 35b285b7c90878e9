#include "gateway/http/service_session.hpp"

#include "base/limits.hpp"
#include "codec/hex.hpp"
#include "codec/http/fields.hpp"
#include "codec/number_text.hpp"
#include "codec/time_text.hpp"
#include "hub/error_table.hpp"
#include "hub/query.hpp"
#include "hub/registry_json.hpp"

#include <algorithm>
#include <utility>

namespace tandem::gateway {

namespace {

constexpr std::string_view json_type = "application/json; charset=utf-8";

/// The name before the port, lower case: what a client says, not yet a hub.
std::string host_name(http::Headers const& headers) {
    auto const* const host = headers.find("Host");
    if (!host) return {};
    std::string name = *host;
    auto const colon = name.rfind(':');
    if (colon != std::string::npos && name.find(']', colon) == std::string::npos)
        name.resize(colon);
    for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return name;
}

/// The only header of that name; ok and nullptr when there is none.
Result<std::string const*> single_header(http::Headers const& headers, std::string_view name) {
    std::string const* found = nullptr;
    for (auto const& [key, value] : headers.fields) {
        if (!http::iequals(key, name)) continue;
        if (found) return Error{Errc::argument_invalid, std::string{name} + " is given twice."};
        found = &value;
    }
    return found;
}

bool names_scheme(std::string_view authorization) {
    for (std::string_view const scheme : {"SharedAccessSignature ", "Bearer "})
        if (http::iequals(authorization.substr(0, scheme.size()), scheme)) return true;
    return false;
}

Result<std::size_t> parse_top(http::Request const& request) {
    auto const* const text = request.query_value("top");
    if (!text) return std::size_t{0};
    auto const top = whole_number<std::size_t>(*text);
    if (!top || *top < 1 || *top > limits::registry_list_max)
        return Error{Errc::argument_invalid, "top must be between 1 and 1000."};
    return *top;
}

Result<std::size_t> parse_page_size(http::Request const& request) {
    auto const* const text = request.headers.find("x-ms-max-item-count");
    if (!text || text->empty()) return hub::query_page_default;
    auto const count = whole_number<std::size_t>(*text);
    if (!count || *count < 1 || *count > limits::registry_list_max)
        return Error{Errc::argument_invalid, "x-ms-max-item-count must be between 1 and 1000."};
    return *count;
}

std::string header_or_empty(http::Request const& request, std::string_view name) {
    auto const* const value = request.headers.find(name);
    return value ? *value : std::string{};
}

/// As a token's scope would name it: our own spelling of the first segment, ids as they came.
std::string path_of(http::Request const& request) {
    std::string path;
    for (std::string const& segment : request.path) {
        if (!path.empty()) path += '/';
        path += segment;
        if (path.size() == segment.size())
            for (char& c : path)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return path;
}

/// What a client may read about a refusal. Why a token was refused is nobody's business, and a
/// hub that moved is one that cannot serve now.
Error public_error(Error const& error) {
    switch (error.code) {
        case Errc::unauthorized:
            return {Errc::unauthorized, "Unauthorized"};
        case Errc::not_owner:
        case Errc::unavailable:
            return {Errc::unavailable, "The service is temporarily unavailable, try again."};
        case Errc::internal:
            return {Errc::internal, "The server could not process the request."};
        default:
            return error;
    }
}

std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

}  // namespace

std::optional<std::string> parse_if_match(std::string_view value) {
    if (value.starts_with("W/\"")) value.remove_prefix(2);
    if (value.starts_with('"')) {
        if (value.size() < 2 || !value.ends_with('"')) return std::nullopt;
        value = value.substr(1, value.size() - 2);
    }
    if (value.find('"') != std::string_view::npos) return std::nullopt;
    return std::string{value};
}

ServiceSession::ServiceSession(ConnectionInfo info, SiteAnswers site)
    : info_(std::move(info)), site_(std::move(site)) {}

void ServiceSession::on_bytes(ByteView bytes, Now now) {
    if (ended_) return;
    connection_.on_bytes(bytes, now);
    pump(now);
}

void ServiceSession::on_timer(Now now) {
    if (ended_) return;
    connection_.on_timer(now);
    pump(now);
}

void ServiceSession::on_peer_closed(Now) {
    ended_ = true;
    waiting_ = false;
    output_.close = true;
}

std::optional<Time> ServiceSession::next_deadline() const {
    return ended_ ? std::nullopt : connection_.next_deadline();
}

void ServiceSession::pump(Now now) {
    while (!waiting_) {
        auto request = connection_.next_request();
        if (!request) break;
        begin(std::move(*request), now);
    }
    output_.bytes += std::exchange(connection_.output(), {});
    if (connection_.close()) {
        output_.close = true;
        ended_ = true;
        waiting_ = false;
    }
}

void ServiceSession::begin(http::Request request, Now now) {
    ++request_count_;
    request_ = std::move(request);
    route_ = find_route(request_);
    hub_host_ = host_name(request_.headers);
    if_match_.reset();
    authorized_ = false;
    second_right_tried_ = false;

    if (site_)
        if (auto answer = site_(request_, now)) return respond(std::move(*answer), now);
    auto const* const version = request_.query_value("api-version");
    if (!version || version->empty())
        return refuse({Errc::unsupported_version, "The api-version query parameter is missing."},
                      now);
    if (!known_api_version(*version))
        return refuse({Errc::unsupported_version, "The api-version is not supported."}, now);
    if (route_.operation == Operation::unknown_path)
        return refuse({Errc::not_found, "The path is not part of this API."}, now);
    if (route_.operation == Operation::wrong_method)
        return refuse({Errc::argument_invalid, "The path does not have this method."}, now);

    auto const authorization = single_header(request_.headers, "Authorization");
    if (!authorization.ok() || !*authorization || !names_scheme(**authorization))
        return refuse({Errc::unauthorized, ""}, now);
    sas_ = **authorization;
    auto const if_match = single_header(request_.headers, "If-Match");
    if (!if_match.ok()) return refuse(if_match.error(), now);
    if (auto const* const value = *if_match) {
        if_match_ = parse_if_match(*value);
        if (!if_match_) return refuse({Errc::argument_invalid, "If-Match is not an ETag."}, now);
    }
    if (route_.right == hub::Right::none)
        return refuse({Errc::not_implemented, "This operation is not available yet."}, now);
    authorize(route_.right);
}

void ServiceSession::authorize(hub::Right right) {
    hub::Authorize command;
    command.sas = sas_;
    command.right = right;
    command.path = path_of(request_);
    emit(std::move(command));
}

void ServiceSession::emit(hub::Command command) {
    token_ = Token{static_cast<std::uint64_t>(token_) + 1};
    waiting_ = true;
    output_.requests.push_back({token_, hub_host_, std::move(command)});
}

void ServiceSession::on_reply(Token token, Result<hub::Reply> reply, Now now) {
    if (ended_ || !waiting_ || token != token_) return;
    waiting_ = false;
    if (!reply.ok()) {
        bool const other = !authorized_ && reply.code() == Errc::forbidden &&
                           route_.other_right != hub::Right::none && !second_right_tried_;
        if (other) {
            second_right_tried_ = true;
            authorize(route_.other_right);
        } else {
            refuse(reply.error(), now);
        }
    } else if (authorized_) {
        answer(*reply, now);
    } else if (std::holds_alternative<hub::Authorized>(*reply)) {
        authorized_ = true;
        operate(now);
    } else {
        refuse({Errc::internal, "not an answer to Authorize"}, now);
    }
    pump(now);
}

void ServiceSession::operate(Now now) {
    DeviceId device{route_.device};
    switch (route_.operation) {
        case Operation::get_device:
            return emit(hub::GetDevice{std::move(device)});
        case Operation::put_device:
            return emit(hub::PutDevice{std::move(device), std::move(request_.body), if_match_});
        case Operation::delete_device:
            return emit(hub::DeleteDevice{std::move(device), if_match_});
        case Operation::list_devices: {
            auto const top = parse_top(request_);
            return top.ok() ? emit(hub::ListDevices{*top}) : refuse(top.error(), now);
        }
        case Operation::query_devices: {
            auto const count = parse_page_size(request_);
            if (!count.ok()) return refuse(count.error(), now);
            return emit(hub::QueryDevices{std::move(request_.body), *count,
                                          header_or_empty(request_, "x-ms-continuation")});
        }
        case Operation::export_devices: {
            auto const* const exclude = request_.query_value("excludeKeys");
            return emit(hub::ExportDevices{header_or_empty(request_, "x-ms-continuation"),
                                           exclude != nullptr && *exclude == "true"});
        }
        case Operation::bulk_registry:
            return emit(hub::BulkRegistry{std::move(request_.body)});
        case Operation::device_statistics:
        case Operation::service_statistics:
            return emit(hub::GetStatistics{});
        case Operation::get_twin:
            return emit(hub::GetTwin{std::move(device)});
        case Operation::update_twin:
        case Operation::replace_twin:
            return emit(hub::UpdateTwin{std::move(device), std::move(request_.body), if_match_,
                                        route_.operation == Operation::replace_twin});
        case Operation::not_built:
            return refuse({Errc::not_implemented, "This operation is not available yet."}, now);
        case Operation::unknown_path:
        case Operation::wrong_method:
            break;
    }
    refuse({Errc::internal, "an operation without a command"}, now);
}

void ServiceSession::answer(hub::Reply const& reply, Now now) {
    if (auto const* const document = std::get_if<hub::Document>(&reply))
        return answer_document(*document, now);
    if (auto const* const statistics = std::get_if<hub::Statistics>(&reply)) {
        bool const service = route_.operation == Operation::service_statistics;
        return answer_document({service ? hub::render_service_statistics(*statistics)
                                        : hub::render_statistics(*statistics),
                                ""},
                               now);
    }
    if (auto const* const page = std::get_if<hub::Page>(&reply)) return answer_page(*page, now);
    if (std::holds_alternative<hub::Done>(reply)) {
        http::Response response;
        response.status = 204;
        return respond(std::move(response), now);
    }
    refuse({Errc::internal, "a reply that no REST operation has"}, now);
}

void ServiceSession::answer_document(hub::Document document, Now now) {
    http::Response response;
    response.headers.add("Content-Type", std::string{json_type});
    if (!document.etag.empty()) response.headers.add("ETag", '"' + document.etag + '"');
    response.body = std::move(document.json);
    respond(std::move(response), now);
}

void ServiceSession::answer_page(hub::Page const& page, Now now) {
    http::Response response;
    response.headers.add("Content-Type", std::string{json_type});
    if (route_.operation == Operation::query_devices)
        response.headers.add("x-ms-item-type", "Twin");
    // Never empty: clients go on asking for as long as there is one.
    if (!page.continuation.empty())
        response.headers.add("x-ms-continuation", page.continuation);
    response.body = page.body;
    respond(std::move(response), now);
}

void ServiceSession::refuse(Error const& error, Now now) {
    auto const shown = public_error(error);
    auto const& row = hub::error_row(shown.code);
    bool const wrong_method =
        route_.operation == Operation::wrong_method && shown.code == Errc::argument_invalid;
    auto const tracking_id = tracking_digits() + "-G:" + std::to_string(request_count_);
    http::Response response;
    response.status = wrong_method ? 405 : row.http_status;
    response.headers.add("Content-Type", std::string{json_type});
    response.headers.add("iothub-errorcode", std::string{row.name});
    if (wrong_method) response.headers.add("Allow", std::string{route_.allow});
    response.body = hub::render_service_error(shown, tracking_id, format_tracking_time(now.wall));
    respond(std::move(response), now);
}

void ServiceSession::respond(http::Response response, Now now) {
    auto id = tracking_digits();
    for (std::size_t const dash : {20, 16, 12, 8}) id.insert(dash, 1, '-');
    response.headers.add("x-ms-request-id", std::move(id));
    request_ = {};
    sas_.clear();
    connection_.respond(response, now);
}

/// 32 hex digits, of this request alone; nothing secret rests on them.
std::string ServiceSession::tracking_digits() const {
    std::uint64_t hash = 0xCBF29CE484222325u;
    for (char const c : info_.tracking_seed)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    std::string bytes;
    for (std::uint64_t const half : {1u, 2u}) {
        auto const word = mix(hash + (request_count_ * 2 + half) * 0x9E3779B97F4A7C15u);
        for (int shift = 56; shift >= 0; shift -= 8)
            bytes.push_back(static_cast<char>(word >> shift & 0xFF));
    }
    return hex_encode(bytes);
}

}  // namespace tandem::gateway
