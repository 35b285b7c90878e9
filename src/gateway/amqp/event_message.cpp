#include "gateway/amqp/event_message.hpp"

#include "codec/amqp/message.hpp"

namespace tandem::gateway {

using amqp::Value;

namespace {

std::int64_t number_of(Position position) {
    return static_cast<std::int64_t>(position.bits());
}

void put(Value& map, std::string_view key, Value value) {
    map.items.push_back(Value::symbol(key));
    map.items.push_back(std::move(value));
}

void put_text(Value& map, std::string_view key, std::string const& text) {
    if (!text.empty()) put(map, key, Value::string(text));
}

Value annotations_of(hub::StoredTelemetry const& event) {
    record::Telemetry const& message = event.message;
    Value map = Value::map({});
    map.items.reserve(24);
    put(map, "x-opt-sequence-number", Value::int64(number_of(event.position)));
    put(map, "x-opt-offset", Value::string(std::to_string(event.position.bits())));
    put(map, "x-opt-enqueued-time", Value::timestamp(to_millis(event.enqueued)));
    put_text(map, "x-opt-partition-key", message.device_id());
    put_text(map, "iothub-connection-device-id", message.device_id());
    put_text(map, "iothub-connection-module-id", message.module_id());
    put_text(map, "iothub-connection-auth-method", message.auth_method());
    put_text(map, "iothub-connection-auth-generation-id", message.generation_id());
    put(map, "iothub-enqueuedtime", Value::timestamp(to_millis(event.enqueued)));
    put(map, "iothub-message-source",
        Value::string(message.source().empty() ? "Telemetry" : message.source()));
    for (record::Property const& annotation : message.annotations()) {
        put(map, annotation.name(), Value::string(annotation.value()));
    }
    return map;
}

/// Symbols are ASCII: a device's text becomes one with everything else percent-encoded.
std::optional<std::string> given_symbol(std::string const& text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    if (text.empty()) return std::nullopt;
    std::string symbol;
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7F) {
            symbol += c;
        } else {
            symbol += '%';
            symbol += digits[byte >> 4U];
            symbol += digits[byte & 15U];
        }
    }
    return symbol;
}

std::optional<std::string> given(std::string const& text) {
    if (text.empty()) return std::nullopt;
    return text;
}

amqp::Properties properties_of(record::Telemetry const& message) {
    amqp::Properties properties;
    if (!message.message_id().empty()) properties.message_id = Value::string(message.message_id());
    if (!message.correlation_id().empty()) {
        properties.correlation_id = Value::string(message.correlation_id());
    }
    properties.user_id = given(message.user_id());
    properties.to = given(message.to());
    properties.content_type = given_symbol(message.content_type());
    properties.content_encoding = given_symbol(message.content_encoding());
    if (message.expiry_us() != 0) properties.expiry_ms = message.expiry_us() / 1000;
    return properties;
}

}  // namespace

Bytes encode_event(hub::StoredTelemetry const& event, std::optional<RuntimeMetrics> metrics) {
    amqp::Message message;
    if (metrics) {
        Value map = Value::map({});
        put(map, "last_enqueued_sequence_number", Value::int64(number_of(metrics->newest)));
        put(map, "last_enqueued_offset", Value::string(std::to_string(metrics->newest.bits())));
        put(map, "last_enqueued_time_utc", Value::timestamp(to_millis(metrics->newest_enqueued)));
        put(map, "runtime_info_retrieval_time_utc",
            Value::timestamp(to_millis(metrics->retrieved)));
        message.delivery_annotations = std::move(map);
    }
    message.message_annotations = annotations_of(event);
    message.properties = properties_of(event.message);
    if (event.message.properties_size() > 0) {
        Value map = Value::map({});
        for (record::Property const& property : event.message.properties()) {
            map.items.push_back(Value::string(property.name()));
            map.items.push_back(property.no_value() ? Value::null()
                                                    : Value::string(property.value()));
        }
        message.application_properties = std::move(map);
    }
    message.data = event.message.body();
    Bytes bytes;
    bytes.reserve(event.message.body().size() + 1024);
    amqp::encode_message(message, bytes);
    return bytes;
}

}  // namespace tandem::gateway
