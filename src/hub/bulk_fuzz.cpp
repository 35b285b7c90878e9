// Any body: refused as a whole, or split into at most a hundred operations on different devices,
// whose commands carry valid JSON; the answer to them is valid JSON whatever the ids are.

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "codec/json.hpp"
#include "hub/decide.hpp"

#include <cstdint>
#include <set>
#include <string>

using namespace tandem;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto operations = hub::bulk_operations({Bytes{reinterpret_cast<char const*>(data), size}});
    if (!operations.ok()) return 0;
    TANDEM_ASSERT(operations->size() <= limits::registry_bulk_max, "too many operations");
    std::set<std::string> seen;
    std::vector<std::pair<DeviceId, Error>> refusals;
    for (auto const& operation : *operations) {
        TANDEM_ASSERT(seen.insert(operation.device.value).second, "a device twice");
        TANDEM_ASSERT(!operation.commands.empty(), "an operation that does nothing");
        for (auto const& command : operation.commands) {
            auto const* device = hub::device_of(command);
            TANDEM_ASSERT(device != nullptr && *device == operation.device, "another device");
            if (auto const* put = std::get_if<hub::PutDevice>(&command))
                TANDEM_ASSERT(parse_json_object(put->body).ok(), "a body that is not JSON");
            if (auto const* twin = std::get_if<hub::UpdateTwin>(&command))
                TANDEM_ASSERT(parse_json_object(twin->body).ok(), "a patch that is not JSON");
        }
        refusals.emplace_back(operation.device, Error{Errc::conflict, operation.device.value});
    }
    auto const answer = parse_json_object(hub::bulk_result(refusals).json);
    TANDEM_ASSERT(answer.ok(), "an answer that is not JSON");
    return 0;
}
