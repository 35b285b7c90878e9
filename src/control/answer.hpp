// control/answer.hpp -- the responses and the two error formats of the management plane.
//
// Source  management-plane contract 2. Error codes are strings also where the real provider sends
//         numbers (trap 12). No error answer ever carries Retry-After (trap 11).
#pragma once

#include "base/time.hpp"
#include "codec/http/message.hpp"
#include "control/json.hpp"
#include "ports/random.hpp"

#include <string>
#include <string_view>

namespace tandem::control {

http::Response json_answer(int status, json::value const& body);
http::Response empty_answer(int status);

/// {"error":{"code":..,"message":..}}
http::Response arm_error(int status, std::string_view code, std::string_view message);

/// A refusal of the IoT Hub provider: {"code":"409002","httpStatusCode":"409","message":".."}.
struct Refusal {
    int number = 0;              ///< six digits, the first three are the HTTP status
    std::string message;         ///< one sentence or two, without the correlation text
    int status() const { return number / 1000; }
};
http::Response rp_error(Refusal const& refusal, WallTime now, ports::Random& random);

}  // namespace tandem::control
