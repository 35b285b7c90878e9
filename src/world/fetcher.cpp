#include "world/fetcher.hpp"

#include "base/limits.hpp"
#include "codec/http/fields.hpp"

#include <curl/curl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace tandem::world {

namespace {

constexpr long connect_wait_max_ms = 5000;
constexpr int poll_wait_ms = 1000;

struct FreeUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;
using Easy = std::unique_ptr<CURL, FreeEasy>;

std::string part_of(CURLU* url, CURLUPart part, unsigned flags) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
    std::string const copy = text;
    curl_free(text);
    return copy;
}

/// One transfer, and what curl calls while it runs (on the worker's thread).
struct Transfer {
    control::Fetch fetch;
    FetchRules const* rules = nullptr;
    bool server_allowed = false;
    bool address_refused = false;
    bool too_large = false;
    std::size_t header_bytes = 0;
    http::Response response;
    Url url;
    std::unique_ptr<curl_slist, FreeList> headers;
    Easy easy;

    bool ours() const { return !fetch.address.empty(); }
};

std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    if (transfer.response.body.size() + count > transfer.fetch.response_bytes_max) {
        transfer.too_large = true;
        return 0;
    }
    transfer.response.body.append(bytes, count);
    return count;
}

std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    transfer.header_bytes += count;
    if (transfer.header_bytes > limits::http_header_bytes_max) {
        transfer.too_large = true;
        return 0;
    }
    std::string_view line{bytes, count};
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("HTTP/")) transfer.response.headers.fields.clear();  // after a 1xx
    else if (!line.empty() && http::parse_field(line, transfer.response.headers)) return 0;
    return count;
}

curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* at) {
    auto& transfer = *static_cast<Transfer*>(user);
    if (!transfer.ours() && !transfer.server_allowed) {
        std::span<std::uint8_t const> address;
        if (at->family == AF_INET) {
            auto const& in = reinterpret_cast<sockaddr_in const&>(at->addr);
            address = {reinterpret_cast<std::uint8_t const*>(&in.sin_addr), 4};
        } else if (at->family == AF_INET6) {
            auto const& in = reinterpret_cast<sockaddr_in6 const&>(at->addr);
            address = {reinterpret_cast<std::uint8_t const*>(&in.sin6_addr), 16};
        }
        if (!transfer.rules->allows_address(address)) {
            transfer.address_refused = true;
            return CURL_SOCKET_BAD;
        }
    }
    return ::socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
}

bool add_headers(Transfer& transfer) {
    curl_slist* list = nullptr;
    auto const add = [&list](std::string const& line) {
        list = curl_slist_append(list, line.c_str());
    };
    bool typed = false;
    for (auto const& [name, value] : transfer.fetch.headers.fields) {
        if (!http::is_token(name) || has_control(value)) {
            curl_slist_free_all(list);
            return false;
        }
        typed = typed || http::iequals(name, "Content-Type");
        add(value.empty() ? name + ";" : name + ": " + value);
    }
    add("Expect:");
    if (!typed) add("Content-Type:");
    transfer.headers.reset(list);
    return true;
}

/// Our nodes are known by their addresses: they are asked as such, so that they show their own
/// certificates and not the one of a hub's name, which an operator may have from anywhere.
bool ask_node(Transfer& transfer, std::string const& host) {
    control::Fetch const& fetch = transfer.fetch;
    bool const v6 = fetch.address.find(':') != std::string::npos;
    std::string const address = v6 ? "[" + fetch.address + "]" : fetch.address;
    curl_slist* const list =
        curl_slist_append(transfer.headers.release(), ("Host: " + host).c_str());
    transfer.headers.reset(list);
    CURLU* const url = transfer.url.get();
    return curl_url_set(url, CURLUPART_HOST, address.c_str(), 0) == CURLUE_OK &&
           curl_url_set(url, CURLUPART_PORT, std::to_string(fetch.port).c_str(), 0) == CURLUE_OK;
}

/// Errors: malformed, forbidden.
Result<void> prepare(Transfer& transfer, Fetcher::Options const& options) {
    control::Fetch const& fetch = transfer.fetch;
    transfer.rules = &options.rules;
    transfer.url.reset(curl_url());
    transfer.easy.reset(curl_easy_init());
    CURLU* const url = transfer.url.get();
    if (has_control(fetch.url) ||
        curl_url_set(url, CURLUPART_URL, fetch.url.c_str(), 0) != CURLUE_OK)
        return Error{Errc::malformed, "not a URL"};
    std::string const scheme = part_of(url, CURLUPART_SCHEME, 0);
    std::string const host = part_of(url, CURLUPART_HOST, 0);
    int const port = std::atoi(part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT).c_str());
    if (!part_of(url, CURLUPART_USER, 0).empty() || !add_headers(transfer))
        return Error{Errc::malformed, "not a request that can be sent"};
    transfer.server_allowed = options.rules.allows_server(host, static_cast<std::uint16_t>(port));
    if (scheme != "https" && !(scheme == "http" && transfer.server_allowed && !transfer.ours()))
        return Error{Errc::forbidden, "only https is allowed"};

    if (transfer.ours() && !ask_node(transfer, host))
        return Error{Errc::malformed, "not the address of a node"};

    CURL* const easy = transfer.easy.get();
    curl_easy_setopt(easy, CURLOPT_CURLU, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_wait_max_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(fetch.wait_max / 1ms));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers.get());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
    if (!transfer.ours() || !fetch.repeatable) {
        // A kept connection may be closed under a request, and curl would send that again.
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    }
    if (transfer.ours()) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, options.authority.c_str());
    }
    bool const sends = !fetch.body.empty() || fetch.method == "PUT" || fetch.method == "POST" ||
                       fetch.method == "PATCH";
    if (sends) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(fetch.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, fetch.body.data());
    }
    if (fetch.method == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, fetch.method.c_str());
    return {};
}

