#include "world/hub_certificates.hpp"

#include "world/files.hpp"
#include "world/sockets.hpp"

#include <openssl/x509v3.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace tandem::world {
namespace {

bool names(TlsContext const& context, std::string const& host) {
    X509* const leaf = SSL_CTX_get0_certificate(context.get());
    return X509_check_host(leaf, host.data(), host.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                           nullptr) == 1;
}

std::string stem_of(std::string const& hub) {
    return "hub-" + hub;
}

// The other context lends its certificate and key only: what is asked of a client, tickets and
// modes stay those of the listener.
int choose(SSL* ssl, int*, void* certificates) {
    std::string const asked = asked_name(ssl);
    if (asked.empty()) return SSL_TLSEXT_ERR_NOACK;
    auto const* const shown = static_cast<HubCertificates const*>(certificates)->find(asked);
    if (shown != nullptr) SSL_set_SSL_CTX(ssl, shown->get());
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

HubCertificates::HubCertificates(Options options, std::unique_ptr<TlsContext> server)
    : options_(std::move(options)), server_(std::move(server)) {}

Result<std::unique_ptr<HubCertificates>> HubCertificates::open(Options options, TlsFiles server) {
    TANDEM_TRY(auto own, TlsContext::make(TlsContext::Role::service, server));
    std::unique_ptr<HubCertificates> opened{
        new HubCertificates(std::move(options), std::move(own))};
    TANDEM_CHECK(opened->read_supplied());
    return opened;
}

Result<void> HubCertificates::read_supplied() {
    std::error_code failed;
    std::vector<std::filesystem::path> files;
    for (std::filesystem::directory_iterator it{options_.supplied, failed}, end; it != end;
         it.increment(failed)) {
        if (failed) break;
        if (it->path().extension() == ".crt") files.push_back(it->path());
    }
    if (failed && failed != std::errc::no_such_file_or_directory && !options_.supplied.empty())
        return Error{Errc::unavailable, "cannot read " + options_.supplied.string() + ": " +
                                            failed.message()};
    std::sort(files.begin(), files.end());
    for (auto const& file : files) {
        auto key = file;
        key.replace_extension(".key");
        TANDEM_TRY(auto context,
                   TlsContext::make(TlsContext::Role::service,
                                    {.certificate = file, .key = key, .authority = {}}));
        supplied_.push_back(std::move(context));
    }
    return {};
}

Result<TlsContext const*> HubCertificates::issue(std::string const& hub,
                                                 std::vector<std::string> names_of,
                                                 WallTime now) {
    CertificateRequest const request{.file_stem = stem_of(hub),
                                     .common_name = hub,
                                     .dns_names = std::move(names_of),
                                     .addresses = {}};
    TANDEM_TRY(auto const files,
               ensure_certificate(options_.issued, options_.authority, request, now));
    TANDEM_TRY(auto context, TlsContext::make(TlsContext::Role::service, files));
    auto const* const made = context.get();
    issued_[hub] = std::move(context);
    return made;
}

Result<void> HubCertificates::define(record::HubDefinition const& hub, WallTime now) {
    auto const known = defined_.find(hub.name());
    if (known != defined_.end() && known->second == hub.instance_id()) return {};
    std::erase_if(by_host_, [&](auto const& entry) { return entry.second.hub == hub.name(); });
    std::vector<std::string> unnamed;
    for (std::string const& host : hub.host_names()) {
        if (!is_host_name(host)) continue;   // an address: nobody asks for one by name
        auto const found =
            std::find_if(supplied_.begin(), supplied_.end(),
                         [&](auto const& context) { return names(*context, host); });
        if (found != supplied_.end()) {
            by_host_[host] = {hub.name(), found->get()};
        } else if (!names(*server_, host)) {
            unnamed.push_back(host);
        }
    }
    if (!unnamed.empty() && !options_.issued.empty() && is_host_name(hub.name())) {
        TANDEM_TRY(auto const* const made, issue(hub.name(), unnamed, now));
        for (auto const& host : unnamed) by_host_[host] = {hub.name(), made};
    }
    defined_[hub.name()] = hub.instance_id();
    return {};
}

// A connection that is shown a context holds it by itself: SSL_set_SSL_CTX counts.
void HubCertificates::forget(std::string const& hub) {
    std::erase_if(by_host_, [&](auto const& entry) { return entry.second.hub == hub; });
    issued_.erase(hub);
    defined_.erase(hub);
    if (options_.issued.empty() || !is_host_name(hub)) return;
    std::error_code ignored;   // what stays is used for nobody
    for (char const* const ending : {".crt", ".key"})
        std::filesystem::remove(options_.issued / (stem_of(hub) + ending), ignored);
}

void HubCertificates::present_on(TlsContext& context) {
    SSL_CTX_set_tlsext_servername_callback(context.get(), choose);
    SSL_CTX_set_tlsext_servername_arg(context.get(), this);
}

TlsContext const* HubCertificates::find(std::string const& host) const {
    auto const found = by_host_.find(host);
    return found == by_host_.end() ? nullptr : found->second.context;
}

}  // namespace tandem::world
