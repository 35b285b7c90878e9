// gateway/http/routes.hpp -- the service REST API's paths: which operation a request means, and
// which right it takes.
//
// Source  data-plane contract 4.2; Azure's "IoT Hub permissions" (RegistryRead, RegistryReadWrite,
//         ServiceConnect).
// Shape   fixed segments compare case-insensitively, ids exactly.
// Purity  a function of method and path; the domain decides whether an id can exist.
#pragma once

#include "codec/http/message.hpp"
#include "hub/command.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tandem::gateway {

enum class Operation : std::uint8_t {
    unknown_path,
    wrong_method,
    not_built,  ///< known to the contract, and answered not_implemented
    get_device,
    put_device,
    delete_device,
    list_devices,
    query_devices,
    export_devices,
    bulk_registry,
    device_statistics,
    service_statistics,
    get_twin,
    update_twin,
    replace_twin,
};

struct Route {
    Operation operation = Operation::unknown_path;
    hub::Right right = hub::Right::none;  ///< none: no shared access policy is asked
    /// Enough as well; none: there is no other.
    hub::Right other_right = hub::Right::none;
    std::string device;           ///< of the operations on one device
    std::string_view allow = {};  ///< for wrong_method: the methods that the path has
};

Route find_route(http::Request const& request);

/// Whether the service API has this version.
bool known_api_version(std::string_view version);

}  // namespace tandem::gateway
