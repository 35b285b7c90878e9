#include "world/admin.hpp"

#include "codec/json.hpp"
#include "world/http_session.hpp"

namespace tandem::world {
namespace {

constexpr std::size_t connections_max = 64;

bool is_loopback(std::string const& address) {
    return address == "::1" || address.starts_with("127.");
}

}  // namespace

Admin::Admin(EventLoop& loop, ports::Random& random, Pages pages)
    : loop_(loop),
      pages_(std::move(pages)),
      server_(loop, random, {[](ConnectionId, gateway::Request) {}, [](ConnectionId) {}},
              connections_max) {}

Admin::Page Admin::metrics_page(std::function<std::string()> text) {
    return {"text/plain; version=0.0.4", std::move(text)};
}

Admin::Pages Admin::with_health(Pages pages, Reasons const& reasons) {
    pages["/health/live"] = {"application/json", [] { return "{\"status\":\"live\"}\n"; }};
    pages["/health/ready"] = {"application/json",
                              [reasons] {
                                  std::string list;
                                  for (auto const& reason : reasons())
                                      list += (list.empty() ? "" : ",") + json_string(reason);
                                  std::string const status = list.empty() ? "ready" : "not ready";
                                  return "{\"status\":\"" + status + "\",\"reasons\":[" + list +
                                         "]}\n";
                              },
                              [reasons] { return reasons().empty(); }};
    return pages;
}

Result<std::uint16_t> Admin::start(ListenAt const& at) {
    if (!is_loopback(at.address)) {
        return Error{Errc::argument_invalid, "the admin address must be a loopback address"};
    }
    return server_.listen(at, nullptr, [this](gateway::ConnectionInfo, ConnectionId id) {
        auto handler = [this, id](http::Request request) {
            auto* const session = static_cast<HttpSession*>(server_.session(id));
            if (session != nullptr) session->respond(answer(request), loop_.now());
        };
        return std::make_unique<HttpSession>(std::move(handler), nullptr);
    });
}

http::Response Admin::answer(http::Request const& request) const {
    http::Response response;
    std::string path;
    for (auto const& segment : request.path) path += "/" + segment;
    auto const page = pages_.find(path);
    if (page == pages_.end() || request.method != "GET") {
        response.status = page == pages_.end() ? 404 : 405;
        return response;
    }
    response.headers.add("Content-Type", page->second.content_type);
    if (page->second.good && !page->second.good()) response.status = 503;
    response.body = page->second.text();
    return response;
}

}  // namespace tandem::world
