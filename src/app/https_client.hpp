// app/https_client.hpp -- one HTTPS request at a time, blocking: for the operator's verbs, which
// have nothing else to do meanwhile.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "codec/http/client.hpp"

#include <filesystem>
#include <string>

namespace tandem::app {

class HttpsClient {
public:
    struct Options {
        std::string address;              ///< where to connect
        std::uint16_t port = 443;
        std::string host;                 ///< Host header, SNI, the certificate's name
        std::filesystem::path ca_file;
        Duration wait_max = 10s;
    };
    explicit HttpsClient(Options options) : options_(std::move(options)) {}

    /// Errors: unavailable (nobody there, not our certificate, no answer in time), malformed.
    Result<http::Response> send(http::ClientRequest request) const;

private:
    Options options_;
};

}  // namespace tandem::app
