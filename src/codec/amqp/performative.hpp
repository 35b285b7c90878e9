// codec/amqp/performative.hpp -- what the two ends of a connection say to each other.
//
// Source  AMQP 1.0 part 2 2.7 "Performatives", 2.8.14 "Error"; part 5 5.3.3 (SASL bodies).
// Shape   a described list, descriptor a ulong (or its symbol); after a transfer the payload.
// Invariant  encode writes every field, nulls included (data-plane contract 8, trap 1).
// Invariant  decode checks the type of every field kept here; fields that no code of ours reads
//         (locales, capabilities of a session, ...) are skipped, whatever they hold.
// Purity  total functions over any bytes.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/amqp/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tandem::amqp {

struct Condition {
    std::string condition;          ///< symbol, "amqp:not-found"
    std::optional<std::string> description;
    Value info;                     ///< map with symbol keys, or null
    bool operator==(Condition const&) const = default;
};

struct Open {
    std::string container_id;
    std::optional<std::string> hostname;
    std::uint32_t max_frame_size = 0xFFFFFFFF;
    std::uint16_t channel_max = 0xFFFF;
    std::optional<std::uint32_t> idle_time_out_ms;
    Value properties;
    bool operator==(Open const&) const = default;
};

struct Begin {
    std::optional<std::uint16_t> remote_channel;
    std::uint32_t next_outgoing_id = 0;
    std::uint32_t incoming_window = 0;
    std::uint32_t outgoing_window = 0;
    std::uint32_t handle_max = 0xFFFFFFFF;
    bool operator==(Begin const&) const = default;
};

enum class Role : std::uint8_t { sender = 0, receiver = 1 };

struct Attach {
    std::string name;
    std::uint32_t handle = 0;
    Role role{};                    ///< of the end that speaks
    std::uint8_t snd_settle_mode = 2;   ///< 0 unsettled, 1 settled, 2 mixed
    std::uint8_t rcv_settle_mode = 0;   ///< 0 first, 1 second
    Value source;                   ///< null or described
    Value target;
    std::optional<std::uint32_t> initial_delivery_count;
    std::optional<std::uint64_t> max_message_size;
    Value offered_capabilities;
    Value desired_capabilities;
    Value properties;
    bool operator==(Attach const&) const = default;
};

struct Flow {
    std::optional<std::uint32_t> next_incoming_id;
    std::uint32_t incoming_window = 0;
    std::uint32_t next_outgoing_id = 0;
    std::uint32_t outgoing_window = 0;
    std::optional<std::uint32_t> handle;    ///< nullopt: about the session only
    std::optional<std::uint32_t> delivery_count;
    std::optional<std::uint32_t> link_credit;
    std::optional<std::uint32_t> available;
    bool drain = false;
    bool echo = false;
    bool operator==(Flow const&) const = default;
};

struct Transfer {
    std::uint32_t handle = 0;
    std::optional<std::uint32_t> delivery_id;
    std::optional<std::string> delivery_tag;
    std::optional<std::uint32_t> message_format;
    std::optional<bool> settled;
    bool more = false;
    bool aborted = false;
    bool operator==(Transfer const&) const = default;
};

struct Disposition {
    Role role{};
    std::uint32_t first = 0;
    std::optional<std::uint32_t> last;
    bool settled = false;
    Value state;
    bool operator==(Disposition const&) const = default;
};

struct Detach {
    std::uint32_t handle = 0;
    bool closed = false;
    std::optional<Condition> error;
    bool operator==(Detach const&) const = default;
};

struct End {
    std::optional<Condition> error;
    bool operator==(End const&) const = default;
};

struct Close {
    std::optional<Condition> error;
    bool operator==(Close const&) const = default;
};

struct SaslMechanisms {
    std::vector<std::string> mechanisms;
    bool operator==(SaslMechanisms const&) const = default;
};

struct SaslInit {
    std::string mechanism;
    std::string initial_response;
    std::optional<std::string> hostname;
    bool operator==(SaslInit const&) const = default;
};

struct SaslOutcome {
    std::uint8_t code = 0;          ///< 0 ok, 1 wrong credentials, 2 ours to mend
    bool operator==(SaslOutcome const&) const = default;
};

using Performative = std::variant<Open, Begin, Attach, Flow, Transfer, Disposition, Detach, End,
                                  Close, SaslMechanisms, SaslInit, SaslOutcome>;

struct Decoded {
    Performative performative;
    ByteView payload;               ///< into the body; only a transfer has one
};

/// Errors: malformed -- not a performative, a mandatory field missing, a field of a wrong type,
///         bytes after anything but a transfer.
Result<Decoded> decode_performative(ByteView body);

void encode_performative(Performative const& performative, Bytes& out);

/// The outcome accepted, as a delivery state.
Value accepted();
/// True for accepted, rejected, released and modified.
bool terminal_outcome(Value const& state);

/// The address of a source or target; nullopt: none.
std::optional<std::string> address_of(Value const& terminus);
/// The filter map of a source; nullptr: none.
Value const* filter_of(Value const& source);

}  // namespace tandem::amqp
