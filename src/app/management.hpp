// app/management.hpp -- the operator's verbs as a signed-in client of control.
#pragma once

#include "app/installation.hpp"
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

    struct Answer {
        int status = 0;
        boost::json::value body;          ///< null when there is none
        std::string text;                 ///< as it came
    };
    Result<Answer> get(std::string const& target) const;
    Result<Answer> post(std::string const& target, std::string const& body) const;
    Result<Answer> patch(std::string const& target, std::string const& body) const;

private:
    Management(Installation const& installation, std::string token);
    Result<Answer> send(std::string method, std::string const& target, std::string body) const;

    Installation installation_;
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
