// app/management.hpp -- the operator's verbs as a signed-in client of whichever control process
// holds the management plane; when it moves meanwhile they follow it.
#pragma once

#include "app/control_places.hpp"
#include "base/result.hpp"

#include <boost/json/value.hpp>
#include <string>

namespace tandem::app {

class Management {
public:
    /// Errors: unavailable (control does not answer), unauthorized.
    static Result<Management> sign_in(Installation const& installation,
                                      std::string const& client_id,
                                      std::string const& client_secret);

    /// As the installation's own service principal, from its files.
    static Result<Management> open(fs::path const& data_dir);

    struct Answer {
        int status = 0;
        boost::json::value body;          ///< null when there is none
        std::string text;                 ///< as it came
    };
    Result<Answer> get(std::string const& target) const;
    Result<Answer> post(std::string const& target, std::string const& body) const;
    Result<Answer> patch(std::string const& target, std::string const& body) const;
    Result<Answer> put(std::string const& target, std::string const& body) const;
    Result<Answer> remove(std::string const& target) const;

private:
    Management(Installation const& installation, ControlPlace place, std::string token);
    Result<Answer> send(std::string method, std::string const& target, std::string body) const;

    Installation installation_;
    mutable ControlPlace place_;
    std::string token_;
};

/// A request to the hub's service API through the edge, signed with a policy of the hub.
struct ServiceAccess {
    std::string policy, key;
};
Result<http::Response> call_hub(Installation const& installation, ServiceAccess const& access,
                                std::string method, std::string const& target, std::string body,
                                WallTime now);

/// The message of an error body in either of ARM's formats, or the text itself.
std::string error_text(Management::Answer const& answer);

}  // namespace tandem::app
