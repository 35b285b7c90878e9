#include "control/policies.hpp"
#include "codec/base64.hpp"

#include "control/text.hpp"
#include "hub/command.hpp"

#include <algorithm>
#include <array>

namespace tandem::control {

namespace {

constexpr std::size_t policies_max = 16;
constexpr std::size_t key_bytes = 32;
constexpr std::size_t key_text_min = 24;      // 16 bytes as base64
constexpr std::size_t key_text_max = 88;      // 64 bytes
constexpr std::size_t name_bytes_max = 64;

struct RightName {
    char const* name;
    hub::Right right;
};
constexpr std::array<RightName, 4> right_names = {{{"RegistryRead", hub::Right::registry_read},
                                                   {"RegistryWrite", hub::Right::registry_write},
                                                   {"ServiceConnect", hub::Right::service_connect},
                                                   {"DeviceConnect", hub::Right::device_connect}}};

record::Policy fresh(char const* name, std::uint32_t rights, ports::Random& random) {
    record::Policy policy;
    policy.set_name(name);
    policy.set_rights(rights);
    policy.set_primary_key(base64_encode(random_bytes(random, key_bytes)));
    policy.set_secondary_key(base64_encode(random_bytes(random, key_bytes)));
    return policy;
}

bool valid_key(std::string_view key) {
    if (key.size() < key_text_min || key.size() > key_text_max || key.size() % 4 != 0) return false;
    std::size_t const end = key.find_last_not_of('=') + 1;
    if (key.size() - end > 2) return false;
    return std::all_of(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
        return is_letter_or_digit(c) || c == '+' || c == '/';
    });
}

}  // namespace

std::vector<record::Policy> default_policies(ports::Random& random) {
    using hub::Right;
    std::uint32_t const write = bits(Right::registry_write);
    std::uint32_t const service = bits(Right::service_connect);
    std::uint32_t const device = bits(Right::device_connect);
    return {fresh("iothubowner", write | service | device, random),
            fresh("service", service, random), fresh("device", device, random),
            fresh("registryRead", bits(Right::registry_read), random),
            fresh("registryReadWrite", write, random)};
}

std::string rights_text(std::uint32_t rights) {
    std::string text;
    for (auto const& [name, right] : right_names)
        if ((rights & bits(right)) != 0) text += (text.empty() ? "" : ", ") + std::string{name};
    return text;
}

std::optional<std::uint32_t> read_rights(std::string_view text) {
    std::uint32_t rights = 0;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find(','), text.size());
        std::string const word = region_key(text.substr(0, end));   // without blanks, lower case
        bool known = false;
        for (auto const& [name, right] : right_names) {
            if (!equal_ci(name, word)) continue;
            rights |= bits(right);
            known = true;
        }
        if (!known) return std::nullopt;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (rights == 0) return std::nullopt;
    return rights;
}

std::optional<Refusal> read_policies(json::array const& sent, record::HubSettings const& before,
                                     ports::Random& random,
                                     std::vector<record::Policy>& policies) {
    if (sent.size() > policies_max)
        return Refusal{400920, "A hub has at most 16 shared access policies."};
    for (json::value const& entry : sent) {
        if (!entry.is_object()) return Refusal{400921, "A shared access policy must be an object."};
        json::object const& object = entry.get_object();
        std::string const name = find_string(object, "keyName").value_or("");
        if (!is_plain_name(name, name_bytes_max))
            return Refusal{400921, "'" + name + "' is not a valid keyName: use 1 to 64 letters, "
                                                "digits, '-', '.' and '_'."};
        for (auto const& other : policies)
            if (equal_ci(other.name(), name))
                return Refusal{400921, "The keyName '" + name + "' is used twice."};
        auto const rights = read_rights(find_string(object, "rights").value_or(""));
        if (!rights) return Refusal{400922, "The rights of policy '" + name + "' are not valid."};
        record::Policy policy = fresh(name.c_str(), *rights, random);
        for (auto const& known : before.policies()) {
            if (!equal_ci(known.name(), name)) continue;
            policy.set_primary_key(known.primary_key());
            policy.set_secondary_key(known.secondary_key());
        }
        for (bool primary : {true, false}) {
            auto const key = find_string(object, primary ? "primaryKey" : "secondaryKey");
            if (!key || key->empty()) continue;
            if (!valid_key(*key))
                return Refusal{400923, "A key of policy '" + name + "' is not base64 of 16 to 64 "
                                                                    "bytes."};
            primary ? policy.set_primary_key(*key) : policy.set_secondary_key(*key);
        }
        policies.push_back(std::move(policy));
    }
    return std::nullopt;
}

json::object render_policy(record::Policy const& policy) {
    return json::object{{"keyName", policy.name()},
                        {"primaryKey", policy.primary_key()},
                        {"secondaryKey", policy.secondary_key()},
                        {"rights", rights_text(policy.rights())}};
}

}  // namespace tandem::control
