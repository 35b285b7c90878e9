// codec/mqtt/packet.hpp -- the control packets of MQTT 3.1.1 as values.
//
// All texts and payloads are views: into the input for what was decoded, into the caller's own
// storage for what is to be encoded.
// Source  MQTT 3.1.1 chapter 3.
#pragma once

#include "base/bytes.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tandem::mqtt {

enum class PacketId : std::uint16_t {};   ///< never 0 on the wire

enum class Qos : std::uint8_t { at_most_once, at_least_once, exactly_once };

enum class ConnackCode : std::uint8_t {
    accepted,
    unacceptable_protocol,
    identifier_rejected,
    server_unavailable,
    bad_credentials,
    not_authorized,
};

inline constexpr std::uint8_t suback_failure = 0x80;

struct Will {
    std::string_view topic;
    ByteView payload;
    Qos qos{};
    bool retain = false;
    bool operator==(Will const&) const = default;
};

struct Connect {
    std::string_view client_id;           ///< may be empty
    bool clean = false;
    std::chrono::seconds keep_alive{};    ///< 0 to 65535; 0: none
    std::optional<Will> will;
    std::optional<std::string_view> username;
    std::optional<ByteView> password;     ///< only with a username
    bool operator==(Connect const&) const = default;
};

struct Connack {
    bool session_present = false;
    std::uint8_t code = 0;                ///< a ConnackCode, or what a server made up
    bool operator==(Connack const&) const = default;
};

struct Publish {
    std::string_view topic;               ///< never empty; may hold '+' and '#' (see decode.hpp)
    ByteView payload;
    Qos qos{};
    bool retain = false;
    bool dup = false;
    PacketId packet_id{};                 ///< 0 with at_most_once
    bool operator==(Publish const&) const = default;
};

struct Filter {
    std::string_view text;                ///< never empty
    Qos qos{};                            ///< asked for
    bool operator==(Filter const&) const = default;
};

struct Subscribe {
    PacketId packet_id{};
    std::vector<Filter> filters;          ///< never empty
    bool operator==(Subscribe const&) const = default;
};

struct Suback {
    PacketId packet_id{};
    ByteView codes;                       ///< one byte a filter: 0, 1, 2 or suback_failure
    bool operator==(Suback const&) const = default;
};

struct Unsubscribe {
    PacketId packet_id{};
    std::vector<std::string_view> filters;
    bool operator==(Unsubscribe const&) const = default;
};

}  // namespace tandem::mqtt
