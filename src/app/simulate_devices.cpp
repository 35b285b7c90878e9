#include "app/simulate_devices.hpp"

#include "app/simulated_device.hpp"
#include "base/limits.hpp"
#include "codec/base64.hpp"
#include "codec/json.hpp"
#include "world/system.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace tandem::app {

namespace {

json::object operation_of(std::string const& device, std::string const& key, char const* mode) {
    json::object const keys{{"primaryKey", key}, {"secondaryKey", key}};
    return {{"id", device},
            {"importMode", mode},
            {"status", "enabled"},
            {"authentication", json::object{{"type", "sas"}, {"symmetricKey", keys}}}};
}

/// The devices that were there before. Errors: anything else that was refused.
Result<std::vector<std::string>> bulk(Installation const& installation,
                                      ServiceAccess const& owner,
                                      std::vector<std::string> const& devices, char const* mode) {
    json::array operations;
    for (auto const& device : devices)
        operations.push_back(operation_of(device, simulated_key(owner.key, device), mode));
    TANDEM_TRY(auto const response,
               call_hub(installation, owner, "POST", "/devices?api-version=2021-04-12",
                        json::serialize(operations), world::read_clocks().wall));
    auto const body = parse_json_object(response.body);
    auto const* errors = body.ok() ? body->if_contains("errors") : nullptr;
    if (errors == nullptr || !errors->is_array())
        return Error{Errc::unavailable, "the hub answered " + std::to_string(response.status) +
                                            " " + response.body};
    std::vector<std::string> there;
    for (auto const& value : errors->as_array()) {
        auto const* entry = value.if_object();
        auto const* device = entry != nullptr ? entry->if_contains("deviceId") : nullptr;
        auto const* code = entry != nullptr ? entry->if_contains("errorCode") : nullptr;
        bool const known = device != nullptr && device->is_string() && code != nullptr &&
                           code->is_string() && code->as_string() == "DeviceAlreadyExists";
        if (!known) return Error{Errc::argument_invalid, json::serialize(value)};
        there.emplace_back(device->as_string());
    }
    return there;
}

}  // namespace

std::string connection_field(std::string const& text, std::string const& name) {
    for (std::size_t from = 0; from < text.size();) {
        auto const end = std::min(text.find(';', from), text.size());
        std::string const field = text.substr(from, end - from);
        if (field.starts_with(name + "=")) return field.substr(name.size() + 1);
        from = end + 1;
    }
    return {};
}

std::string simulated_key(std::string const& owner_key, std::string const& device) {
    std::string const text = "tandem simulate " + device;
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha256(), owner_key.data(), static_cast<int>(owner_key.size()),
         reinterpret_cast<unsigned char const*>(text.data()), text.size(), mac, &size);
    return base64_encode({reinterpret_cast<char const*>(mac), size});
}

Result<void> ensure_devices(Installation const& installation, ServiceAccess const& owner,
                            std::size_t count) {
    for (std::size_t from = 0; from < count; from += limits::registry_bulk_max) {
        std::vector<std::string> devices;
        for (std::size_t i = from; i < std::min(count, from + limits::registry_bulk_max); ++i)
            devices.push_back(SimulatedDevice::name_of(i));
        TANDEM_TRY(auto const there, bulk(installation, owner, devices, "create"));
        if (there.empty()) continue;
        TANDEM_TRY(auto const left, bulk(installation, owner, there, "update"));
        if (!left.empty()) return Error{Errc::conflict, left.front() + " cannot be changed"};
    }
    return {};
}

}  // namespace tandem::app
