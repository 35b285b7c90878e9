// codec/amqp/message.hpp -- a message: its sections, read and written.
//
// Source  AMQP 1.0 part 3 3.2 "Message Format".
// Shape   [header] [delivery-annotations] [message-annotations] [properties]
//         [application-properties] body [footer], each a described value.
// Invariant  a section appears once, in this order; several data sections are joined.
// Purity  total functions over any bytes.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/amqp/value.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tandem::amqp {

struct Properties {
    Value message_id;               ///< null, ulong, uuid, binary or string, as is correlation_id
    std::optional<std::string> user_id;
    std::optional<std::string> to;
    std::optional<std::string> subject;
    std::optional<std::string> reply_to;
    Value correlation_id;
    std::optional<std::string> content_type;
    std::optional<std::string> content_encoding;
    std::optional<std::int64_t> expiry_ms;
    bool operator==(Properties const&) const = default;
};

struct Message {
    Value delivery_annotations;     ///< map or null, as are the next ones
    Value message_annotations;
    std::optional<Properties> properties;
    Value application_properties;
    std::optional<Bytes> data;
    std::optional<Value> value;     ///< of an amqp-value section; sequences are skipped
    bool operator==(Message const&) const = default;
};

/// Errors: malformed -- a section out of order or of a wrong type.
Result<Message> decode_message(ByteView bytes);

void encode_message(Message const& message, Bytes& out);

}  // namespace tandem::amqp