Result<http::Response> outcome(Transfer& transfer, CURLcode code) {
    CURL* const easy = transfer.easy.get();
    if (code == CURLE_OK) {
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        transfer.response.status = static_cast<int>(status);
        return std::move(transfer.response);
    }
    std::string const why = curl_easy_strerror(code);
    if (transfer.address_refused)
        return Error{Errc::forbidden, "the server's address is not a public one"};
    if (transfer.too_large) return Error{Errc::message_too_large, "the answer is too large"};
    curl_off_t ready = 0;   // when the connection, TLS included, was there
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
    if (ready == 0) return Error{Errc::unavailable, why};
    if (code == CURLE_OPERATION_TIMEDOUT || code == CURLE_RECV_ERROR ||
        code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING || code == CURLE_PARTIAL_FILE)
        return Error{Errc::timeout, why};
    return Error{Errc::malformed, why};
}

}  // namespace

class Fetcher::Worker {
public:
    Worker(EventLoop& loop, Options options, Done done)
        : loop_(loop),
          options_(std::move(options)),
          done_(std::make_shared<Done>(std::move(done))) {
        static CURLcode const initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
        TANDEM_ASSERT(initialised == CURLE_OK, "libcurl does not start");
        multi_ = curl_multi_init();
        thread_ = std::thread{[this] { run(); }};
    }
    ~Worker() {
        *done_ = nullptr;   // on the loop's thread, as the posted tasks that look at it
        {
            std::lock_guard const lock{mutex_};
            stopping_ = true;
        }
        curl_multi_wakeup(multi_);
        thread_.join();
        curl_multi_cleanup(multi_);
    }

    void start(control::Fetch fetch) {
        {
            std::lock_guard const lock{mutex_};
            queued_.push_back(std::move(fetch));
        }
        curl_multi_wakeup(multi_);
    }

private:
    void run() {
        while (take_queued()) {
            int running = 0;
            curl_multi_perform(multi_, &running);
            int left = 0;
            while (CURLMsg* const message = curl_multi_info_read(multi_, &left))
                if (message->msg == CURLMSG_DONE)
                    finish(message->easy_handle, message->data.result);
            curl_multi_poll(multi_, nullptr, 0, poll_wait_ms, nullptr);
        }
        for (auto& [easy, transfer] : transfers_) curl_multi_remove_handle(multi_, easy);
        transfers_.clear();
    }
    bool take_queued() {
        std::vector<control::Fetch> queued;
        {
            std::lock_guard const lock{mutex_};
            if (stopping_) return false;
            queued.swap(queued_);
        }
        for (auto& fetch : queued) {
            auto transfer = std::make_unique<Transfer>();
            control::FetchId const id = fetch.id;
            transfer->fetch = std::move(fetch);
            if (transfers_.size() >= options_.transfers_max) {
                tell(id, Error{Errc::unavailable, "too many requests are under way"});
            } else if (auto const ready = prepare(*transfer, options_); !ready.ok()) {
                tell(id, ready.error());
            } else {
                CURL* const easy = transfer->easy.get();
                transfers_.emplace(easy, std::move(transfer));
                curl_multi_add_handle(multi_, easy);
            }
        }
        return true;
    }
    void finish(CURL* easy, CURLcode code) {
        curl_multi_remove_handle(multi_, easy);
        auto const found = transfers_.find(easy);
        tell(found->second->fetch.id, outcome(*found->second, code));
        transfers_.erase(found);
    }
    void tell(control::FetchId id, Result<http::Response> result) {
        auto shared = std::make_shared<Result<http::Response>>(std::move(result));
        loop_.post([done = done_, id, shared] {
            if (*done) (*done)(id, std::move(*shared));
        });
    }

    EventLoop& loop_;
    Options const options_;
    std::shared_ptr<Done> done_;                                 ///< the loop's thread only
    CURLM* multi_ = nullptr;
    std::map<CURL*, std::unique_ptr<Transfer>> transfers_;       ///< the worker's thread only
    std::mutex mutex_;                                           ///< guards the two below
    std::vector<control::Fetch> queued_;
    bool stopping_ = false;
    std::thread thread_;
};

Fetcher::Fetcher(EventLoop& loop, Options options, Done done)
    : worker_(std::make_unique<Worker>(loop, std::move(options), std::move(done))) {}
Fetcher::~Fetcher() = default;

void Fetcher::start(control::Fetch fetch) { worker_->start(std::move(fetch)); }

}  // namespace tandem::world
