// control/container_address.hpp -- where a blob container is, as a caller writes it: its URL with a
// shared access signature.
//
// Source  Azure's "service SAS": https://account.blob.core.windows.net/container?sv=..&sig=..
// Invariant  bad inputs 35, 45: no user in the authority, no segment that names another path, no
//            character that ends a request line. Whether the server may be asked at all is decided
//            where the connection is made (world/fetch_rules.hpp).
// Purity  total functions over any bytes.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace tandem::control {

struct ContainerAddress {
    std::string base;       ///< "https://host/container", no slash at the end
    std::string signature;  ///< the query, without its '?'; secret
};
/// Errors: argument_invalid -- the text says what is wrong, and repeats nothing of the address.
Result<ContainerAddress> parse_container(std::string_view uri);

/// A name like "folder/devices.txt" that means itself only.
bool is_blob_name(std::string_view name);

/// Requires: is_blob_name(blob). `query` ("comp=block&...") stands before the signature.
std::string blob_url(ContainerAddress const& container, std::string_view blob,
                     std::string_view query = {});

}  // namespace tandem::control
