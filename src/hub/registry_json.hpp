// hub/registry_json.hpp -- identities and twins as the JSON that service clients know.
//
// Source  data-plane contract 4.2 (recorded device, twin and statistics documents).
#pragma once

#include "base/bytes.hpp"
#include "hub/command.hpp"
#include "record/fact.pb.h"

#include <cstdint>
#include <string>

namespace tandem::hub {

/// `connected` as View::connected tells it; without it, as stored (which a failover outdates).
Bytes render_device(record::Device const& device, bool connected);
Bytes render_device(record::Device const& device);
Bytes render_twin(record::Device const& device, bool connected);
Bytes render_twin(record::Device const& device);
/// One line of an export, without its end. Source: Azure's "import and export device identities".
Bytes render_export_line(record::Device const& device, bool exclude_keys);
Bytes render_device_twin(record::Device const& device);   ///< the device's own sight
Bytes render_statistics(Statistics const& statistics);    ///< /statistics/devices
Bytes render_service_statistics(Statistics const& statistics);

std::string device_etag(std::uint64_t counter);           ///< base64 of the decimal text
std::string twin_etag(std::uint64_t counter);             ///< base64 of 8 bytes, big endian

}  // namespace tandem::hub
