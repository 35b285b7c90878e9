// world/fetcher.hpp -- outgoing HTTP(S) requests of the control process, on libcurl.
//
// One worker thread drives all transfers; what comes of them is posted to the event loop. Nothing
// of the environment (proxies, .netrc) is heeded, no redirect followed, nothing decompressed.
//
//     to our own nodes     the authority of this installation, the certificate's address checked
//     to others            https, the system's authorities, and FetchRules for every address; a
//                          connection for one request only, so that each is checked
#pragma once

#include "control/control.hpp"
#include "world/event_loop.hpp"
#include "world/fetch_rules.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace tandem::world {

class Fetcher {
public:
    struct Options {
        std::filesystem::path authority;      ///< PEM, of this installation
        FetchRules rules;
        std::size_t transfers_max = 256;      ///< under way; more are refused as unavailable
    };
    using Done = std::function<void(control::FetchId, Result<http::Response>)>;

    Fetcher(EventLoop& loop, Options options, Done done);
    ~Fetcher();                               ///< what is under way is given up
    Fetcher(Fetcher const&) = delete;
    Fetcher& operator=(Fetcher const&) = delete;

    /// `done` is called on the loop's thread, once for each. Errors: control.hpp, on_fetched.
    void start(control::Fetch fetch);

private:
    class Worker;
    std::unique_ptr<Worker> worker_;
};

}  // namespace tandem::world
