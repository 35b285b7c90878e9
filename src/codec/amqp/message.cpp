#include "codec/amqp/message.hpp"

#include <array>
#include <string_view>

namespace tandem::amqp {

namespace {

constexpr std::uint64_t header_code = 0x70;
constexpr std::uint64_t delivery_annotations_code = 0x71;
constexpr std::uint64_t message_annotations_code = 0x72;
constexpr std::uint64_t properties_code = 0x73;
constexpr std::uint64_t application_properties_code = 0x74;
constexpr std::uint64_t data_code = 0x75;
constexpr std::uint64_t sequence_code = 0x76;
constexpr std::uint64_t value_code = 0x77;
constexpr std::uint64_t footer_code = 0x78;

constexpr std::array<std::string_view, 9> section_names{
    "amqp:header:list", "amqp:delivery-annotations:map", "amqp:message-annotations:map",
    "amqp:properties:list", "amqp:application-properties:map", "amqp:data:binary",
    "amqp:amqp-sequence:list", "amqp:amqp-value:*", "amqp:footer:map"};

Error malformed(char const* what) { return {Errc::malformed, what}; }

std::optional<std::uint64_t> section_of(Value const& descriptor) {
    if (descriptor.kind == Kind::ulong) return descriptor.bits;
    for (std::size_t i = 0; i < section_names.size(); ++i) {
        if (descriptor.kind == Kind::symbol && descriptor.text == section_names[i]) {
            return header_code + i;
        }
    }
    return std::nullopt;
}

std::optional<std::string> text_at(std::vector<Value> const& items, std::size_t index) {
    if (index >= items.size() || items[index].text.empty()) return std::nullopt;
    return items[index].text;
}

Result<Properties> read_properties(std::vector<Value> const& items) {
    Properties result;
    auto const id_at = [&items](std::size_t index) {
        return index < items.size() ? items[index] : Value{};
    };
    result.message_id = id_at(0);
    result.user_id = text_at(items, 1);
    result.to = text_at(items, 2);
    result.subject = text_at(items, 3);
    result.reply_to = text_at(items, 4);
    result.correlation_id = id_at(5);
    result.content_type = text_at(items, 6);
    result.content_encoding = text_at(items, 7);
    for (Value const* id : {&result.message_id, &result.correlation_id}) {
        bool const allowed = id->is_null() || id->kind == Kind::ulong || id->kind == Kind::uuid ||
                             id->kind == Kind::binary || id->kind == Kind::string;
        if (!allowed) return malformed("a message id of a wrong type");
    }
    if (items.size() > 8 && items[8].kind == Kind::timestamp) {
        result.expiry_ms = items[8].as_signed();
    }
    return result;
}

Result<void> read_section(std::uint64_t code, Value section, Message& message) {
    Kind const kind = section.kind;
    bool const is_map = code == delivery_annotations_code || code == message_annotations_code ||
                        code == application_properties_code || code == footer_code;
    bool const is_list = code == header_code || code == properties_code || code == sequence_code;
    if (is_map && kind != Kind::map) return malformed("a section that should be a map");
    if (is_list && kind != Kind::list) return malformed("a section that should be a list");
    if (code == data_code && kind != Kind::binary) return malformed("data that is not binary");
    switch (code) {
        case delivery_annotations_code: message.delivery_annotations = std::move(section); break;
        case message_annotations_code: message.message_annotations = std::move(section); break;
        case application_properties_code:
            message.application_properties = std::move(section);
            break;
        case properties_code: {
            TANDEM_TRY(message.properties, read_properties(section.items));
            break;
        }
        case data_code:
            if (!message.data) message.data.emplace();
            message.data->append(section.text);
            break;
        case value_code: message.value = std::move(section); break;
        default: break;
    }
    return {};
}

void encode_section(std::uint64_t code, Value const& section, Bytes& out) {
    if (section.is_null()) return;
    out.push_back('\0');
    encode_value(Value::ulong(code), out);
    encode_value(section, out);
}

void encode_properties(Properties const& properties, Bytes& out) {
    ListWriter{out, properties_code}
        .value(properties.message_id).binary(properties.user_id).string(properties.to)
        .string(properties.subject).string(properties.reply_to).value(properties.correlation_id)
        .symbol(properties.content_type).symbol(properties.content_encoding)
        .timestamp(properties.expiry_ms)
        .null(4);  // creation-time, group-id, group-sequence, reply-to-group-id
}

}  // namespace

Result<Message> decode_message(ByteView bytes) {
    Message message;
    std::uint64_t previous = 0;
    while (!bytes.empty()) {
        TANDEM_TRY(Value section, decode_value(bytes));
        if (section.kind != Kind::described) return malformed("a section is not described");
        auto const code = section_of(section.descriptor());
        if (!code || *code < header_code || *code > footer_code) {
            return malformed("an unknown section");
        }
        bool const repeats = *code == data_code || *code == sequence_code;
        if (*code < previous || (*code == previous && !repeats)) {
            return malformed("a section out of order");
        }
        previous = *code;
        TANDEM_CHECK(read_section(*code, std::move(section.items[1]), message));
    }
    return message;
}

void encode_message(Message const& message, Bytes& out) {
    encode_section(delivery_annotations_code, message.delivery_annotations, out);
    encode_section(message_annotations_code, message.message_annotations, out);
    if (message.properties) encode_properties(*message.properties, out);
    encode_section(application_properties_code, message.application_properties, out);
    if (message.data) encode_section(data_code, Value::binary(*message.data), out);
    if (message.value) {
        out.push_back('\0');
        encode_value(Value::ulong(value_code), out);
        encode_value(*message.value, out);
    }
}

}  // namespace tandem::amqp
