// world/hub_certificates.hpp -- which certificate a client is shown that asks for a hub by name.
//
// In this order: one that the operator has supplied; the server's own; one that the installation's
// authority makes for the hub. The first that names the host in a way that clients accept ("*.a"
// names nothing). Who asks for no name, or for one that no hub here has, is shown the server's.
//
// Shape   ISSUED/hub-NAME.crt and .key, made when the hub is defined and removed with it;
//         SUPPLIED/ANY.crt and .key, PEM, leaf first, read at the start.
// Used again, renewed and made anew as world/certificates.hpp says, when the hub is defined.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "record/fact.pb.h"
#include "world/certificates.hpp"
#include "world/tls.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tandem::world {

class HubCertificates {
public:
    struct Options {
        AuthorityFiles authority;         ///< where one of the files is missing, nothing is made
        std::filesystem::path issued;     ///< the node's own directory; empty: nothing is made
        std::filesystem::path supplied;   ///< may be absent
    };
    /// Errors: malformed (a supplied certificate without its key, or not what it should be).
    static Result<std::unique_ptr<HubCertificates>> open(Options options, TlsFiles server);

    /// From now on its names are answered for. Errors, after which the server's certificate is
    /// shown: unavailable (a disk that is full), malformed (what lies in ISSUED).
    Result<void> define(record::HubDefinition const& hub, WallTime now);
    void forget(std::string const& hub);

    /// The connections of `context` are shown what is said above. Both must stay where they are
    /// until the last of these connections is gone.
    void present_on(TlsContext& context);
    /// What is shown for a name, lower case; nullptr: the server's own.
    TlsContext const* find(std::string const& host) const;

private:
    HubCertificates(Options options, std::unique_ptr<TlsContext> server);
    Result<void> read_supplied();
    Result<TlsContext const*> issue(std::string const& hub, std::vector<std::string> names,
                                    WallTime now);

    Options options_;
    std::unique_ptr<TlsContext> server_;
    std::vector<std::unique_ptr<TlsContext>> supplied_;
    std::map<std::string, std::unique_ptr<TlsContext>> issued_;   ///< by hub
    std::map<std::string, std::string> defined_;                  ///< instance, by hub
    struct Shown {
        std::string hub;
        TlsContext const* context;
    };
    std::map<std::string, Shown> by_host_;
};

}  // namespace tandem::world
