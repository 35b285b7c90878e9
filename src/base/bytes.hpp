// base/bytes.hpp -- owned and borrowed bytes. A Bytes is a std::string, because every library we
// hand bytes to (protobuf, RocksDB, Boost.JSON) speaks std::string.
#pragma once

#include <string>
#include <string_view>

namespace tandem {

using Bytes = std::string;
using ByteView = std::string_view;

}  // namespace tandem
