// gateway/mqtt/login.hpp -- who a CONNECT packet says it comes from.
//
// Source  data-plane contract 1.2, 1.5.
// Shape   user name {hubHost}/{deviceId}/?api-version={v}[&model-id={..}][&..]; "/?" and the
//         parameters may be missing, older clients leave out the '?'. The device id stands there
//         as it is and may hold '?', '%' or '#': it is found by comparing with the client id.
//
// Our choices where the contract leaves one:
//   - an api-version that no released SDK sends is refused like another level of MQTT (CONNACK 1);
//     none at all is fine;
//   - no user name, or one that is not of this shape: CONNACK 4; a client id that is empty, not a
//     device id, or not the one of the user name: CONNACK 2; modules, too (not in this build);
//   - a will anywhere but on the device's own telemetry topic: CONNACK 5;
//   - a port after the host (Node's HostName=host:port) is not part of the hub's name.
#pragma once

#include "base/ids.hpp"
#include "codec/mqtt/packet.hpp"
#include "record/fact.pb.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tandem::gateway {

struct Login {
    std::string hub_host;
    DeviceId device;
    std::string sas;                          ///< the password; empty: none
    std::string model_id;
    bool clean = false;
    std::chrono::seconds keep_alive{};
    std::optional<record::Telemetry> will;    ///< without what only the open session knows
};

/// The login, or the code with which to refuse it. Never tells whether the device exists.
std::variant<Login, mqtt::ConnackCode> read_login(mqtt::Connect const& connect);

}  // namespace tandem::gateway
