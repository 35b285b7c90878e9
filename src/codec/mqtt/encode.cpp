#include "codec/mqtt/encode.hpp"

#include "base/assert.hpp"
#include "codec/mqtt/fixed_header.hpp"

#include <cstddef>
#include <cstdint>

namespace tandem::mqtt {
namespace {

void put_header(PacketType type, unsigned flags, std::size_t remaining, Bytes& out) {
    TANDEM_ASSERT(remaining <= remaining_bytes_max, "an MQTT packet is too long");
    encode_fixed_header({type, static_cast<std::uint8_t>(flags),
                         static_cast<std::uint32_t>(remaining), 0}, out);
}

void put_byte(unsigned byte, Bytes& out) { out.push_back(static_cast<char>(byte)); }

void put_number(std::size_t number, Bytes& out) {
    TANDEM_ASSERT(number <= 65'535, "an MQTT field is too long");
    put_byte(static_cast<unsigned>(number >> 8), out);
    put_byte(static_cast<unsigned>(number & 255), out);
}

void put_id(PacketId id, Bytes& out) {
    TANDEM_ASSERT(id != PacketId{}, "an MQTT packet identifier is 0");
    put_number(static_cast<std::size_t>(id), out);
}

void put_field(ByteView field, Bytes& out) {
    put_number(field.size(), out);
    out.append(field);
}

void put_id_packet(PacketType type, PacketId id, Bytes& out) {
    put_header(type, 0, 2, out);
    put_id(id, out);
}

unsigned connect_flags(Connect const& connect) {
    unsigned flags = connect.clean ? 2U : 0U;
    if (connect.will) {
        flags |= 4U | static_cast<unsigned>(connect.will->qos) << 3;
        if (connect.will->retain) flags |= 32U;
    }
    if (connect.password) flags |= 64U;
    if (connect.username) flags |= 128U;
    return flags;
}

}  // namespace

void encode_connack(Connack connack, Bytes& out) {
    put_header(PacketType::connack, 0, 2, out);
    put_byte(connack.session_present ? 1 : 0, out);
    put_byte(connack.code, out);
}

void encode_suback(Suback const& suback, Bytes& out) {
    put_header(PacketType::suback, 0, 2 + suback.codes.size(), out);
    put_id(suback.packet_id, out);
    out.append(suback.codes);
}

void encode_unsuback(PacketId id, Bytes& out) { put_id_packet(PacketType::unsuback, id, out); }

void encode_pingresp(Bytes& out) { put_header(PacketType::pingresp, 0, 0, out); }

void encode_publish(Publish const& publish, Bytes& out) {
    bool const has_id = publish.qos != Qos::at_most_once;
    unsigned const flags = (publish.dup ? 8U : 0U) | static_cast<unsigned>(publish.qos) << 1 |
                           (publish.retain ? 1U : 0U);
    put_header(PacketType::publish, flags,
               2 + publish.topic.size() + (has_id ? 2 : 0) + publish.payload.size(), out);
    put_field(publish.topic, out);
    if (has_id) put_id(publish.packet_id, out);
    out.append(publish.payload);
}

void encode_puback(PacketId id, Bytes& out) { put_id_packet(PacketType::puback, id, out); }

void encode_connect(Connect const& connect, Bytes& out) {
    TANDEM_ASSERT(connect.username || !connect.password, "a password without a username");
    std::size_t remaining = 10 + 2 + connect.client_id.size();
    if (connect.will) {
        remaining += 4 + connect.will->topic.size() + connect.will->payload.size();
    }
    if (connect.username) remaining += 2 + connect.username->size();
    if (connect.password) remaining += 2 + connect.password->size();

    put_header(PacketType::connect, 0, remaining, out);
    put_field("MQTT", out);
    put_byte(4, out);
    put_byte(connect_flags(connect), out);
    put_number(static_cast<std::size_t>(connect.keep_alive.count()), out);
    put_field(connect.client_id, out);
    if (connect.will) {
        put_field(connect.will->topic, out);
        put_field(connect.will->payload, out);
    }
    if (connect.username) put_field(*connect.username, out);
    if (connect.password) put_field(*connect.password, out);
}

void encode_subscribe(PacketId id, std::span<Filter const> filters, Bytes& out) {
    std::size_t remaining = 2;
    for (Filter const& filter : filters) remaining += 3 + filter.text.size();
    put_header(PacketType::subscribe, 2, remaining, out);
    put_id(id, out);
    for (Filter const& filter : filters) {
        put_field(filter.text, out);
        put_byte(static_cast<unsigned>(filter.qos), out);
    }
}

void encode_unsubscribe(PacketId id, std::span<std::string_view const> filters, Bytes& out) {
    std::size_t remaining = 2;
    for (std::string_view const filter : filters) remaining += 2 + filter.size();
    put_header(PacketType::unsubscribe, 2, remaining, out);
    put_id(id, out);
    for (std::string_view const filter : filters) put_field(filter, out);
}

void encode_pingreq(Bytes& out) { put_header(PacketType::pingreq, 0, 0, out); }

void encode_disconnect(Bytes& out) { put_header(PacketType::disconnect, 0, 0, out); }

}  // namespace tandem::mqtt
